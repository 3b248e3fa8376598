"""What arXiv writes the same way in all its interfaces: authors, days, versions, categories.

A free string of authors is what a submitter typed. It is split by rules that the archive itself follows
(affiliations stand in parentheses, commas and "and" part names), and nothing is guessed beyond them.
"""

import re
from datetime import date
from functools import lru_cache

from postil.categories import archive, known_code
from postil.errors import BadId
from postil.paper_id import PaperReference
from postil.sources import fields
from postil.sources.fields import BadRecord
from postil.text.accents import to_unicode
from postil.text.characters import is_printable

LONGEST_AUTHORS = 500_000
_MONTHS = {
    name: number
    for number, name in enumerate(
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1
    )
}
_CREATED = re.compile(
    r"(?:[A-Z][a-z]{2},\s+)?(\d{1,2} [A-Z][a-z]{2} \d{4})\s+\d\d:\d\d:\d\d(?: [A-Z]{3}| [+-]\d{4})?",
    re.ASCII,
)
_HOW_CREATED = "“created” must be written as Mon, 2 Apr 2007 19:18:42 GMT"
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2}) ([A-Z][a-z]{2})[a-z]{0,6},? (\d{4})(?!\d)", re.ASCII)
_VERSION = re.compile(r"v?([1-9]\d{0,2})", re.ASCII)

_PARENTHESIS = re.compile(r"[()]")
# "D0 and CDF Collaborations" is one thing.
_BETWEEN_NAMES = re.compile(
    r"(?:,\s*|\s)(?:and|AND|&)\s(?![^,;]{0,80}\b[Cc]ollaborations\b)|[,;]\s*"
)
_GROUP = r"\b(?:[Cc]ollaborations?|[Cc]onsortium|[Tt]eams?|[Gg]roups?)\b"
_GROUP_WORD = re.compile(_GROUP)
_GROUP_WORDS = ("ollab", "onsort", "eam", "roup")
_ON_BEHALF = re.compile(rf"(?:^|,?\s)(?:for|on behalf of)\s(?:the\s)?(?=[^,;]{{1,120}}{_GROUP})")
_AFTER_GROUP = re.compile(rf"({_GROUP})\s?:\s")
_SUFFIX = re.compile(r"(?:[JS]r|I{2,3}|IV|VI{0,3}|2nd|3rd|4th)\.?")
_BEHALF_IN_PARENTHESES = re.compile(
    rf"\(((?:for|on behalf of)\s[^()]{{1,120}}?{_GROUP}[^()]{{0,40}})\)"
)
_AND_OTHERS = re.compile(r",?\s(?:et\.?\sal\b\.?|and others\b)")
_APPENDIX = re.compile(r",?\swith\s(?:an?\s)?append(?:ix|ices)\sby\s")
_LEAD = re.compile(r"(?:and|the)(?:\s|$)")
_TEX_MARKS = frozenset("~\\{}")
_TEX_SPACE = re.compile(r"(?<!\\)~|\\[ ,;]|[{}]")
_FOOTNOTE = re.compile(r"\$\s?\^[^$]{0,60}\$")


def line(text: str) -> str:
    """`text` in one line, its TeX accents in Unicode, as `fields.without_tex_accents` gives it.

    Most of arXiv's text is ASCII, wrapped and indented, and for that this takes a quarter of the time.
    """
    bare = text.strip()
    if "\n" in bare:
        bare = " ".join(map(str.strip, bare.split("\n")))
    if "  " in bare or not bare.isascii() or not is_printable(bare):
        return fields.without_tex_accents(text)
    if "\\" not in bare or (decoded := to_unicode(bare)) == bare:
        return bare
    return fields.plain(decoded)


def split_authors(written: str) -> tuple[str, ...]:
    r"""The names in a free string of authors: `E. Bal\'azs (1), C. Doe, Jr. and F. Roe ((1) Here)`.

    Affiliations go, `Jr.` and the like stay with their name, and a collaboration that somebody writes for
    is named beside them.

    Raises:
        BadRecord: the string, one name or their number is beyond all bounds.
    """
    if len(written) > LONGEST_AUTHORS:
        raise BadRecord(f"“authors” has {len(written):,} characters, more than {LONGEST_AUTHORS:,}")
    text = line(written)
    if "$" in text:
        text = _FOOTNOTE.sub("", text)
    if "$" not in text and not _TEX_MARKS.isdisjoint(text):
        text = _TEX_SPACE.sub(lambda match: "" if match[0] in "{}" else " ", text)
    if "(" in text or ")" in text:
        text = _without_affiliations(_BEHALF_IN_PARENTHESES.sub(r", \1,", text))
        text = fields.plain(text)
    if any(word in text for word in _GROUP_WORDS):
        text = _AFTER_GROUP.sub(r"\1, ", _ON_BEHALF.sub(", ", text))
    if " al" in text or " others" in text or " append" in text:
        text = _AND_OTHERS.sub("", _APPENDIX.sub(", ", text))
    # An expression takes its time, and most strings have nothing but commas.
    if " and " in text or ";" in text or "&" in text or " AND " in text:
        return _names(_BETWEEN_NAMES.split(text))
    return _names(text.split(","))


