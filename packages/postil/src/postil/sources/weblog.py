"""A weblog's feed (RSS 2.0, RSS 1.0, Atom) as papers whose abstract is the text of the post.

Written on `safe_xml`, which the other sources need anyway. feedparser was weighed: it reads feeds that are no
XML at all, by guessing, brings its own cleaner of HTML where only text is wanted, and bounds neither size nor
depth. What stands here instead is mended and no more: the encoding, control characters, HTML's own names of
characters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_tz
from html import escape
from html.entities import html5
from urllib.parse import urljoin, urlsplit

from postil.errors import BadId
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.sources import fields
from postil.sources.encoding import decoded
from postil.sources.exchange import BadReply, Rejected
from postil.sources.fields import BadRecord
from postil.sources.html_text import html_text
from postil.sources.safe_xml import Element, child, local_name, parse_xml, shown, whole_text

LARGEST = 32 << 20
_LONGEST_ABSTRACT = fields.LONGEST_TEXT
_LONGEST_MADE_TITLE = 80

_CONTENT_MODULE = "{http://purl.org/rss/1.0/modules/content/}encoded"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,30});")
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKUP = re.compile(r"<[A-Za-z/!]|&(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z]\w*);")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", re.ASCII)
_CHINESE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]", re.ASCII)
_MAIL_AND_NAME = re.compile(r"\S+@\S+\s+\((?P<name>[^()]+)\)")


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed holds. `next_page` is where older posts are, if the feed names a page on its own host."""

    title: str
    papers: tuple[Paper, ...]
    rejected: tuple[Rejected, ...]
    next_page: str = ""


def read_feed(body: bytes, address: str, content_type: str = "") -> Feed:
    """Read a feed.

    Args:
        body: the reply.
        address: where it came from; links in it may be relative.
        content_type: the header of that name, which may say the encoding.

    Raises:
        BadReply: this is no feed, or no XML that can be trusted.
    """
    root = parse_xml(_as_utf8(body, content_type), largest=LARGEST)
    kind = local_name(root)
    channel = root if kind == "feed" else child(root, "channel")
    if kind not in ("rss", "RDF", "feed") or channel is None:
        raise BadReply(f"{shown(address)} is no feed: it begins with “{shown(root.tag, 60)}”.")
    base = urljoin(address, root.get(_BASE) or "")
    title = _line(child(channel, "title")) or urlsplit(address).netloc
    byline = _authors(channel)
    papers: list[Paper] = []
    rejected: list[Rejected] = []
    # In RSS 1.0 the items stand beside the channel.
    for entry in (*channel, *(root if channel is not root else ())):
        if local_name(entry) not in ("item", "entry"):
            continue
        try:
            papers.append(_post(entry, base, title, byline))
        except (BadRecord, BadId) as error:
            rejected.append(
                Rejected(shown(_link(entry, base) or _line(child(entry, "title"))), str(error))
            )
    return Feed(title, tuple(papers), tuple(rejected), _next_page(channel, address))


def _as_utf8(body: bytes, content_type: str) -> bytes:
    """The feed in UTF-8, its characters mended as far as XML needs it.

    A name such as `&nbsp;` is HTML's and unknown to XML; in a feed without a document type it can only mean
    that character.
    """
    text = _FORBIDDEN.sub(" ", decoded(body, content_type))
    text = _NAMED.sub(_character, _DECLARATION.sub("", text, count=1))
    return text.strip().encode()


def _character(match: re.Match[str]) -> str:
    return html5.get(f"{match[1]};", f"&amp;{match[1]};")


def _post(entry: Element, base: str, blog: str, byline: tuple[str, ...]) -> Paper:
    base = urljoin(base, entry.get(_BASE) or "")
    link = _link(entry, base)
    if not link:
        raise BadRecord("the post has no link")
    text = _text(entry)
    title = _line(child(entry, "title"))
    if not title and text:
        title = _cut(text, _LONGEST_MADE_TITLE)
    if len(title) > fields.LONGEST_TITLE:
        raise BadRecord(
            f"“title” has {len(title):,} characters, more than {fields.LONGEST_TITLE:,}"
        )
    return Paper(
        PaperId.of_page(link),
        fields.title(title),
        _authors(entry) or byline,
        abstract=_cut(text, _LONGEST_ABSTRACT),
        submitted=_first_day(
            entry, ("published", "issued", "pubDate", "date", "created", "updated")
        ),
        modified=_first_day(entry, ("updated", "modified")),
        venue=blog[: fields.LONGEST_NOTE],
    )


