"""Faults of the document: cut, hostile, in another encoding, or another document altogether."""

import gzip
import re
from collections.abc import Callable

from postil.sources.exchange import Reply
from postil.testing.api import error_feed, feed_around
from postil.testing.fault import EVERYWHERE, XML, Fault, Scene, Served, named
from postil.testing.faults_status import refused
from postil.testing.request import Part

_API = frozenset({Part.API})
_AFTER_DECLARATION = re.compile(rb"(?<=\?>)\s*(?=<)")
_END_OF_ROOT = re.compile(rb"(?=</[\w:-]+>\s*\Z)")
_SOME_TEXT = re.compile(rb"<(title|setSpec|responseDate|docs)>")
_NESTED = 100_000

Edit = Callable[[bytes], bytes]


def edited(served: Served, body: bytes, **headers: str) -> Served:
    """The same reply with another body."""
    if body == served.reply.body:
        return served
    kept = {**served.reply.headers, **headers, "content-length": str(len(body))}
    return Served(Reply(served.reply.status, kept, body), served.wire, served.seconds)


def _body(edit: Edit) -> Callable[[Scene, Served], Served]:
    def alter(_: Scene, served: Served) -> Served:
        reply = served.reply
        return edited(served, edit(reply.body)) if reply.status == 200 else served

    return alter


def _truncated(body: bytes) -> bytes:
    return body[: max(1, len(body) * 3 // 5)]


def _with_entities(body: bytes) -> bytes:
    """Ten entities, each ten of the one before: a thousand million words when they are expanded."""
    steps = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">\n' for n in range(1, 10))
    dtd = f'\n<!DOCTYPE root [\n<!ENTITY e0 "postil ">\n{steps}]>\n'
    return _SOME_TEXT.sub(
        rb"<\1>&e9;", _AFTER_DECLARATION.sub(dtd.encode(), body, count=1), count=1
    )


def _with_external_dtd(body: bytes) -> bytes:
    dtd = (
        '\n<!DOCTYPE root SYSTEM "http://elsewhere.invalid/stand-in.dtd" '
        '[\n<!ENTITY taken SYSTEM "file:///etc/hostname">\n]>\n'
    )
    text = _AFTER_DECLARATION.sub(dtd.encode(), body, count=1)
    return _SOME_TEXT.sub(rb"<\1>&taken;", text, count=1)


def _deep(body: bytes) -> bytes:
    nest = b"<deep>" * _NESTED + b"</deep>" * _NESTED
    return _END_OF_ROOT.sub(nest, body, count=1)


def _latin(body: bytes) -> bytes:
    # A blank that cannot be broken, between sentences: one byte that is no UTF-8.
    return body.replace(b". ", b".\xa0")


def _byte_order_mark(body: bytes) -> bytes:
    return b"\xef\xbb\xbf" + body


def _utf16(body: bytes) -> bytes:
    return body.decode().encode("utf-16")


def _illegal_characters(body: bytes) -> bytes:
    return body.replace(b". ", b".\x0c \x02", 1)


def _harmful_characters(body: bytes) -> bytes:
    # Legal in XML, wanted by nobody: a C1 control and an override of the direction of writing.
    return body.replace(b". ", ".\u0092\u202e ".encode())


def _html_instead(scene: Scene, _: Served) -> Served:
    return refused(scene, 200)


def _empty(body: bytes) -> bytes:
    return b""


def _broken_gzip(_: Scene, served: Served) -> Served:
    packed = bytearray(gzip.compress(served.reply.body, 1, mtime=0))
    middle = len(packed) // 2
    packed[middle : middle + 8] = b"\xff" * 8
    packed[-8:-4] = b"\x00" * 4
    return edited(served, bytes(packed), **{"content-encoding": "gzip"})


def _api_error(scene: Scene, served: Served) -> Served:
    return edited(served, error_feed(scene.now, "internal error, please try again").encode())


def _api_empty(scene: Scene, served: Served) -> Served:
    found = re.search(rb"<opensearch:totalResults>(\d+)", served.reply.body)
    if found is None:
        return served
    total = int(found[1])
    return edited(served, feed_around(scene.now, scene.request.params, total, "").encode())


_TRANSIENT = "transient"

BODY_FAULTS = named(
    Fault(
        "api-error",
        "The search API answers status 200 and one entry titled Error.",
        _TRANSIENT,
        _API,
        alter=_api_error,
    ),
    Fault(
        "api-empty",
        "The search API answers an empty page that claims to have results.",
        _TRANSIENT,
        _API,
        alter=_api_empty,
    ),
    Fault(
        "harmful-characters",
        "Control and direction characters in the text.",
        "the rest of the text is whole",
        alter=_body(_harmful_characters),
    ),
    Fault(
        "illegal-characters",
        "Control characters that XML does not allow.",
        _TRANSIENT,
        alter=_body(_illegal_characters),
    ),
    Fault(
        "entities",
        "XML whose entities expand to a thousand million words.",
        _TRANSIENT,
        XML,
        alter=_body(_with_entities),
    ),
    Fault(
        "external-dtd",
        "XML with a DTD elsewhere and an entity that is a file of the reader's machine.",
        _TRANSIENT,
        XML,
        alter=_body(_with_external_dtd),
    ),
    Fault("deep-xml", "XML nested 100,000 deep.", _TRANSIENT, XML, alter=_body(_deep)),
    Fault("truncated-xml", "The document breaks off.", _TRANSIENT, alter=_body(_truncated)),
    Fault(
        "html-instead",
        "A page that says sorry, with status 200.",
        _TRANSIENT,
        alter=_html_instead,
    ),
    Fault("empty-body", "An empty document, with status 200.", _TRANSIENT, alter=_body(_empty)),
    Fault(
        "latin-1",
        "Bytes of Latin-1 in a document that says UTF-8.",
        _TRANSIENT,
        EVERYWHERE,
        alter=_body(_latin),
    ),
    Fault(
        "byte-order-mark",
        "A byte-order mark before the document.",
        "the document is whole",
        alter=_body(_byte_order_mark),
    ),
    Fault("utf-16", "The document in UTF-16, declared as UTF-8.", _TRANSIENT, alter=_body(_utf16)),
    Fault("gzip-broken", "A compressed body with wrong bytes.", _TRANSIENT, alter=_broken_gzip),
)
