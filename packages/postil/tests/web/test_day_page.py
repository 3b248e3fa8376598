import re

from starlette.testclient import TestClient

DAY = "2026-03-17"


def titles(html: str) -> list[str]:
    return re.findall(r'data-id="([^"]+)"', html)


def test_a_day_shows_its_first_page_in_the_archives_order(client: TestClient) -> None:
    shown = titles(client.get(f"/arxiv?date={DAY}").text)
    assert len(shown) == 25
    assert shown[:3] == ["2603.10001", "2603.10002", "2603.10003"]


def test_an_expression_is_a_union_less_a_difference(client: TestClient) -> None:
    html = client.get(f"/arxiv/cs.LG+math.NA-stat.ML?date={DAY}").text
    assert "28 papers held" in html
    assert "2603.10001" not in titles(html)
    assert "2603.10005" in titles(html)


def test_without_a_date_the_latest_day_of_the_expression_is_shown(client: TestClient) -> None:
    assert (
        '<time datetime="2026-03-17">Tuesday, 17 March 2026</time>'
        in client.get("/arxiv/cs.LG").text
    )


def test_the_pages_of_a_day_hold_each_paper_once(client: TestClient) -> None:
    path, seen = f"/arxiv?date={DAY}", []
    while path:
        html = client.get(path).text
        seen += titles(html)
        following = re.search(r'rel="next" href="([^"]*page=[^"]*)"', html)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 57


def test_sections_are_named_where_a_day_has_several_kinds(client: TestClient) -> None:
    html = client.get(f"/arxiv?date={DAY}&page=2").text
    assert 'id="new"' in html
    assert 'id="cross"' in html


def test_a_part_repeats_no_heading_that_is_in_view(client: TestClient) -> None:
    part = client.get(f"/arxiv?date={DAY}&page=2&part=list").text
    assert 'id="new"' not in part
    assert 'id="cross"' in part
    assert "<html" not in part
    assert len(titles(part)) == 25


def test_a_day_of_one_kind_claims_no_section(client: TestClient) -> None:
    assert 'class="section"' not in client.get("/arxiv?date=2026-03-16").text


def test_only_days_with_papers_are_links_in_the_calendar(client: TestClient) -> None:
    html = client.get(f"/arxiv/cs.LG?date={DAY}").text
    month = html[html.index('id="calendar"') : html.index("</table>")]
    assert set(re.findall(r"date=(2026-03-\d\d)", month)) == {"2026-03-16", DAY}
    assert 'aria-current="date"' in month


def test_the_calendar_turns_to_another_month_without_leaving_the_day(client: TestClient) -> None:
    html = client.get(f"/arxiv/cs.LG?date={DAY}&month=2026-02").text
    assert "February 2026" in html
    assert "date=2026-02-27" in html
    assert "Tuesday, 17 March 2026" in html


def test_neighbouring_days_are_those_that_have_papers(client: TestClient) -> None:
    html = client.get("/arxiv/cs.LG?date=2026-03-16").text
    assert 'data-step="previous" href="/arxiv/cs.LG?date=2026-02-27"' in html
    assert f'data-step="next" href="/arxiv/cs.LG?date={DAY}"' in html


def test_a_day_without_papers_says_so_and_stays_a_page(client: TestClient) -> None:
    response = client.get("/arxiv?date=2026-03-15")
    assert response.status_code == 200
    assert "No papers are held for this day" in response.text


def test_categories_that_were_never_announced_list_all_their_papers(client: TestClient) -> None:
    html = client.get("/arxiv/math.GT").text
    assert "newest first" in html
    assert "math/0309136" in titles(html)


def test_the_box_for_expressions_leads_to_the_expressions_own_address(client: TestClient) -> None:
    response = client.get(f"/arxiv?categories=CS.lg,stat.ML+-cs.CV&date={DAY}")
    assert response.status_code == 303
    assert response.headers["location"] == f"/arxiv/cs.LG+stat.ML-cs.CV?date={DAY}"


def test_narrowing_links_change_the_expression_by_one_category(client: TestClient) -> None:
    html = client.get(f"/arxiv/cs.LG?date={DAY}").text
    assert f'href="/arxiv/cs.LG+math.NA?date={DAY}"' in html
    assert f'href="/arxiv/cs.LG-math.NA?date={DAY}"' in html
    assert 'aria-label="No longer choose by cs.LG"' in html
