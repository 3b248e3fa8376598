"""The words of a piece of HTML, in one line, and none of its markup.

TeX between dollars is text to HTML and stays as it is.
"""

from postil.sources import fields
from postil.sources.exchange import BadReply
from postil.sources.safe_xml import Element, local_name, parse_html

LARGEST = 8 << 20
_UNSEEN = frozenset("script style template noscript iframe object svg head title".split())
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp "
    "small span strike strong sub sup time tt u var wbr".split()
)


def html_text(markup: str) -> str:
    """The text that a reader of `markup` would see; an empty string where it cannot be parsed."""
    if "<" not in markup and "&" not in markup:
        return fields.plain(markup)
    page = f"<html><body>{markup}</body></html>".encode("utf-8", "replace")
    try:
        root = parse_html(page, largest=LARGEST)
    except BadReply:
        return ""
    pieces: list[str] = []
    _collect(root, pieces)
    return fields.plain("".join(pieces))


def _collect(element: Element, pieces: list[str]) -> None:
    name = local_name(element)
    if name not in _UNSEEN:
        space = "" if name in _INLINE else " "
        pieces += (space, element.text or "")
        for each in element:
            _collect(each, pieces)
        pieces.append(space)
    pieces.append(element.tail or "")
