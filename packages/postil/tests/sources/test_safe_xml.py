"""Replies that mean harm, or are damaged, are refused before anything is read from them."""

import socket
from pathlib import Path

import pytest

from postil.sources.exchange import BadReply
from postil.sources.safe_xml import (
    MOST_MARKS,
    local_name,
    parse_html,
    parse_xml,
    shown,
    whole_text,
)

PAGE = b"<!DOCTYPE html><html><head><title>503 &amp; more</title></head><body>wait</body></html>"
LAUGHS = (
    b'<!DOCTYPE r [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]>"
)


def refusal(body: bytes) -> str:
    with pytest.raises(BadReply) as caught:
        parse_xml(body)
    message = str(caught.value)
    assert message.isprintable() and len(message) < 400
    return message


@pytest.mark.parametrize("use", [b"<r>&a11;</r>", b'<r a="&a11;"/>', b"<r/>"])
def test_entities_that_grow_without_end_are_refused(use: bytes) -> None:
    assert refusal(LAUGHS + use)


def test_a_file_of_the_machine_is_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("never to be seen")
    body = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]><r>&x;</r>'.encode()
    assert "document type" in refusal(body)
    # Read as a document type, those words would be another error.
    assert "document type" in refusal(f'<!DOCTYPE r SYSTEM "{secret.as_uri()}"><r/>'.encode())


def test_no_document_type_is_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/r.dtd"
        assert "document type" in refusal(f'<!DOCTYPE r SYSTEM "{address}"><r/>'.encode())
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("declared", ["utf-8", "utf-16"])
def test_any_document_type_is_refused_in_any_encoding(declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><!DOCTYPE r><r/>'
    assert "document type" in refusal(text.encode(declared))


def test_deep_nesting_is_refused() -> None:
    assert local_name(parse_xml(b"<a>" * 200 + b"</a>" * 200)) == "a"
    assert "depth" in refusal(b"<a>" * 100_000 + b"</a>" * 100_000)


def test_a_reply_that_is_too_large_is_refused() -> None:
    body = b"<r>" + b" " * 1_000 + b"</r>"
    assert whole_text(parse_xml(body, largest=len(body))) == " " * 1_000
    with pytest.raises(BadReply, match=r"1,007 bytes, more than 1,006"):
        parse_xml(body, largest=len(body) - 1)


@pytest.mark.parametrize("mark", [b"<a/>", b"<a b=''/>"])
def test_more_elements_than_memory_bears_are_refused_before_they_are_read(mark: bytes) -> None:
    assert "tags" in refusal(b"<r>" + mark * (MOST_MARKS + 1) + b"</r>")


def test_utf_16_with_its_mark_is_read() -> None:
    text = '<?xml version="1.0" encoding="utf-16"?><r>Łódź</r>'
    assert whole_text(parse_xml(text.encode("utf-16"))) == "Łódź"


def test_latin_1_is_read_where_it_is_declared_and_true() -> None:
    head = '<?xml version="1.0" encoding="ISO-8859-1"?>'
    assert whole_text(parse_xml(f"{head}<r>Gödel</r>".encode("latin-1"))) == "Gödel"
    assert "it is in UTF-8" in refusal(f"{head}<r>Gödel</r>".encode())


def test_bytes_that_are_not_the_declared_utf_8_are_refused() -> None:
    assert refusal('<?xml version="1.0" encoding="UTF-8"?><r>Gödel</r>'.encode("latin-1"))


def test_rare_encodings_are_refused() -> None:
    assert refusal('<?xml version="1.0" encoding="cp037"?><r/>'.encode("cp037"))
    assert refusal(b'<?xml version="1.0" encoding="koi8-r"?><r>a</r>')


def test_a_reply_cut_off_anywhere_is_refused() -> None:
    body = b'<?xml version="1.0"?><r>' + b"<a b='c'>text &amp; more</a>" * 40 + b"</r>"
    for part in range(50):
        assert refusal(body[: len(body) * part // 50])


def test_an_html_page_is_told_with_its_title() -> None:
    assert "an HTML page instead of XML, titled “503 & more”" in refusal(PAGE)
    assert "an HTML page instead of XML" in refusal(b"\n <!-- x --> <HTML><p>gone</p></HTML>")
    assert "an HTML page instead of XML" in refusal(b"<?xml version='1.0'?><html></html>")


def test_plain_words_are_repeated() -> None:
    assert "“Rate exceeded.”" in refusal(b"Rate exceeded.")
    assert "empty" in refusal(b" \n ")


def test_control_characters_do_not_hide_the_rest_of_a_reply() -> None:
    root = parse_xml(b"<r><a>one\x0btwo</a><a>three&#x1f;four&#11;</a><a>five&#10;&#65;</a></r>")
    assert [whole_text(each) for each in root] == ["one two", "three four ", "five\nA"]


def test_comments_and_instructions_do_not_part_a_text() -> None:
    assert whole_text(parse_xml(b"<r>one <!-- no -->two<?no?> <b>three</b></r>")) == "one two three"


def test_a_page_without_its_end_is_cut_off() -> None:
    assert local_name(parse_html(PAGE)) == "html"
    with pytest.raises(BadReply, match="cut off"):
        parse_html(PAGE[:-4])


@pytest.mark.parametrize(
    "body", [b"", b"</html>", PAGE.replace(b"wait", b"\xff"), b"<div>" * 300 + PAGE]
)
def test_pages_that_are_empty_or_in_disorder_are_refused(body: bytes) -> None:
    with pytest.raises(BadReply):
        parse_html(body)


def test_words_of_a_server_are_made_harmless() -> None:
    assert shown("a\x1b[31m\nb\u202ec" + "d" * 500) == "a[31m bc" + "d" * 151 + "…"
