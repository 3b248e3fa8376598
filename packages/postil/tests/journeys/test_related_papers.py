"""From a card to what is related to it, with JavaScript and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]


@pytest.mark.parametrize("script", [True, False])
def test_from_a_paper_to_a_related_one_and_back(open_page: Open, script: bool) -> None:
    page = open_page("/arxiv/2603.10001", java_script_enabled=script)
    page.get_by_role("link", name="Related papers").click()
    page.wait_for_url("**/related/2603.10001")
    expect(page.locator("h1")).to_have_text("Related papers")
    first = page.locator(".relative").first
    expect(first.locator(".shares")).to_be_visible()
    first.get_by_role("link", name="Related", exact=True).click()
    page.wait_for_url(lambda address: "/related/" in address and "2603.10001" not in address)
    page.go_back()
    page.get_by_role("link", name="The paper").click()
    page.wait_for_url("**/arxiv/2603.10001")
    expect(page.locator("article")).to_have_attribute("data-id", "2603.10001")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_and_its_keywords_lead_to_searches(open_page: Open, width: int) -> None:
    page = open_page("/related/2603.10001", viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width < 1000:
        page.locator(".margin summary").click()
    keyword = page.locator(".weighed a").first
    words = keyword.inner_text()
    keyword.click()
    page.wait_for_url("**/search?q=*")
    expect(page.locator("input[name=q]")).to_have_value(words)
