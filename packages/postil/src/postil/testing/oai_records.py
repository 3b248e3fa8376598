"""A record as arXiv's OAI-PMH writes it: header, `arXivRaw` and `arXiv`, oddities included.

The oddities: `acm-class` carries the MSC class, `created` is the current version's day, names in
`arXivRaw` are one free string with affiliations in it, and only the `arXiv` form has its accents
(and Greek letters) in Unicode.
"""

from datetime import datetime
from functools import lru_cache
from xml.sax.saxutils import escape

from postil.testing.history import Standing, Wording
from postil.testing.taxonomy import sets_of
from postil.testing.tex import in_tex, with_greek, wrapped, wrapped_abstract

_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_WEEKDAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_PARTICLES = frozenset("van von der de la le García".split())


def header(standing: Standing) -> str:
    """The header of a record."""
    sets = "".join(
        f"            <setSpec>{s}</setSpec>\n" for s in sets_of(standing.wording.categories)
    )
    return (
        "        <header>\n"
        f"            <identifier>oai:arXiv.org:{standing.id.key}</identifier>\n"
        f"            <datestamp>{standing.modified.date()}</datestamp>\n"
        f"{sets}        </header>\n"
    )


def record(standing: Standing, prefix: str) -> str:
    """A whole record; `prefix` is `arXivRaw` or `arXiv`."""
    body = _raw(standing) if prefix == "arXivRaw" else _plain(standing)
    schema = f"http://arxiv.org/OAI/{prefix}/ https://oaipmh.arxiv.org/OAI/{prefix}.xsd"
    return (
        f"    <record>\n{header(standing)}        <metadata>\n"
        f'    <{prefix} xmlns="http://arxiv.org/OAI/{prefix}/" {_XSI} xsi:schemaLocation="{schema}">\n'
        f"        <id>{standing.id.key}</id>\n{body}    </{prefix}>\n        </metadata>\n    </record>\n"
    )


def _raw(standing: Standing) -> str:
    words = standing.wording
    versions = "".join(_version(n, at, gone) for n, at, gone in standing.versions)
    return (
        f"        <submitter>{_tex(standing.submitter)}</submitter>\n{versions}"
        f"        <title>{_tex(words.title)}</title>\n"
        f"        <authors>{_tex(free_authors(words))}</authors>\n"
        f"        <categories>{' '.join(words.categories)}</categories>\n"
        f"{_optional('comments', _tex(words.comment))}"
        f"{_optional('report-no', words.report_no)}"
        f"{_optional('acm-class', words.acm_class and words.msc_class)}"
        f"{_optional('msc-class', words.msc_class)}"
        f"{_optional('journal-ref', _tex(words.journal_ref))}"
        f"{_rest(words)}"
        f"        <abstract>{escape(wrapped_abstract(in_tex(words.abstract)))}</abstract>\n"
    )


def _plain(standing: Standing) -> str:
    words = standing.wording
    versions = standing.versions
    created = versions[-1][1]
    updated = created if len(versions) > 1 else None
    authors = "".join(_author(name) for name in words.authors)
    return (
        f"        <created>{created.date()}</created>\n"
        f"{_optional('updated', f'{updated.date()}' if updated else '')}"
        f"        <authors>\n{authors}        </authors>\n"
        f"        <title>{_unicode(words.title)}</title>\n"
        f"        <categories>{' '.join(words.categories)}</categories>\n"
        f"{_optional('comments', _unicode(words.comment))}"
        f"{_optional('report-no', words.report_no)}"
        f"{_optional('msc-class', words.msc_class)}"
        f"{_optional('acm-class', words.acm_class and words.msc_class)}"
        f"{_optional('journal-ref', _unicode(words.journal_ref))}"
        f"{_rest(words)}"
        f"        <abstract>{escape(wrapped_abstract(with_greek(words.abstract)))}</abstract>\n"
    )


def free_authors(words: Wording) -> str:
    """All names in one string, the first with its affiliation in parentheses."""
    names = list(words.authors)
    if words.affiliation and names:
        names[0] = f"{names[0]} ({words.affiliation})"
    if len(names) > 1 and len(words.title) % 2:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return ", ".join(names)


@lru_cache(maxsize=65_536)
def name_parts(name: str) -> tuple[str, str, str]:
    """Key name, forenames and suffix of a full name."""
    if name.startswith("The ") or " " not in name:
        return name, "", ""
    rest, _, suffix = name.rpartition(" ")
    if suffix not in ("Jr.", "Sr.", "II", "III"):
        rest, suffix = name, ""
    words = rest.split()
    first = len(words) - 1
    while first > 1 and words[first - 1] in _PARTICLES:
        first -= 1
    return " ".join(words[first:]), " ".join(words[:first]), suffix


def _author(name: str) -> str:
    key, forenames, suffix = name_parts(name)
    return (
        f"            <author>\n                <keyname>{escape(key)}</keyname>\n"
        + (f"                <forenames>{escape(forenames)}</forenames>\n" if forenames else "")
        + (f"                <suffix>{escape(suffix)}</suffix>\n" if suffix else "")
        + "            </author>\n"
    )


def _version(number: int, submitted: datetime, withdrawn: bool) -> str:
    kind = "                <source_type>I</source_type>\n" if withdrawn else ""
    size = 0 if withdrawn else 11 + number
    return (
        f'            <version version="v{number}">\n'
        f"                <date>{_long_date(submitted)}</date>\n"
        f"                <size>{size}kb</size>\n{kind}            </version>\n"
    )


def _long_date(at: datetime) -> str:
    # By hand: strftime would follow the machine's language.
    return (
        f"{_WEEKDAYS[at.weekday()]}, {at.day:02d} {_MONTHS[at.month - 1]} {at.year} "
        f"{at.hour:02d}:{at.minute:02d}:{at.second:02d} GMT"
    )


def _rest(words: Wording) -> str:
    return _optional("doi", escape(words.doi)) + _optional("license", escape(words.license))


def _optional(name: str, text: str) -> str:
    return f"        <{name}>{text}</{name}>\n" if text else ""


def _tex(text: str) -> str:
    return escape(wrapped(in_tex(text)))


def _unicode(text: str) -> str:
    return escape(wrapped(with_greek(text)))
