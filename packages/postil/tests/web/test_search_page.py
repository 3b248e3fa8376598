import re

import pytest
from starlette.testclient import TestClient


def found(html: str) -> list[str]:
    return re.findall(r'data-id="([^"]+)"', html)


def test_a_search_says_how_many_and_how_long(client: TestClient) -> None:
    html = client.get("/search?q=patience+wavelets").text
    assert re.search(r"<strong>\d+ papers</strong>", html)
    assert re.search(r"\d+ with every word", html)
    assert re.search(r"[\d.]+ ms", html)


def test_sorting_by_date_puts_old_papers_last_or_first(client: TestClient) -> None:
    query = '"old number" OR "day earlier"'
    newest = found(client.get("/search", params={"q": query, "sort": "newest"}).text)
    oldest = found(client.get("/search", params={"q": query, "sort": "oldest"}).text)
    assert newest.index("2603.09001") < newest.index("math/0309136")
    assert oldest.index("2603.09001") > oldest.index("math/0309136")


def test_the_pages_of_a_search_do_not_repeat_papers(client: TestClient) -> None:
    first = found(client.get("/search?q=patience").text)
    second = found(client.get("/search?q=patience&page=2").text)
    assert len(first) == 25
    assert second
    assert not set(first) & set(second)


def test_an_empty_search_shows_how_to_ask(client: TestClient) -> None:
    html = client.get("/search").text
    assert "author:&#34;Drineas&#34;" in html
    assert "papers</strong>" not in html


def test_a_problem_is_explained_beside_the_best_reading(client: TestClient) -> None:
    response = client.get("/search", params={"q": "wavelets date:2026-13"})
    assert response.status_code == 200
    assert "“2026-13” is no date" in response.text
    assert "Read as:" in response.text
    assert found(response.text)


def test_a_problem_is_explained_in_chinese_too(client: TestClient) -> None:
    response = client.get(
        "/search", params={"q": "wavelets cat:cs.XQ"}, headers={"Accept-Language": "zh-CN"}
    )
    assert "不是类别" in response.text


@pytest.mark.parametrize(
    "query",
    [
        "x" * 10_000,
        "(" * 9_000,
        'a" OR (b -',
        "\x00\x01\x1b[31m",
        "\ud800 lone half",
        "cat: author: date: id:",
        "date:9999999..1 -",
        "🙂 ∑ ⟨x⟩ % & # \\",
        "*:* AND [* TO *] ^2 ~3",
    ],
)
def test_no_query_is_an_error_page(client: TestClient, query: str) -> None:
    encoded = query.encode("utf-8", "surrogatepass")
    response = client.get("/search", params={"q": encoded})
    assert response.status_code == 200
    assert "<h1" in response.text


def test_a_query_is_shown_as_text_and_never_as_markup(client: TestClient) -> None:
    html = client.get("/search", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in html
    assert "&#34;&gt;&lt;script&gt;" in html


def test_an_unknown_order_is_read_as_relevance(client: TestClient) -> None:
    html = client.get("/search?q=wavelets&sort=loudest").text
    assert re.search(r'aria-current="true">Relevance', html)
