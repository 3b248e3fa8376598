"""What a paper is called: one canonical form, and one parser for every way of writing it.

An arXiv id is `YYMM.NNNN` (to December 2014), `YYMM.NNNNN` (since January 2015) or, before April 2007,
`archive/YYMMNNN`, where the archive may carry a subject class (`math.GT/0309136`) that is not part of the
identity. Works that are on no archive have an id of the starter shelf, `shelf:name`. A submission to
OpenReview is `openreview:FORUM`, a paper of the ACL Anthology `acl:2023.acl-long.1` or `acl:P18-1001`, and a
post of a weblog `web:HOST/path`, its address in one canonical spelling.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote, urlsplit

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
_OPENREVIEW = re.compile(
    r"(?:(?i:openreview):\s*|(?i:(?:https?://)?(?:www\.)?openreview\.net/(?:forum|pdf|attachment))\?(?:[^#\s]*&)?id=)"
    r"(?P<forum>[A-Za-z0-9_-]{6,40})(?:[&#]\S*)?",
    re.ASCII,
)
_ACL = re.compile(
    r"(?:acl:\s*|(?:https?://)?(?:www\.)?(?:aclanthology\.org|aclweb\.org/anthology|aclanthology\.info/papers)/"
    r"|(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?10\.(?:18653|3115)/v1/)"
    r"(?:(?P<old>[a-z]\d\d-\d{4})"
    r"|(?P<new>\d{4}\.[a-z0-9]{1,30}-[a-z0-9]{1,30}\.(?:0|[1-9]\d{0,4})))"
    rf"{_VERSION}(?:\.(?:pdf|bib|html|xml))?/?(?:[?#]\S*)?",
    re.IGNORECASE | re.ASCII,
)
_WEB = re.compile(r"web:(?P<address>(?:https?://)?[^\s/]+/\S*)", re.IGNORECASE)
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}(?::\d{{1,5}})?", re.ASCII)
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_PARTIAL_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPED_IN_KEYS = re.compile(r"[\x00-\x20\"#'<>\[\\\]^`{|}:]|[^\x21-\x7e]")
_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid)=.*", re.IGNORECASE | re.DOTALL)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_LONGEST = 200
_LONGEST_ADDRESS = 4_000
_LONGEST_WEB_KEY = 160


@dataclass(frozen=True, slots=True, order=True)
class PaperId:
    """The identity of a paper, without its version.

    `source` is `"arxiv"`, `"shelf"`, `"openreview"`, `"acl"` or `"web"`; `key` is unique within it and has no
    colon. `str(id)` is the canonical text, which `PaperId.parse` reads back.
    """

    source: str
    key: str

    def __str__(self) -> str:
        return self.key if self.source == "arxiv" else f"{self.source}:{self.key}"

    @property
    def path(self) -> str:
        """The paper's address in the reader, unquoted: `/arxiv/2405.06147`, `/web/example.org/?p=7`."""
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

    @classmethod
    def of_page(cls, address: str) -> "PaperId":
        """The id of a web page: its address without scheme, fragment and tracking, in one spelling.

        Percent escapes that stand for letters are letters, all others are escapes; a trailing slash and the
        default ports go. An address too long for an id ends in a digest of all of it.

        Raises:
            BadId: `address` is no address of a page on the web.
        """
        return cls("web", _web_key(address))


@dataclass(frozen=True, slots=True)
class PaperReference:
    """An id as somebody wrote it: the paper, and the version if one was named."""

    id: PaperId
    version: int | None = None

    @classmethod
    def parse(cls, text: str) -> "PaperReference":
        """Read an id, an OAI identifier, a paper's address at one of the archives, or a DOI that holds an id.

        Raises:
            BadId: `text` is none of these.
        """
        if len(text) > _LONGEST:
            raise BadId("A paper's id has at most 200 characters: give one such as 2405.06147.")
        # The plain form first: an import reads it hundreds of thousands of times.
        bare = text if _NEW.fullmatch(text) else _strip_wrapping(text.strip())
        for pattern, build in _FORMS:
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


def _from_openreview(match: re.Match[str]) -> PaperReference:
    return PaperReference(PaperId("openreview", match["forum"]))


def _from_acl(match: re.Match[str]) -> PaperReference:
    key = match["old"].upper() if match["old"] else match["new"].lower()
    return PaperReference(PaperId("acl", key), _version(match))


def _from_web(match: re.Match[str]) -> PaperReference:
    return PaperReference(PaperId.of_page(match["address"]))


_FORMS = (
    (_NEW, _from_new),
    (_OLD, _from_old),
    (_SHELF, _from_shelf),
    (_OPENREVIEW, _from_openreview),
    (_ACL, _from_acl),
    (_WEB, _from_web),
)


def _web_key(address: str) -> str:
    complaint = (
        f"{_shown(address)} is not the address of a page: write it as https://example.org/a-post."
    )
    if len(address) > _LONGEST_ADDRESS:
        raise BadId(complaint)
    written = address.strip().replace(" ", "%20")
    try:
        parts = urlsplit(written if "://" in written else f"https://{written}")
        host = unquote(parts.netloc).lower()
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError as error:
        raise BadId(complaint) from error
    host = re.sub(r"(?::443|:80|:)$", "", host)
    if parts.scheme not in ("http", "https") or len(host) > 100 or not _HOST.fullmatch(host):
        raise BadId(complaint)
    query = "&".join(
        part for part in _spelled(parts.query).split("&") if part and not _TRACKING.fullmatch(part)
    )
    key = _spelled(host) + _without_dots(_spelled(parts.path)) + (f"?{query}" if query else "")
    if len(key) <= _LONGEST_WEB_KEY:
        return key
    digest = sha256(key.encode()).hexdigest()[:16]
    return re.sub(r"%.?$", "", key[: _LONGEST_WEB_KEY - 17]) + f"~{digest}"


def _spelled(text: str) -> str:
    """A part of an address in its canonical spelling; spelling it again changes nothing."""
    text = _ESCAPES.sub(_unescaped, _PARTIAL_ESCAPE.sub("%25", text))
    return _ESCAPED_IN_KEYS.sub(
        lambda match: match[0] if match[0].isprintable() and match[0] > "~" else _escaped(match[0]),
        text,
    )


def _unescaped(match: re.Match[str]) -> str:
    """Letters, digits and the printable characters of other scripts as themselves, the rest as escapes."""
    characters = bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "surrogateescape")
    return "".join(
        c if c in _UNRESERVED or (c > "~" and c.isprintable()) else _escaped(c) for c in characters
    )


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        return f"%{ord(character) - 0xDC00:02X}"
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _without_dots(path: str) -> str:
    """`path` with `.` and `..` resolved and without the slash at its end."""
    kept: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            kept[-1:] = []
        elif part != ".":
            kept.append(part)
    return "/" + "/".join(kept).rstrip("/")


def _version(match: re.Match[str]) -> int | None:
    return int(match["version"]) if match["version"] else None


def _shown(text: str) -> str:
    """`text` as a message may quote it: short, printable, in quotation marks."""
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return f"“{printable[:40]}…”" if len(printable) > 40 else f"“{printable}”"
