"""Replies damaged at random: no reader fails in a way of its own, and none finds an id that is not there."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postil.paper_id import PaperId
from postil.sources.arxiv_api import read_answer
from postil.sources.arxiv_feed import read_feed
from postil.sources.arxiv_listing import read_listing
from postil.sources.arxiv_oai import read_page, read_record
from postil.sources.exchange import BadReply, DayPage, NoSuchPaper

SAMPLES = Path(__file__).parent / "arxiv_samples"
ASKED = [PaperId("arxiv", "2602.00017"), PaperId("arxiv", "math/0309136")]
Reader = Callable[[bytes], list[PaperId]]


def in_page(body: bytes) -> list[PaperId]:
    page = read_page(body)
    return [paper.id for paper in page.papers] + list(page.deleted)


def in_list(page: DayPage) -> list[PaperId]:
    papers = [entry.paper for entry in page.entries if entry.paper]
    return [entry.id for entry in page.entries] + [paper.id for paper in papers]


READERS: dict[str, tuple[str, Reader]] = {
    "raw page": ("raw_page.xml", in_page),
    "plain page": ("plain_page.xml", in_page),
    "record": ("plain_page.xml", lambda body: [read_record(body).id]),
    "list": ("new.html", lambda body: in_list(read_listing(body))),
    "catch-up": ("catchup.html", lambda body: in_list(read_listing(body))),
    "RSS": ("rss.xml", lambda body: in_list(read_feed(body))),
    "Atom": ("atom.xml", lambda body: in_list(read_feed(body))),
    "answer": ("answer.xml", lambda body: [paper.id for paper in read_answer(body, ASKED)]),
}


def sample(name: str) -> bytes:
    body = (SAMPLES / READERS[name][0]).read_bytes()
    return body.replace(b"ListRecords>", b"GetRecord>") if name == "record" else body


def found(name: str, body: bytes) -> list[PaperId]:
    """The ids that a reader finds; none where it refuses the reply."""
    try:
        return READERS[name][1](body)
    except (BadReply, NoSuchPaper):
        return []


def invented(body: bytes, ids: list[PaperId]) -> list[PaperId]:
    return [paper_id for paper_id in ids if paper_id.key.rpartition("/")[2].encode() not in body]


@st.composite
def damage(draw: st.DrawFn, body: bytes) -> bytes:
    """A few cuts, repetitions, exchanges and insertions, at random places or at tags."""
    tags = [place for place, byte in enumerate(body) if byte in b"<>"]
    places = st.sampled_from(tags) | st.integers(0, len(body))
    for _ in range(draw(st.integers(1, 4))):
        start, end = sorted((draw(places), draw(places)))
        start, end = max(start, end - 400), min(end, len(body))
        piece = draw(
            st.sampled_from([b"", body[start:end] * 2, b"\x00", b"]]>", b"&x;", b"<title>"])
            | st.binary(max_size=8)
            | st.text(alphabet="0123456789./v-<>&;:", max_size=8).map(str.encode)
        )
        body = body[:start] + piece + body[end:]
    return body


@pytest.mark.parametrize("name", READERS)
def test_the_sample_itself_is_read(name: str) -> None:
    body = sample(name)
    assert PaperId("arxiv", "2602.00017") in found(name, body)
    assert not invented(body, found(name, body))


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_damaged_reply_is_refused_or_read_and_nothing_is_invented(
    name: str, data: st.DataObject
) -> None:
    body = data.draw(damage(sample(name)))
    assert not invented(body, found(name, body))


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=200))
def test_random_bytes_are_refused(name: str, body: bytes) -> None:
    assert found(name, body) == []


def careless(body: bytes) -> Iterator[PaperId]:
    """A known-wrong reader: it makes up the id after each one it finds."""
    for paper_id in in_page(body):
        head, dot, serial = paper_id.key.partition(".")
        yield PaperId("arxiv", f"{head}{dot}{int(serial) + 1:05}" if dot else paper_id.key)


def test_a_reader_that_makes_up_ids_is_caught() -> None:
    assert invented(sample("plain page"), list(careless(sample("plain page"))))