def _text(entry: Element) -> str:
    """The whole post where the feed has it, else its summary, as plain text in one line."""
    for each in entry:
        if each.tag == _CONTENT_MODULE and (text := html_text(whole_text(each))):
            return text
    for name in ("content", "description", "summary"):
        if (found := child(entry, name)) is not None and (text := _prose(found)):
            return text
    return ""


def _prose(element: Element) -> str:
    """Text, HTML in text, or XHTML as elements."""
    if len(element):
        # Its elements are those of XHTML; as text they are read like any other markup.
        return html_text("".join(_written(element)))
    text = whole_text(element)
    return fields.plain(text) if element.get("type") == "text" else html_text(text)


def _written(element: Element) -> Iterator[str]:
    """The content of an element as markup again, without attributes."""
    yield escape(element.text or "", quote=False)
    for each in element:
        name = local_name(each)
        yield f"<{name}>" if name.isalnum() else " "
        yield from _written(each)
        yield f"</{name}>" if name.isalnum() else " "
        yield escape(each.tail or "", quote=False)


def _line(element: Element | None) -> str:
    """A short text in one line; markup in it, which some feeds escape twice, is taken out."""
    if element is None:
        return ""
    text = whole_text(element)
    return html_text(text) if _MARKUP.search(text) else fields.plain(text)


def _link(entry: Element, base: str) -> str:
    """The address of the post: its link, else an identifier that is one."""
    found = ""
    for each in entry:
        name = local_name(each)
        if name == "link" and (each.get("rel") or "alternate") == "alternate":
            found = each.get("href") or whole_text(each)
            break
    if not found.strip():
        for name in ("guid", "id"):
            identifier = child(entry, name)
            if identifier is not None and whole_text(identifier).strip().startswith("http"):
                found = whole_text(identifier)
    return urljoin(base, found.strip()) if found.strip() else ""


def _authors(element: Element) -> tuple[str, ...]:
    """The names of `author` (in Atom an element of its own) and Dublin Core's `creator`."""
    names = []
    for each in element:
        if local_name(each) in ("author", "creator"):
            inner = child(each, "name")
            name = _line(inner if inner is not None else each)
            match = _MAIL_AND_NAME.fullmatch(name)
            names.append(match["name"] if match else name)
    found = fields.names({"authors": names[:100]}, fields.without_tex_accents)
    return tuple(dict.fromkeys(name for name in found if "@" not in name))


def _first_day(entry: Element, names: tuple[str, ...]) -> date | None:
    found = (child(entry, name) for name in names)
    return next(
        (day for each in found if each is not None and (day := read_day(_line(each)))), None
    )


def read_day(text: str) -> date | None:
    """The day of a moment as feeds write it, in the writer's own time zone; None where no day can be read."""
    match = _ISO.match(text.strip()) or _CHINESE.search(text)
    if match:
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif parsed := parsedate_tz(text):
        year, month, day = parsed[:3]
    else:
        return None
    try:
        return fields.a_day(year, month, day, "date")
    except BadRecord:
        return None


def _next_page(channel: Element, address: str) -> str:
    """Where the feed goes on with older posts; an address on another host is not followed."""
    for each in channel:
        if local_name(each) == "link" and each.get("rel") == "next":
            there = urljoin(address, each.get("href") or "")
            same = urlsplit(there).netloc == urlsplit(address).netloc
            return there if same and there != address else ""
    return ""


def _cut(text: str, longest: int) -> str:
    """`text`, or as many of its words as fit, with an ellipsis that says so."""
    if len(text) <= longest:
        return text
    head = text[: longest - 2]
    space = head.rfind(" ", longest * 3 // 4)
    return f"{(head[:space] if space > 0 else head).rstrip()} …"
