"""Which encoding a reply is in, when it may be UTF-8 or one of China's.

GB 2312 and GBK are read as GB 18030, which contains both and is what servers send under their names.
"""

import codecs
import re

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHINESE = frozenset({"gb2312", "gbk", "cp936", "gb_2312-80", "euc-cn", "x-gbk"})
_LATIN = frozenset({"iso8859-1", "cp1252", "ascii"})


def decoded(body: bytes, content_type: str = "", encoding: str = "") -> str:
    """The text of a reply.

    A byte-order mark decides; then `encoding`, the charset of `content_type`, XML's declaration, UTF-8 and
    GB 18030 are tried in this order, and the first that fits every byte is taken. What claims to be in
    Latin 1, as many servers say unasked, is tried as UTF-8 first. Where none fits, bytes that are no
    character of the first become replacement characters.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body.decode(name, "replace").removeprefix("\ufeff")
    charset, declared = _CHARSET.search(content_type), _DECLARED.match(body.lstrip()[:400])
    said = (
        encoding,
        charset[1] if charset else "",
        declared[1].decode("ascii") if declared else "",
        "utf-8",
        "gb18030",
    )
    names = [name for name in map(_python_name, said) if name]
    if names[0] in _LATIN:
        names.insert(0, "utf-8")
    for name in names:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return body.decode(names[0], "replace")


def _python_name(charset: str) -> str:
    """The name of a text encoding that Python knows, or an empty string."""
    if charset.lower() in _CHINESE:
        return "gb18030"
    try:
        # Python's codecs that are none of text refuse this.
        b"a".decode(charset)
    except (LookupError, ValueError):
        return ""
    return codecs.lookup(charset).name
