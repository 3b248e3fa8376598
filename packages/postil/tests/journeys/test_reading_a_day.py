"""Open, choose, read, scroll, with JavaScript and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

DAY = "/arxiv?date=2026-03-17"
Open = Callable[..., Page]


@pytest.mark.parametrize("script", [True, False])
def test_from_the_first_page_to_a_paper(open_page: Open, script: bool) -> None:
    page = open_page("/", java_script_enabled=script)
    page.get_by_role("radiogroup", name="stat.ML").get_by_role("radio", name="leave out").check()
    page.get_by_role("radiogroup", name="cs.CL Computation and Language").get_by_role(
        "radio", name="include"
    ).check()
    page.get_by_role("button", name="Show these papers").click()
    page.wait_for_url("**/arxiv/cs.CL+cs.LG-stat.ML")
    expect(page.locator("h1")).to_have_text("Tuesday, 17 March 2026")
    page.get_by_role("link", name="关于低秩注意力的一个注记").click()
    page.wait_for_url("**/arxiv/2603.10004")
    expect(page.locator("h1")).to_have_attribute("lang", "zh")


def test_the_expression_is_shown_while_it_is_chosen(open_page: Open) -> None:
    page = open_page("/?choose=cs.LG")
    page.get_by_role("radiogroup", name="cs.CV").get_by_role("radio", name="leave out").check()
    expect(page.locator("#chosen")).to_have_text("cs.LG-cs.CV")


def test_scrolling_brings_the_next_papers_and_no_heading_twice(open_page: Open) -> None:
    page = open_page(DAY)
    cards = page.locator(".paper")
    expect(cards).to_have_count(25)
    for expected in (50, 57):
        page.locator(".pages, footer").first.scroll_into_view_if_needed()
        expect(cards).to_have_count(expected)
    ids = cards.evaluate_all("cards => cards.map(card => card.dataset.id)")
    assert len(set(ids)) == 57
    expect(page.locator("h2.section")).to_have_count(3)
    expect(page.get_by_role("link", name="Next page")).to_have_count(0)


def test_without_javascript_every_paper_is_reached_by_links(open_page: Open) -> None:
    page = open_page(DAY, java_script_enabled=False)
    seen: list[str] = []
    for _ in range(3):
        seen += page.locator(".paper .id").all_text_contents()
        following = page.get_by_role("link", name="Next page")
        if following.count():
            following.click()
    assert len(seen) == len(set(seen)) == 57


def test_a_next_page_that_cannot_be_fetched_stays_a_link(open_page: Open) -> None:
    page = open_page("/about")
    page.route("**/*part=list*", lambda route: route.fulfill(status=204))
    page.goto(DAY)
    page.locator(".pages").scroll_into_view_if_needed()
    link = page.get_by_role("link", name="Next page")
    expect(link).to_have_text("More papers could not be fetched. Next page")
    page.unroute("**/*part=list*")
    link.click()
    page.wait_for_url("**page=2")
    expect(page.locator(".paper").first).to_be_visible()


def test_a_day_is_narrowed_by_one_category(open_page: Open) -> None:
    page = open_page(DAY)
    page.get_by_role("link", name="Also math.NA").click()
    page.wait_for_url("**/arxiv/math.NA?date=2026-03-17")
    page.get_by_role("link", name="Leave out stat.ML").click()
    page.wait_for_url("**/arxiv/math.NA-stat.ML?date=2026-03-17")
    expect(page.locator(".lede strong")).to_have_text("14 papers held")


def test_the_calendar_leads_to_another_day(open_page: Open) -> None:
    page = open_page("/arxiv/cs.LG?date=2026-03-17")
    page.locator(".calendar").get_by_role("link", name="16").click()
    page.wait_for_url("**/arxiv/cs.LG?date=2026-03-16")
    expect(page.locator(".paper")).to_have_count(3)


def test_search_and_its_orders(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_role("combobox").fill('"old number" OR "day earlier"')
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    page.get_by_role("link", name="Oldest").click()
    page.wait_for_url("**sort=oldest")
    expect(page.locator(".paper .id").first).to_have_text("math/0309136")


def test_authors_unfold_in_place(open_page: Open) -> None:
    page = open_page("/arxiv/2603.10002")
    expect(page.get_by_role("link", name="Observer Number40")).not_to_be_visible()
    page.get_by_text("and 32 more").click()
    expect(page.get_by_role("link", name="Observer Number40")).to_be_visible()
