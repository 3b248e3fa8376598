"""What the pages refuse, and how: one line that says what to do, the right status, the same style."""

from unittest.mock import patch

import pytest
from starlette.testclient import TestClient

from postil.errors import DataFolderBusy
from postil.library import Library
from postil.web.app import create_app


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/arxiv/cs.XY", 400, "is not a category"),
        ("/arxiv/2405.0614", 400, "neither a paper"),
        ("/arxiv/9999.99999", 400, "neither a paper"),
        ("/arxiv?date=2026-02-31", 400, "is not a day"),
        ("/arxiv?date=17.3.2026", 400, "is not a day"),
        ("/arxiv?date=0001-01-01", 400, "is not a day"),
        ("/ledger?day=9999-12-31", 400, "is not a day"),
        ("/arxiv?date=2026-03-17&month=2026-13", 400, "is not a month"),
        ("/arxiv?page=0", 400, "counted from 1"),
        ("/search?q=a&page=-1", 400, "counted from 1"),
        ("/arxiv/2603.99999", 404, "not held"),
        ("/shelf/nobody-1900", 404, "not held"),
        ("/nowhere", 404, "leads nowhere"),
        ("/static/000000000000/postil.js", 404, "leads nowhere"),
        ("/preferences", 405, "Not in this way"),
        ("/arxiv/%3Cscript%3Ealert(1)%3C/script%3E", 400, "&lt;script&gt;"),
    ],
)
def test_a_refusal_has_its_status_and_one_line(
    client: TestClient, path: str, status: int, said: str
) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert said in response.text
    assert 'class="prose error"' in response.text


def test_a_paper_that_is_not_held_is_offered_at_the_archive(client: TestClient) -> None:
    assert 'href="https://arxiv.org/abs/2603.99999"' in client.get("/arxiv/2603.99999").text


def test_a_wrong_method_says_which_are_right(client: TestClient) -> None:
    response = client.post("/search")
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]


def test_every_page_answers_to_head_without_a_body(client: TestClient) -> None:
    plain = ("/", "/arxiv", "/arxiv/2603.10001", "/shelf", "/search?q=a", "/about", "/healthz")
    for path in (*plain, "/ledger", "/ledger?day=2026-03-17", "/api/v1/events"):
        response = client.head(path)
        assert response.status_code == 200
        assert response.content == b""


def test_a_defect_is_an_apology_with_every_header_and_no_traceback(library: Library) -> None:
    client = TestClient(
        create_app(library), base_url="http://localhost", raise_server_exceptions=False
    )
    with patch("postil.store.papers.Papers.get", side_effect=RuntimeError("secret detail")):
        response = client.get("/arxiv/2603.10001")
    assert response.status_code == 500
    assert "secret detail" not in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_trouble_with_the_data_folder_is_said_in_its_own_words(client: TestClient) -> None:
    with patch("postil.store.papers.Papers.get", side_effect=DataFolderBusy("process 7 writes")):
        response = client.get("/arxiv/2603.10001")
    assert response.status_code == 503
    assert "process 7 writes" in response.text


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[::2]:80", "10.0.0.1", "[localhost]"]
)
def test_another_hosts_name_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    "host", ["localhost:8620", "127.0.0.1", "127.0.0.5:8620", "[::1]:8620", "LOCALHOST"]
)
def test_the_machines_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_the_names_to_answer_to_can_be_given(library: Library) -> None:
    client = TestClient(create_app(library, hosts=["papers.example"]))
    assert client.get("http://papers.example/healthz").status_code == 200
    assert client.get("http://papers.other/healthz").status_code == 400


def test_a_form_from_another_site_is_refused(client: TestClient) -> None:
    response = client.post(
        "/preferences", data={"theme": "dark"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert response.status_code == 403
    assert "set-cookie" not in response.headers


def test_a_form_that_is_too_large_is_refused(client: TestClient) -> None:
    response = client.post("/choose", content=b"a=" + b"b" * 70_000)
    assert response.status_code == 413


def test_an_address_of_ten_thousand_characters_is_refused(client: TestClient) -> None:
    assert client.get("/arxiv/" + "cs.LG+" * 2000).status_code == 400
