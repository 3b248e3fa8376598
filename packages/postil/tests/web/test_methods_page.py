"""The methods: on a list, alone with their example, and on the pages of their papers."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from lemmata.catalogue import METHODS, Method, find
from postil import methods


def test_every_method_stands_on_the_list_once(client: TestClient) -> None:
    html = client.get("/methods").text
    found = re.findall(r'class="title" href="/methods/(\w+)"', html)
    assert sorted(found) == sorted(method.name for method in METHODS)
    assert f"{len(METHODS)} methods" in html
    assert "方法" in client.get("/methods", headers={"Accept-Language": "zh"}).text


def test_every_part_of_the_library_has_a_name_in_both_languages(client: TestClient) -> None:
    for language in ("en", "zh"):
        html = client.get("/methods", headers={"Accept-Language": language}).text
        for name in {methods.room(method) for method in METHODS}:
            assert re.search(rf'id="room-{name}">(?!{name} )', html)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_a_method_shows_its_equation_without_an_error_and_its_example(
    client: TestClient, method: Method
) -> None:
    html = client.get(f"/methods/{method.name}").text
    equation = re.search(r'<div class="equation">(.*?)</div>', html, re.DOTALL)
    assert equation and "<math" in equation[1]
    assert "merror" not in equation[1]
    assert methods.example(method).rstrip() in unescape(html)


def test_a_method_leads_to_its_paper_on_the_shelf_and_back(client: TestClient) -> None:
    assert 'href="/arxiv/2111.00396"' in client.get("/methods/s4").text
    assert 'href="/methods/s4#example"' in client.get("/arxiv/2111.00396").text


def test_a_paper_that_is_known_by_its_doi_is_found_too(client: TestClient) -> None:
    own = methods.own_paper(find("cr_matmul"))
    assert own is not None and own.source == "shelf"
    assert f'href="/{own.path.lstrip("/")}"' in client.get("/methods/cr_matmul").text


def test_a_paper_that_is_not_held_is_linked_where_it_is(client: TestClient) -> None:
    assert 'href="https://arxiv.org/abs/2405.06375"' in client.get("/methods/cur").text


def test_a_paper_without_a_method_says_nothing_of_methods(client: TestClient) -> None:
    assert "Methods of this paper" not in client.get("/arxiv/1409.0473").text


def test_an_example_is_run_when_it_is_asked_for(client: TestClient) -> None:
    html = unescape(client.post("/methods/pinv").text)
    assert "<samp>array([[0.04, 0.08, 0.  ]," in html
    assert "Run it again" in html


def test_an_example_is_not_run_for_another_site(client: TestClient) -> None:
    assert client.post("/methods/pinv", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_method_that_is_not_there_is_not_found(client: TestClient) -> None:
    assert client.get("/methods/alchemy").status_code == 404
    assert client.post("/methods/alchemy").status_code == 404


def test_an_example_that_takes_too_long_is_stopped_and_shows_how_far_it_came() -> None:
    transcript = methods.run_example(find("reciprocal_pairs"), longest=0.01)
    assert transcript.trouble == "long"


def test_one_example_runs_at_a_time() -> None:
    with methods._running:
        assert methods.run_example(find("pinv")).trouble == "busy"


def test_a_library_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    line = ["-I", "-c", 'import sys; print(\'["x = 1", ""]\'); sys.exit(1)']
    ordinary = methods.subprocess.run
    monkeypatch.setattr(
        methods.subprocess, "run", lambda asked, **how: ordinary([asked[0], *line], **how)
    )
    assert methods.run_example(find("s4")) == methods.Transcript((("x = 1", ""),), "missing")
