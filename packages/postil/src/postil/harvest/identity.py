"""Which records of different archives are one paper, and where a paper with several homes is kept.

A false merge hides a paper, a missed one shows it twice. So words decide only where the whole title
agrees, in a key without case, punctuation, accents and TeX, and more than half of the authors. "The same
title and a subtitle" was tried and refused: among 225,892 real papers it joined 15 pairs by the same
authors, nearly all of them sequels. A DOI, or an id that one record gives of the other, needs the title
or the authors beside it, as both are mistyped and both are given for companions.
`benchmarks/postil/identity.py` has the figures.

The index of titles is made by one pass over the store and lasts one run, in a private database that
SQLite spills to a temporary file: an index in the store would have to follow every import for the sake of
a rare command.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from html import unescape
from typing import Protocol

from postil.errors import BadId
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.store.protocol import Store
from postil.text.accents import fold
from postil.text.markup import searchable
from postil.text.names import name_words

# The archives that papers are matched between, the one whose record is kept first.
ARCHIVES = ("arxiv", "acl", "openreview")

_TAG = re.compile(r"</?(?:i|b|em|strong|sub|sup|sc|tt|span)\b[^<>]{0,200}>", re.IGNORECASE)
# Signs that TeX writes as words which are part of a title.
_SPELLED = str.maketrans({"∞": " infty ", "∂": " partial ", "∇": " nabla ", "&": " and "})
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_SHORTEST_KEY = 12  # of a title that tells papers apart, when two authors stand behind it
_SHORTEST_KEY_ALONE = 24  # when one does, who may be a namesake
_MENTIONED = re.compile(
    r"(?:arxiv:\s*|(?:https?://)?(?:www\.)?(?:arxiv\.org|openreview\.net|aclanthology\.org)/)[^\s,;()<>\"]{4,100}",
    re.IGNORECASE,
)


class Reason(StrEnum):
    """What shows that two records are one paper, the strongest first."""

    HOME = "home"  # one's record says that the other is a home of its paper
    DOI = "doi"
    MENTION = "mention"  # one gives the other's id
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Match:
    """Two records are one paper; `authors` of the longer byline's `of` stand in the other, too."""

    reason: Reason
    authors: int
    of: int


def title_key(title: str) -> str:
    r"""What is left of a title for comparing it: its letters and digits, folded and joined.

    `$\alpha$-Divergences \& co.` and `α-divergences and Co` have the same key.
    """
    text = unescape(_TAG.sub("", title)).replace(r"\&", "&").translate(_SPELLED)
    return "".join(filter(str.isalnum, fold(searchable(text))))


def same_paper(one: Paper, other: Paper) -> Match | None:
    """Whether two records of different archives are one paper, and what shows it.

    Records of one archive are never matched: it is that archive's word that they are two.
    """
    if one.id.source == other.id.source or not {one.id.source, other.id.source} <= {*ARCHIVES}:
        return None
    shared, of = shared_authors(one.authors, other.authors)
    key, other_key = title_key(one.title), title_key(other.title)
    alike = bool(key) and key == other_key
    known = one.id in other.homes or other.id in one.homes
    if known and (alike or shared or not (one.authors and other.authors)):
        return Match(Reason.HOME, shared, of)
    if not alike and not _most(shared, of):
        return None
    if (doi := _doi(one)) and doi == _doi(other):
        return Match(Reason.DOI, shared, of)
    # Authors mention companions and sequels as well: there the title must begin alike at least.
    short, long = sorted((key, other_key), key=len)
    kindred = alike or (len(short) >= _SHORTEST_KEY and long.startswith(short))
    if kindred and (one.id in set(mentions(other)) or other.id in set(mentions(one))):
        return Match(Reason.MENTION, shared, of)
    enough = _SHORTEST_KEY_ALONE if of == 1 else _SHORTEST_KEY
    if alike and _most(shared, of) and len(key) >= enough:
        return Match(Reason.TITLE, shared, of)
    return None


def shared_authors(one: Iterable[str], other: Iterable[str]) -> tuple[int, int]:
    """How many names two bylines share, and how many the longer has.

    A name is told by its family and its first initial, or by all its words in whichever order.
    """
    left, right = [*filter(None, map(_forms, one))], [*filter(None, map(_forms, other))]
    counted = len(left), len(right)
    shared = 0
    for form in (0, 1):
        waiting: dict[str, int] = {}
        for forms in right:
            waiting[forms[form]] = waiting.get(forms[form], 0) + 1
        met: dict[str, int] = {}
        kept = []
        for forms in left:
            if waiting.get(forms[form], 0) > met.get(forms[form], 0):
                met[forms[form]] = met.get(forms[form], 0) + 1
            else:
                kept.append(forms)
        shared += sum(met.values())
        left, right = kept, _without(right, form, met)
    return shared, max(counted)


def _without(names: list[tuple[str, str]], form: int, met: dict[str, int]) -> list[tuple[str, str]]:
    left, rest = dict(met), []
    for forms in names:
        if left.get(forms[form], 0):
            left[forms[form]] -= 1
        else:
            rest.append(forms)
    return rest


def _forms(name: str) -> tuple[str, str] | None:
    """`Ana M. Gómez` is `a.gomez`, and `ana gomez m` whatever the order."""
    family, comma, given = name.partition(",")
    words = [w for w in name_words(f"{given} {family}" if comma else name) if w not in _SUFFIXES]
    return (f"{words[0][0]}.{words[-1]}", " ".join(sorted(words))) if words else None


