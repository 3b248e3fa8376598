"""Marks, corrections, suggestions and reasons, as pages and programs get them."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from postil.library import Library
from postil.search.marks import marks_of
from postil.text.query import parse_query
from postil.web.card import authors_html


def test_what_was_matched_is_marked_in_titles_and_abstracts(client: TestClient) -> None:
    html = client.get("/search", params={"q": "sparse recovery errors"}).text
    marked = set(re.findall(r"<mark>(.*?)</mark>", html))
    assert {"Sparse", "recovery", "error"} <= marked


def test_a_formula_is_marked_as_a_whole(client: TestClient) -> None:
    html = client.get("/search", params={"q": "log sparse"}).text
    (formula,) = re.findall(r'<mark>(<span class="math.*?</span>)</mark> measurements', html)
    assert formula.count("<math") == formula.count("</math>") == 1


def test_chinese_words_are_marked(client: TestClient) -> None:
    html = client.get("/search", params={"q": "低秩"}).text
    assert "关于<mark>低秩</mark>注意力" in html


def test_a_hostile_paper_that_is_marked_stays_text(client: TestClient) -> None:
    html = client.get("/search", params={"q": "alert title script"}).text
    assert "<script>alert" not in html
    assert "&lt;<mark>script</mark>&gt;" in html


def test_an_author_who_is_asked_for_is_marked(client: TestClient, library: Library) -> None:
    paper = next(p for p in library.search.find("cat:cs.LG").papers if len(p.authors) == 2)
    html = client.get("/search", params={"q": f'author:"{paper.authors[1]}"'}).text
    assert f"<mark>{paper.authors[1]}</mark></a></div>" in html
    assert f"<mark>{paper.authors[0]}</mark>" not in html


def test_an_author_who_is_asked_for_is_shown_wherever_the_name_stands() -> None:
    names = tuple(
        f"Ada {family}" for family in "Abel Bose Cox Dirac Euler Fano Gauss Hopf Ito Jost".split()
    )
    meant = marks_of(parse_query("author:jost").root)
    shown, _, folded = authors_html(names, "en", meant).partition("<details>")
    assert ', … <a href="/search?q=author%3A%22Ada+Jost%22"><mark>Ada Jost</mark></a> ' in shown
    assert "Ito" not in shown
    assert "and 2 more" in folded
    assert "…" not in authors_html(names, "en", marks_of(parse_query("author:abel").root))


def test_lists_that_are_no_search_mark_nothing(client: TestClient) -> None:
    for path in ("/arxiv?date=2026-03-17", "/shelf", "/arxiv/2603.10001"):
        html = client.get(path).text
        assert "<mark>" not in html.partition("</style>")[2]
        assert 'class="ask"' not in html


def test_a_misspelt_word_is_offered_and_not_exchanged(client: TestClient) -> None:
    html = client.get("/search", params={"q": "quiet transeints"}).text
    offered = re.search(r'Did you mean <a href="([^"]*)">(.*?)</a>\?', html)
    assert offered
    assert unescape(offered[1]) == "/search?q=quiet+transients"
    assert offered[2] == "quiet <em>transients</em>"
    assert 'value="quiet transeints"' in html
    chinese = client.get(
        "/search", params={"q": "quiet transeints"}, headers={"Accept-Language": "zh"}
    )
    assert "您是不是要找" in chinese.text


def test_a_right_query_is_offered_nothing(client: TestClient) -> None:
    assert "Did you mean" not in client.get("/search", params={"q": "quiet transients"}).text


def test_a_quotation_that_nobody_has_is_offered_as_words(client: TestClient) -> None:
    html = client.get("/search", params={"q": '"transients quiet sparse"'}).text
    assert '<a href="/search?q=transients+quiet+sparse">transients quiet sparse</a>?' in html


def test_an_offer_is_text_and_never_markup(client: TestClient) -> None:
    html = client.get("/search", params={"q": "quiet transeints <> &amp;"}).text
    offered = re.search(r"Did you mean <a[^>]*>(.*?)</a>", html)
    assert offered is None or "&lt;&gt;" in offered[1]
    html = client.get("/search", params={"q": 'quiet transeints <> & "'}).text
    offered = re.search(r"Did you mean <a[^>]*>(.*?)</a>", html)
    assert offered
    assert offered[1] == "quiet <em>transients</em> &lt;&gt; &amp; &#34;"


def test_suggestions_are_lines_in_the_readers_language(client: TestClient) -> None:
    html = client.get("/search", params={"part": "suggest", "q": "machine lea"}).text
    assert re.search(r'role="option" id="suggestion-\d"[^>]*data-query="cat:cs.LG"', html)
    assert "Machine Learning" in html
    chinese = client.get(
        "/search", params={"part": "suggest", "q": "机器"}, headers={"Accept-Language": "zh"}
    ).text
    assert "机器学习" in chinese
    assert "条建议" in chinese


def test_a_suggested_paper_leads_to_its_page_with_its_formulas(client: TestClient) -> None:
    html = client.get("/search", params={"part": "suggest", "q": "sparse recovery in"}).text
    line = next(line for line in html.splitlines() if "data-path" in line)
    assert 'data-path="/arxiv/2603.10001"' in line
    assert "<math" in line


def test_hostile_suggestions_are_text(client: TestClient) -> None:
    for query in ("alert", '<script>"', "author:mallor", "quoted"):
        html = client.get("/search", params={"part": "suggest", "q": query}).text
        assert not re.search(r"<(script|img|svg|b)\b", html)


def test_programs_get_suggestions(client: TestClient) -> None:
    answer = client.get("/api/v1/suggest", params={"q": "author:quil"}).json()
    assert answer["query"] == "author:quil"
    (found,) = answer["suggestions"]
    assert found == {
        "kind": "author",
        "text": "Ada Quill",
        "query": 'author:"Ada Quill"',
        "papers": found["papers"],
    }
    assert client.get("/api/v1/suggest?q=a&size=0").status_code == 400
    assert client.get("/api/v1/suggest").json()["suggestions"] == []


def test_every_result_leads_to_its_reasons(client: TestClient) -> None:
    html = client.get("/search", params={"q": "sparse recovery"}).text
    path = unescape(re.findall(r'class="ask" href="([^"]*)"', html)[0])
    assert '<details class="why"' not in html
    explained = client.get(path).text
    (told,) = re.findall(r'<details class="why" open>(.*?)</details>', explained, re.DOTALL)
    *parts, total = [round(1000 * float(said)) for said in re.findall(r"<td>([\d.]+)</td>", told)]
    assert sum(parts) == total > 0
    assert f'id="{path.partition("#")[2]}"' in explained
    fragment = client.get(path.partition("#")[0] + "&part=why").text
    assert told in fragment
    assert "<html" not in fragment


def test_a_list_by_date_has_no_reasons(client: TestClient) -> None:
    html = client.get("/search", params={"q": "sparse", "sort": "newest"}).text
    assert 'class="ask"' not in html


@pytest.mark.parametrize("why", ["2603.99999", "nonsense", "", "2603.10002"])
def test_reasons_for_what_was_not_found_are_no_page(client: TestClient, why: str) -> None:
    path = {"q": "sparse recovery", "part": "why", "why": why}
    assert client.get("/search", params=path).status_code == 404
    assert client.get("/search", params={"q": "sparse recovery", "why": why}).status_code == 200


def test_programs_get_reasons_that_add_up(client: TestClient, library: Library) -> None:
    paper = library.search.find("sparse recovery").papers[0]
    answer = client.get("/api/v1/why", params={"q": "sparse recovery", "id": str(paper.id)}).json()
    assert answer["score"] == pytest.approx(sum(part["score"] for part in answer["parts"]))
    assert {part["said"] for part in answer["parts"]} <= {"sparse", "recovery", "sparse recovery"}
    none = client.get("/api/v1/why", params={"q": "zzzz", "id": str(paper.id)}).json()
    assert none["score"] is None


def test_programs_are_told_what_may_have_been_meant(client: TestClient) -> None:
    assert client.get("/api/v1/search?q=quiet+transeints").json()["meant"] == "quiet transients"
    assert client.get("/api/v1/search?q=quiet+transients").json()["meant"] is None
