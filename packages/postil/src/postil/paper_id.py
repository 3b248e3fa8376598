"""What a paper is called: one canonical form, and one parser for every way of writing it.

An arXiv id is `YYMM.NNNN` (to December 2014), `YYMM.NNNNN` (since January 2015) or, before April 2007,
`archive/YYMMNNN`, where the archive may carry a subject class (`math.GT/0309136`) that is not part of the
identity. Works that are on no archive have an id of the starter shelf, `shelf:name`.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from postil.errors import BadId

# Archives that ever gave out old-style ids; a class after the dot (math.GT) is dropped, as arXiv does.
OLD_ARCHIVES = frozenset(
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas "
    "cond-mat cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex "
    "nucl-th patt-sol physics plasm-ph q-alg q-bio quant-ph solv-int supr-con test".split()
)
_VERSION = r"(?:v(?P<version>[1-9]\d{0,2}))?"
_NEW = re.compile(
    rf"(?P<yy>\d\d)(?P<mm>0[1-9]|1[0-2])\.(?P<serial>\d{{4,5}}){_VERSION}", re.IGNORECASE | re.ASCII
)
_OLD = re.compile(
    rf"(?P<archive>[a-z][a-z-]*)(?:\.[a-z-]{{2,}})?/(?P<yy>\d\d)(?P<mm>0[1-9]|1[0-2])(?P<serial>\d{{3}}){_VERSION}",
    re.IGNORECASE | re.ASCII,
)
_SHELF = re.compile(r"shelf:(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)", re.IGNORECASE | re.ASCII)
_URL = re.compile(
    r"(?:https?://)?(?:[a-z-]+\.)?arxiv\.org/(?:abs|pdf|html|format|ps|e-print|src)/(?P<rest>[^?#\s]+)(?:[?#]\S*)?",
    re.IGNORECASE | re.ASCII,
)
_DOI = re.compile(
    r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.(?P<rest>\S+)",
    re.IGNORECASE | re.ASCII,
)
_PREFIX = re.compile(r"(?:oai:arxiv\.org:|arxiv:)\s*", re.IGNORECASE | re.ASCII)
_LONGEST = 200


@dataclass(frozen=True, slots=True, order=True)
class PaperId:
    """The identity of a paper, without its version.

    `source` is `"arxiv"` or `"shelf"`; `key` is unique within it. `str(id)` is the canonical text, which
    `PaperId.parse` reads back.
    """

    source: str
    key: str

    def __str__(self) -> str:
        return self.key if self.source == "arxiv" else f"{self.source}:{self.key}"

    @property
    def path(self) -> str:
        """The paper's address in the reader: `/arxiv/2405.06147`, `/shelf/eckart-young-1936`."""
        return f"/{self.source}/{self.key}"

    @property
    def month(self) -> tuple[int, int] | None:
        """Year and month that an arXiv id was given out in; None for ids that carry none."""
        if self.source != "arxiv":
            return None
        digits = self.key.rpartition("/")[2]
        year = int(digits[:2])
        return (1900 + year if year >= 91 else 2000 + year), int(digits[2:4])

    @classmethod
    def parse(cls, text: str) -> "PaperId":
        """The id that `text` writes, its version left out.

        Raises:
            BadId: `text` is no way of writing an id.
        """
        return PaperReference.parse(text).id


@dataclass(frozen=True, slots=True)
class PaperReference:
    """An id as somebody wrote it: the paper, and the version if one was named."""

    id: PaperId
    version: int | None = None

    @classmethod
    def parse(cls, text: str) -> "PaperReference":
        """Read an id, a URL of an abstract, PDF or HTML page, an OAI identifier or arXiv's DOI.

        Raises:
            BadId: `text` is none of these.
        """
        if len(text) > _LONGEST:
            raise BadId("A paper's id has at most 200 characters: give one such as 2405.06147.")
        # The plain form first: an import reads it hundreds of thousands of times.
        bare = text if _NEW.fullmatch(text) else _strip_wrapping(text.strip())
        for pattern, build in ((_NEW, _from_new), (_OLD, _from_old), (_SHELF, _from_shelf)):
            if match := pattern.fullmatch(bare):
                reference = build(match)
                if reference is not None:
                    return reference
        raise BadId(
            f"{_shown(text)} is not a paper's id: write it as 2405.06147, math.GT/0309136, "
            "an arxiv.org address or 10.48550/arXiv.2405.06147."
        )


def _strip_wrapping(text: str) -> str:
    """Take off the URL, DOI or prefix around an id."""
    for pattern in (_URL, _DOI):
        if match := pattern.fullmatch(text):
            rest = unquote(match["rest"]).rstrip("/")
            return re.sub(r"\.pdf$", "", rest, flags=re.IGNORECASE)
    return _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text


def _from_new(match: re.Match[str]) -> PaperReference | None:
    yy, mm, serial = match["yy"], match["mm"], match["serial"]
    month = (int(yy), int(mm))
    # arXiv's own change-over: four digits from 0704 to 1412, five from 1501.
    if month < (7, 4) or (len(serial) == 5) != (month >= (15, 1)) or not int(serial):
        return None
    return PaperReference(PaperId("arxiv", f"{yy}{mm}.{serial}"), _version(match))


def _from_old(match: re.Match[str]) -> PaperReference | None:
    archive = match["archive"].lower()
    year = int(match["yy"])
    in_use = year >= 91 or (year, int(match["mm"])) < (7, 4)
    if archive not in OLD_ARCHIVES or not in_use or not int(match["serial"]):
        return None
    key = f"{archive}/{match['yy']}{match['mm']}{match['serial']}"
    return PaperReference(PaperId("arxiv", key), _version(match))


def _from_shelf(match: re.Match[str]) -> PaperReference:
    return PaperReference(PaperId("shelf", match["name"].lower()))


def _version(match: re.Match[str]) -> int | None:
    return int(match["version"]) if match["version"] else None


def _shown(text: str) -> str:
    """`text` as a message may quote it: short, printable, in quotation marks."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return f"“{printable[:40]}…”" if len(printable) > 40 else f"“{printable}”"