def _most(shared: int, of: int) -> bool:
    """Whether it is the same group of people: more than half of them, and not one of several."""
    return shared * 2 > of and (shared > 1 or of == 1)


def _doi(paper: Paper) -> str:
    """The DOI as DOIs are compared; arXiv's own, which only arXiv's records carry, is none here."""
    doi = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", paper.doi.strip().lower())
    return doi.split()[0].rstrip(".,;") if doi and not doi.startswith("10.48550/") else ""


def mentions(paper: Paper) -> Iterator[PaperId]:
    """The ids that a record gives of its paper elsewhere: its homes, its DOI and those in its comment."""
    yield from paper.homes
    named = [found[0].rstrip(".") for found in _MENTIONED.finditer(paper.comment)]
    for text in filter(None, (_doi(paper), *named)):
        with suppress(BadId):
            yield PaperId.parse(text)


class Index(Protocol):
    """Finds the papers that a record may be, and no more of a store than that."""

    def candidates(self, paper: Paper) -> list[Paper]:
        """Held papers that share a title, a DOI or an id with `paper`."""

    def add(self, paper: Paper) -> None:
        """Let `paper` be found."""


class TitleIndex:
    """Every paper of a store by title, DOI and the ids that it mentions.

    It costs one pass over the store: benchmarks/postil/identity.py prints the time and the space.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        # An empty name is SQLite's for a private database, in memory as long as it is small.
        self._rows = sqlite3.connect("", check_same_thread=False)
        self._rows.execute("CREATE TABLE entries (key INTEGER, id TEXT)")
        self._rows.executemany(
            "INSERT INTO entries VALUES (?, ?)",
            ((key, str(paper.id)) for paper in store.papers() for key in _keys(paper)),
        )
        self._rows.execute("CREATE INDEX by_key ON entries (key)")

    def candidates(self, paper: Paper) -> list[Paper]:
        """Held papers that share a title, a DOI or an id with `paper`."""
        keys = [*_keys(paper), _number(f"id {paper.id}")]
        marks = ", ".join("?" * len(keys))
        found = self._rows.execute(f"SELECT DISTINCT id FROM entries WHERE key IN ({marks})", keys)
        ids = [paper.id, *mentions(paper), *(PaperId.parse(text) for (text,) in found)]
        # An id may have become a home of another paper since the index was made.
        return list({held.id: held for held in self._store.get(ids).values()}.values())

    def add(self, paper: Paper) -> None:
        """Let `paper` be found."""
        rows = [(key, str(paper.id)) for key in _keys(paper)]
        self._rows.executemany("INSERT INTO entries VALUES (?, ?)", rows)

    def close(self) -> None:
        """Forget everything."""
        self._rows.close()


def _keys(paper: Paper) -> Iterator[int]:
    if key := title_key(paper.title):
        yield _number(key)
    if doi := _doi(paper):
        yield _number(f"doi {doi}")
    for paper_id in mentions(paper):
        yield _number(f"id {paper_id}")


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)


@dataclass(frozen=True, slots=True)
class Placed:
    """What to write for a record: the paper to put, and a record to remove that was kept apart until now."""

    paper: Paper
    match: Match | None = None
    gone: PaperId | None = None


class Homes:
    """Keeps a paper of several archives as one record, under its id at the first of `ARCHIVES`.

    The other ids become its `homes`. A record that was kept apart, because its twin came later or its
    authors were still hidden, is joined when it is met again.
    """

    def __init__(self, index: Index) -> None:
        self._index = index

    def place(self, paper: Paper) -> Placed:
        """Where `paper` belongs."""
        if paper.id.source not in ARCHIVES:
            return Placed(paper)
        held = self._index.candidates(paper)
        found = _chosen(paper, held)
        if found is None:
            self._index.add(paper)
            return Placed(paper)
        twin, match = found
        if _rank(twin) < _rank(paper):
            apart = any(each.id == paper.id for each in held)
            placed = Placed(joined(twin, paper), match, paper.id if apart else None)
        else:
            placed = Placed(joined(paper, twin), match, twin.id)
        self._index.add(placed.paper)
        return placed


def _chosen(paper: Paper, held: Iterable[Paper]) -> tuple[Paper, Match] | None:
    """The one held paper that `paper` is, if it is one and not several."""
    matches = [(each, match) for each in held if (match := same_paper(each, paper))]
    for reason in Reason:
        for source in ARCHIVES:
            found = [(e, m) for e, m in matches if m.reason is reason and e.id.source == source]
            if len(found) == 1:
                return found[0]
            if found:
                return None  # two records of one archive: nothing says which of them
    return None


def joined(kept: Paper, other: Paper) -> Paper:
    """`kept` with `other` as a home, and with what `other` knows that it does not.

    Times, versions and comments are each archive's own and stay where they are; a venue counts once it
    has taken the paper.
    """
    homes = {*kept.homes, *other.homes, other.id} - {kept.id}
    return replace(
        kept,
        authors=kept.authors or other.authors,
        abstract=kept.abstract or other.abstract,
        venue=kept.venue or (other.venue if _accepted(other) else ""),
        doi=kept.doi or other.doi,
        journal_ref=kept.journal_ref or other.journal_ref,
        homes=tuple(sorted(homes)),
    )


def _accepted(paper: Paper) -> bool:
    refused = paper.withdrawn or paper.comment.startswith("Rejected by the venue")
    return not refused and "submi" not in paper.venue.lower()


def _rank(paper: Paper) -> int:
    return ARCHIVES.index(paper.id.source) if paper.id.source in ARCHIVES else len(ARCHIVES)
