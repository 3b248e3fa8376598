"""arXiv's feeds over a world: `/rss/<a+b>` and `/atom/<a+b>`, of the day that it is in New York.

A feed has one row a paper, says how it was announced to those who asked for these categories, and
leaves out what comes after 2,000 rows, replacements first. On a day without a list it is empty.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from xml.sax.saxutils import escape

from postil.harvest.calendar import EASTERN
from postil.paper import AnnouncementKind
from postil.testing.listing import BadPage, Lists
from postil.testing.oai_records import free_authors
from postil.testing.taxonomy import PHYSICS_LIST, lists
from postil.testing.tex import in_tex, wrapped, wrapped_abstract
from postil.testing.world import Listed

MOST_ROWS = 2_000
_NAMESPACES = (
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
_WEEKDAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def feed(world: Lists, now: datetime, form: str, query: str) -> str:
    """The feed of a union of categories and archives, `cs.LG+math`; `form` is `rss` or `atom`.

    Raises:
        BadPage: a part of `query` is no category or archive. Its message is the document that arXiv sends.
    """
    names = query.split("+")
    midnight = datetime.combine(now.astimezone(EASTERN).date(), time(), EASTERN)
    unknown = [name for name in names if name not in lists() or name == PHYSICS_LIST]
    write = _rss if form == "rss" else _atom
    if unknown:
        title = f"Feed error for query: {query}"
        document = write(query, title, f"Bad archive '{unknown[0]}'.", midnight, "")
        raise BadPage(400, document)
    rows = _rows(world, midnight.date(), names)
    item = _rss_item if form == "rss" else _atom_entry
    title, about = ", ".join(names), f"{', '.join(names)} updates on the arXiv.org e-print archive."
    items = "".join(item(kind, entry, midnight) for kind, entry in rows)
    return write(query, f"{title} updates on arXiv.org", about, midnight, items)


def _rows(world: Lists, day: date, names: list[str]) -> list[tuple[str, Listed]]:
    """Each paper once, with its announce type: new, cross, replace or replace-cross."""
    found: Mapping[str, tuple[int, str, Listed]] = {}
    if day in world.days:
        found = _strongest(world, day, names)
    ordered = sorted(found.values(), key=lambda row: row[2].standing.id.key, reverse=True)
    ordered.sort(key=lambda row: row[0])
    return [(kind, entry) for _, kind, entry in ordered[:MOST_ROWS]]


def _strongest(world: Lists, day: date, names: list[str]) -> dict[str, tuple[int, str, Listed]]:
    found: dict[str, tuple[int, str, Listed]] = {}
    for name in names:
        for entry in world.listed(day, name):
            kind = entry.kind.value
            if entry.kind is AnnouncementKind.REPLACE and not entry.primary:
                kind = "replace-cross"
            row = (("new", "cross", "replace", "replace-cross").index(kind), kind, entry)
            held = found.get(entry.standing.id.key)
            if held is None or row[0] < held[0]:
                found[entry.standing.id.key] = row
    return found


def _rss(query: str, title: str, about: str, midnight: datetime, items: str) -> str:
    link = f"http://rss.arxiv.org/rss/{escape(query)}"
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<rss {_NAMESPACES} xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0">\n'
        f"  <channel>\n    <title>{escape(title)}</title>\n    <link>{link}</link>\n"
        f"    <description>{escape(about)}</description>\n"
        f'    <atom:link href="{link}" rel="self" type="application/rss+xml"/>\n'
        "    <docs>http://www.rssboard.org/rss-specification</docs>\n    <language>en-us</language>\n"
        f"    <lastBuildDate>{_mail_date(midnight.astimezone(UTC))}</lastBuildDate>\n"
        "    <managingEditor>rss-help@arxiv.org</managingEditor>\n"
        f"    <pubDate>{_mail_date(midnight)}</pubDate>\n"
        "    <skipDays>\n      <day>Sunday</day>\n      <day>Saturday</day>\n    </skipDays>\n"
        f"{items}  </channel>\n</rss>\n"
    )


def _rss_item(kind: str, entry: Listed, midnight: datetime) -> str:
    key, version = entry.standing.id.key, entry.standing.current.version
    words = entry.standing.wording
    categories = "".join(f"      <category>{c}</category>\n" for c in words.categories)
    return (
        f"    <item>\n      <title>{_tex(words.title)}</title>\n"
        f"      <link>https://arxiv.org/abs/{key}</link>\n"
        f"      <description>{_description(kind, entry)}</description>\n"
        f'      <guid isPermaLink="false">oai:arXiv.org:{key}v{version}</guid>\n{categories}'
        f"      <pubDate>{_mail_date(midnight)}</pubDate>\n{_extensions(kind, entry)}    </item>\n"
    )


def _atom(query: str, title: str, about: str, midnight: datetime, items: str) -> str:
    link = f"http://rss.arxiv.org/atom/{escape(query)}"
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<feed {_NAMESPACES} xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">\n'
        f"  <id>{link}</id>\n  <title>{escape(title)}</title>\n"
        f"  <updated>{midnight.astimezone(UTC).isoformat()}</updated>\n"
        f'  <link href="{link}" rel="self" type="application/atom+xml"/>\n'
        f"  <subtitle>{escape(about)}</subtitle>\n{items}</feed>\n"
    )


def _atom_entry(kind: str, entry: Listed, midnight: datetime) -> str:
    key, version = entry.standing.id.key, entry.standing.current.version
    words = entry.standing.wording
    categories = "".join(f'    <category term="{c}"/>\n' for c in words.categories)
    return (
        f"  <entry>\n    <id>oai:arXiv.org:{key}v{version}</id>\n"
        f"    <title>{_tex(words.title)}</title>\n"
        f"    <updated>{midnight.astimezone(UTC).isoformat()}</updated>\n"
        f'    <link href="https://arxiv.org/abs/{key}" rel="alternate" type="text/html"/>\n'
        f"    <summary>{_description(kind, entry)}</summary>\n{categories}"
        f"    <published>{midnight.isoformat()}</published>\n{_extensions(kind, entry)}  </entry>\n"
    )


def _description(kind: str, entry: Listed) -> str:
    standing = entry.standing
    abstract = escape(wrapped_abstract(in_tex(standing.wording.abstract)))
    version = standing.current.version
    return f"arXiv:{standing.id.key}v{version} Announce Type: {kind} \nAbstract: {abstract}"


def _extensions(kind: str, entry: Listed) -> str:
    words = entry.standing.wording
    names = free_authors(words).replace(" and ", ", ")
    text = f"      <arxiv:announce_type>{kind}</arxiv:announce_type>\n"
    for name, value in (
        ("dc:rights", words.license),
        ("arxiv:DOI", words.doi),
        ("arxiv:journal_reference", words.journal_ref),
        ("dc:creator", names),
    ):
        text += f"      <{name}>{escape(in_tex(value))}</{name}>\n" if value else ""
    return text


def _tex(text: str) -> str:
    return escape(wrapped(in_tex(text)))


def _mail_date(at: datetime) -> str:
    return (
        f"{_WEEKDAYS[at.weekday()]}, {at.day:02d} {_MONTHS[at.month - 1]} {at.year} "
        f"{at:%H:%M:%S %z}"
    )