def _names(pieces: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for piece in pieces:
        name = piece.strip()
        # Most names have several words, and are none of the exceptions.
        if " " not in name or name[0].islower():
            name = _LEAD.sub("", name, count=1).strip(":")
            if found and _SUFFIX.fullmatch(name):
                found[-1] = f"{found[-1]} {name}"
                continue
        if name:
            found.append(name)
    if len(found) > fields.MOST_AUTHORS:
        raise BadRecord(f"“authors” has {len(found):,} names, more than {fields.MOST_AUTHORS:,}")
    if found and (longest := max(map(len, found))) > fields.LONGEST_NAME:
        raise BadRecord(f"“authors” holds a name of {longest:,} characters")
    return tuple(found)


def _without_affiliations(text: str) -> str:
    """`text` without what stands in parentheses, however nested; one that is never closed hides no names."""
    kept: list[str] = []
    depth = start = opened = 0
    for match in _PARENTHESIS.finditer(text):
        if match[0] == "(":
            if not depth:
                kept.append(text[start : match.start()])
                opened = match.end()
            depth += 1
        elif depth:
            depth -= 1
        else:
            kept.append(text[start : match.start()])
        if not depth:
            start = match.end()
    if depth:
        comma = text.find(",", opened)
        start = comma if comma >= 0 else len(text)
    return "".join((*kept, text[start:]))


def tidied(names: list[str]) -> tuple[str, ...]:
    """Names that arXiv itself has split, put in order where its rules take a collaboration for a person."""
    if ":" in names or _GROUP_WORD.search("|".join(names)):
        names = [
            part
            for name in names
            for part in (split_authors(name) if _GROUP_WORD.search(name) else (name.strip(" :"),))
        ]
    return tuple(name for name in names if name)


def full_name(last: str, first: str = "", suffix: str = "") -> str:
    """A name of parts as one is written: first name, last name, suffix.

    Raises:
        BadRecord: it is too long.
    """
    written = " ".join(part for part in (first, last, suffix) if part)
    if len(written) > fields.LONGEST_NAME:
        raise BadRecord(f"“authors” holds a name of {len(written):,} characters")
    return line(written)


def day_created(text: str) -> date:
    """The day of `Mon, 2 Apr 2007 19:18:42 GMT`.

    Raises:
        BadRecord: `text` is written in another way.
    """
    match = _CREATED.fullmatch(text.strip())
    if not match:
        raise BadRecord(_HOW_CREATED)
    return _day_of_words(match[1])


@lru_cache(maxsize=20_000)
def _day_of_words(words: str) -> date:
    day, name, year = words.split()
    if name not in _MONTHS:
        raise BadRecord(_HOW_CREATED)
    return fields.a_day(int(year), _MONTHS[name], int(day), "created")


def day_within(text: str) -> date | None:
    """The day that a heading names, as in `Monday, 2 February 2026`; None where it names none."""
    for match in _DAY_FIRST.finditer(text):
        if month := _MONTHS.get(match[2]):
            try:
                return fields.a_day(int(match[3]), month, int(match[1]), "day")
            except BadRecord:
                continue
    return None


@lru_cache(maxsize=1_000)
def version_number(text: str) -> int:
    """The number of `v3`.

    Raises:
        BadRecord: `text` is written in another way.
    """
    match = _VERSION.fullmatch(text)
    if not match:
        raise BadRecord("“version” must be v1, v2 and so on")
    return int(match[1])


def reference(text: str) -> PaperReference:
    """The paper that an id, an address or an OAI identifier of arXiv names.

    Raises:
        BadRecord: it names none, or one that is not arXiv's.
    """
    try:
        found = PaperReference.parse(text)
    except BadId as error:
        raise BadRecord(str(error)) from error
    if found.id.source != "arxiv":
        raise BadRecord("the id is not one of arXiv's")
    return found


def own_categories(codes: list[str]) -> tuple[str, ...]:
    """Those of `codes` that are arXiv's; classes of the ACM and the MSC come mixed in, and are left out."""
    return fields.categories([code for code in codes if _is_own(code)])


@lru_cache(maxsize=20_000)
def _is_own(code: str) -> bool:
    # An archive may get a new category any day; a new archive is a rare thing.
    if known_code(archive(code)) is None:
        return False
    try:
        return bool(fields.categories([code]))
    except BadRecord:
        return False
