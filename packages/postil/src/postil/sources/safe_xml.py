"""Markup from the network, parsed without trust.

No entity is resolved, no document type is accepted, nothing outside the reply is ever opened, and size, depth
and number of elements are bounded. Python's own parser was refused: it resolves entities.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from typing import Any, Protocol, cast

from lxml import etree

from postil.sources.exchange import BadReply
from postil.sources.fields import plain

LARGEST = 64 << 20
# Each tag and each attribute takes a hundred bytes and more of memory for as few as four in the reply.
MOST_MARKS = 4_000_000
_ENCODINGS = frozenset(
    {"UTF-8", "US-ASCII", "ASCII", "ISO-8859-1", "UTF-16", "UTF-16LE", "UTF-16BE"}
)
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body|title|center|h1|p)\b",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(rb"<title[^>]{0,200}>(.{0,1000}?)</title", re.IGNORECASE | re.DOTALL)
_TEXT_BYTES = bytes(c if c >= 32 or c in b"\t\n\r" else 32 for c in range(256))
_REFERENCE = re.compile(rb"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}));")


class Element(Protocol):
    """What is used of an element; comments and processing instructions are not in the tree."""

    @property
    def tag(self) -> str: ...
    @property
    def text(self) -> str | None: ...
    @property
    def tail(self) -> str | None: ...
    def get(self, name: str) -> str | None: ...
    def iter(self, *tags: str) -> Iterator["Element"]: ...
    def itertext(self) -> Iterator[str]: ...
    def getparent(self) -> "Element | None": ...
    def __iter__(self) -> Iterator["Element"]: ...
    def __len__(self) -> int: ...


def parse_xml(body: bytes, *, largest: int = LARGEST) -> Element:
    """The root element of a reply; which one it must be is for the caller to check.

    Control characters, which XML forbids, are read as spaces, so that one careless record hides no others.

    Raises:
        BadReply: the reply is empty, too large or too deep, cut off, in no accepted encoding, an HTML page,
            or declares a document type.
    """
    _bounded(body, largest)
    if _HTML.match(body[:4096]):
        raise BadReply(f"The reply is an HTML page instead of XML{_titled(body)}.")
    try:
        root = etree.fromstring(body, _xml_parser())
    except (etree.LxmlError, ValueError, LookupError) as error:
        root = _mended(body, error)
    _check_document(body, root.getroottree().docinfo)
    return cast(Element, root)


def parse_html(body: bytes, *, largest: int = LARGEST) -> Element:
    """The root element of a page in UTF-8, however careless its markup.

    Raises:
        BadReply: the page is empty, too large or too deep, cut off before its end, or not in UTF-8.
    """
    _bounded(body, largest)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadReply(f"The page is not in UTF-8 (byte {error.start + 1:,}).") from error
    # Parsers of HTML close whatever is open, so a page that was cut off would look whole.
    if b"</html>" not in body[-4096:].lower():
        raise BadReply(f"The page is cut off before its end{_titled(body)}.")
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = cast(Element | None, etree.fromstring(body, parser))
    except (etree.LxmlError, ValueError) as error:
        raise BadReply(f"The page cannot be read ({shown(str(error))}).") from error
    if root is None:
        raise BadReply("The page has nothing in it.")
    # Past a limit the parser stops without a word, and the rest of the page is missing.
    for complaint in parser.error_log.filter_from_fatals():
        raise BadReply(f"The page cannot be read ({shown(complaint.message)}).")
    return root


@lru_cache(maxsize=1_000)
def without_namespace(tag: str) -> str:
    """The local part of an element's tag."""
    return tag.rpartition("}")[2]


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return without_namespace(element.tag)


def whole_text(element: Element) -> str:
    """All the text in an element, that of elements inside it included."""
    if len(element):
        return "".join(element.itertext())
    return element.text or ""


def child(element: Element, name: str) -> Element | None:
    """The first child of that name, in whichever namespace."""
    return next((each for each in element if local_name(each) == name), None)


def shown(text: str, longest: int = 160) -> str:
    """Words of a server as a message may repeat them: in one line, printable, not too long."""
    line = "".join(c if c.isprintable() else "?" for c in plain(text[: longest * 8]))
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _bounded(body: bytes, largest: int) -> None:
    if not body or body.isspace():
        raise BadReply("The reply is empty.")
    if len(body) > largest:
        raise BadReply(f"The reply has {len(body):,} bytes, more than {largest:,}.")
    if body.count(b"<") + body.count(b"=") > MOST_MARKS:
        raise BadReply(f"The reply has more than {MOST_MARKS:,} tags and attributes.")


def _xml_parser() -> etree.XMLParser:
    # `huge_tree` lifts libxml2's own limits: 256 levels, and texts of ten million characters.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _mended(body: bytes, error: Exception) -> etree._Element:
    """The root of a reply that is well formed but for its control characters."""
    mended = _REFERENCE.sub(_reference, body).translate(_TEXT_BYTES)
    if mended != body:
        try:
            return etree.fromstring(mended, _xml_parser())
        except (etree.LxmlError, ValueError, LookupError) as later:
            error = later
    if b"<" not in body[:4096] and body.isascii():
        start = shown(body[:400].decode("ascii"), 80)
        raise BadReply(f"The reply is no XML: it begins “{start}”.") from error
    raise BadReply(f"The reply is no whole XML ({shown(str(error))}).") from error


def _reference(match: re.Match[bytes]) -> bytes:
    code = int(match[1], 16) if match[1] else int(match[2])
    return b" " if code < 32 and code not in b"\t\n\r" else match[0]


def _check_document(body: bytes, document: Any) -> None:
    if document.doctype:
        raise BadReply("The reply declares a document type or entities, which are not accepted.")
    encoding = (document.encoding or "UTF-8").upper()
    if encoding not in _ENCODINGS:
        raise BadReply(
            f"The reply is in the encoding {shown(encoding, 20)}, which is not accepted."
        )
    if encoding == "ISO-8859-1" and not body.isascii() and _is_utf8(body):
        raise BadReply("The reply says that it is in ISO-8859-1, but it is in UTF-8.")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _titled(body: bytes) -> str:
    match = _TITLE.search(body[: 1 << 16])
    title = shown(unescape(match[1].decode("utf-8", "replace")), 80) if match else ""
    return f", titled “{title}”" if title else ""
