import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from postil.paper import Paper
from postil.search.vectors import endpoint
from postil.search.vectors.building import build_space
from postil.search.vectors.endpoint import Endpoint
from postil.search.vectors.failures import EncoderRefused, EncoderUnavailable
from postil.search.vectors.origins import EndpointOrigin, model_origin
from postil.settings import Settings

Topical = Callable[..., Paper]


def honest(asked: dict[str, Any]) -> dict[str, Any]:
    """Vectors by the letters of each text, given last first."""
    rows = [
        {"index": at, "embedding": [text.count(letter) + 0.5 for letter in "bdfgklmn"]}
        for at, text in enumerate(asked["input"])
    ]
    return {"object": "list", "data": rows[::-1]}


class Server:
    """An endpoint at a loopback address that answers as it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer: Callable[[dict[str, Any]], Any] = honest
        self.status = 200
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.asked.append(asked | {"path": self.path})
                server.keys.append(self.headers.get("Authorization"))
                said = server.answer(asked)
                body = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(server.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing: a test reads no log."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"
        self._thread = threading.Thread(target=self._http.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    opened = Server()
    yield opened
    opened.stop()


def test_vectors_come_in_the_order_of_the_texts_and_of_unit_length(
    server: Server, topical: Topical
) -> None:
    found = Endpoint(server.url, "some-model", "secret").papers([topical(at) for at in range(4)])
    alone = [Endpoint(server.url, "m", "").papers([topical(at)])[0] for at in range(4)]
    assert np.allclose(found, alone)
    assert np.allclose(np.linalg.norm(found, axis=1), 1)
    assert server.asked[0]["model"] == "some-model"
    assert server.asked[0]["path"] == "/v1/embeddings"
    assert server.keys[:2] == ["Bearer secret", None]


BAD_ANSWERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no JSON": lambda asked: b"<html>busy</html>",
    "nothing": lambda asked: b"",
    "no data": lambda asked: {"object": "list"},
    "a list": lambda asked: [1, 2],
    "too few": lambda asked: {"data": honest(asked)["data"][1:]},
    "too many": lambda asked: {"data": honest(asked)["data"] + honest(asked)["data"]},
    "an index beyond": lambda asked: {"data": [{"index": 9, "embedding": [1.0]}]},
    "uneven widths": lambda asked: {
        "data": [{"embedding": [1.0] * (at + 1)} for at in range(len(asked["input"]))]
    },
    "no numbers": lambda asked: {"data": [{"embedding": ["a"]} for _ in asked["input"]]},
    "text": lambda asked: {"data": [{"embedding": "AAAA"} for _ in asked["input"]]},
    "infinity": lambda asked: {"data": [{"embedding": [1e999, 1.0]} for _ in asked["input"]]},
    "no width": lambda asked: {"data": [{"embedding": []} for _ in asked["input"]]},
}


@pytest.mark.parametrize("what", BAD_ANSWERS)
def test_an_answer_that_is_no_embeddings_is_not_believed(
    server: Server, topical: Topical, what: str
) -> None:
    server.answer = BAD_ANSWERS[what]
    with pytest.raises(EncoderUnavailable):
        Endpoint(server.url, "m", "").papers([topical(1), topical(2)])


def test_an_answer_of_another_width_is_not_believed(server: Server) -> None:
    with pytest.raises(EncoderUnavailable, match="8 numbers a text, not 16"):
        Endpoint(server.url, "m", "", 16).query("question")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (500, EncoderUnavailable),
        (429, EncoderUnavailable),
        (302, EncoderUnavailable),
        (401, EncoderRefused),
        (404, EncoderRefused),
    ],
)
def test_a_refusal_is_told_from_what_may_pass(
    server: Server, status: int, error: type[Exception]
) -> None:
    server.status = status
    with pytest.raises(error):
        Endpoint(server.url, "m", "k").query("question")


def test_an_endpoint_that_does_not_answer_in_time_is_given_up(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()

    def wait(asked: dict[str, Any]) -> Any:
        release.wait(10)
        return honest(asked)

    server.answer = wait
    monkeypatch.setattr(endpoint, "_FOR_A_QUERY", httpx.Timeout(0.05))
    with pytest.raises(EncoderUnavailable, match="cannot be reached"):
        Endpoint(server.url, "m", "").query("question")
    release.set()


def test_an_endless_answer_is_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "_LARGEST", 1000)
    server.answer = lambda asked: b" " * 100_000
    with pytest.raises(EncoderUnavailable, match="sends more than"):
        Endpoint(server.url, "m", "").query("question")


def test_nobody_at_the_address_is_said(server: Server) -> None:
    server.stop()
    with pytest.raises(EncoderUnavailable, match="cannot be reached"):
        Endpoint(server.url, "m", "").query("question")
    server.__init__()  # type: ignore[misc]


@pytest.mark.parametrize("url", ["", "localhost:80", "ftp://host/v1", "http://", "http://[::1"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(EncoderRefused, match="embeddings_url"):
        Endpoint(url, "m", "")


def test_a_key_is_not_sent_in_the_clear_to_another_machine() -> None:
    with pytest.raises(EncoderRefused, match="https"):
        Endpoint("http://elsewhere.example/v1", "m", "key")
    Endpoint("https://elsewhere.example/v1", "m", "key")
    Endpoint("http://localhost:1/v1", "m", "key")


def test_a_space_is_made_from_an_endpoint_and_asked_once_a_query(
    server: Server, topical: Topical, tmp_path: Path
) -> None:
    papers = [topical(at) for at in range(70)]
    space = build_space(papers, tmp_path, EndpointOrigin(server.url, "m", ""))
    query = space.of_query(papers[11].title + ". " + papers[11].abstract)
    assert query is not None
    numbers, cosines = space.nearest(query, 3)
    assert numbers[0] == 12
    assert cosines[0] > 0.999
    before = len(server.asked)
    space.of_query(papers[11].title + ". " + papers[11].abstract)
    assert len(server.asked) == before


def test_a_question_that_fails_is_answered_without_vectors_and_not_tried_at_once_again(
    server: Server, topical: Topical, tmp_path: Path
) -> None:
    space = build_space(
        [topical(at) for at in range(5)], tmp_path, EndpointOrigin(server.url, "m", "")
    )
    server.status = 500
    before = len(server.asked)
    assert space.of_query("one") is None
    assert space.of_query("two") is None
    assert len(server.asked) == before + 1
    assert space.ready()


def test_a_server_that_changes_its_width_stops_the_making_and_keeps_what_there_is(
    server: Server, topical: Topical, tmp_path: Path
) -> None:
    origin = EndpointOrigin(server.url, "m", "")
    build_space([topical(at) for at in range(70)], tmp_path, origin)
    server.answer = lambda asked: {"data": [{"embedding": [1.0]} for _ in asked["input"]]}
    with pytest.raises(EncoderUnavailable, match="reindex"):
        build_space([topical(at) for at in range(80)], tmp_path, origin)


def test_no_endpoint_is_asked_unless_a_setting_names_it(tmp_path: Path) -> None:
    assert model_origin(Settings(tmp_path)) is None
    assert model_origin(Settings(tmp_path, embeddings_url="http://localhost:1/v1")) is None
    with pytest.raises(EncoderRefused, match="embeddings_url"):
        model_origin(Settings(tmp_path, embeddings="endpoint"))
    with pytest.raises(EncoderRefused, match="minilm, multilingual, endpoint"):
        model_origin(Settings(tmp_path, embeddings="gpt"))
