"""Language, themes, width, accessibility and hostile papers, as a browser shows them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
PATHS = [
    "/",
    "/arxiv?date=2026-03-17",
    "/arxiv/cs.LG+stat.ML-cs.CV",
    "/arxiv/math.GT",
    "/arxiv/2603.10001",
    "/arxiv/2603.10002",
    "/arxiv/2603.10003",
    "/arxiv/2603.10005",
    "/arxiv/2603.10001,2603.10004",
    "/shelf",
    "/shelf?topic=attention",
    "/shelf/zipf-1935",
    "/methods",
    "/methods/truncated_svd",
    "/search",
    "/search?q=quiet+(",
    "/ledger",
    "/ledger?day=2026-03-17",
    "/about",
]
DARK, LIGHT = "rgb(26, 25, 23)", "rgb(253, 252, 248)"


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def violations(page: Page) -> list[str]:
    """What axe finds wrong on every page, a line each."""
    broken = []
    for path in PATHS:
        page.goto(path)
        for rule in Axe().run(page).response["violations"]:
            broken.append(f"{path}: {rule['id']}: {rule['nodes'][0]['html'][:160]}")
    return broken


def test_the_language_is_the_browsers_until_it_is_switched(open_page: Open) -> None:
    page = open_page("/arxiv?date=2026-03-17", locale="zh-CN")
    expect(page.locator("h1")).to_have_text("2026年3月17日 星期二")
    page.locator("header").get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Tuesday, 17 March 2026")
    assert page.url.endswith("/arxiv?date=2026-03-17")


def test_dark_follows_the_system(open_page: Open) -> None:
    assert background(open_page("/", color_scheme="dark")) == DARK
    assert background(open_page("/", color_scheme="light")) == LIGHT


@pytest.mark.parametrize("script", [True, False])
def test_the_theme_is_switched_and_kept(open_page: Open, script: bool) -> None:
    page = open_page("/shelf", color_scheme="light", java_script_enabled=script)
    with page.expect_response("**/preferences"):
        page.locator("header").get_by_role("button", name="Dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/about")
    assert background(page) == DARK
    expect(page.locator("header").get_by_role("button", name="Light theme")).to_be_visible()
    expect(page.locator("header").get_by_role("button", name="Dark theme")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways(open_page: Open, width: int) -> None:
    page = open_page("/about", viewport={"width": width, "height": 800})
    for path in PATHS:
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, path


def test_a_wide_formula_scrolls_inside_itself(open_page: Open) -> None:
    page = open_page("/arxiv/2603.10005", viewport={"width": 390, "height": 800})
    wide = page.locator(".abstract .math").first
    assert wide.evaluate("f => f.scrollWidth > f.clientWidth && f.clientWidth > 200")
    assert wide.evaluate("f => { f.scrollLeft = 50; return f.scrollLeft }") == 50


def test_lines_hold_sixty_five_to_seventy_five_characters(open_page: Open) -> None:
    page = open_page("/arxiv?date=2026-03-17")
    text = page.locator(".abstract p").nth(1)
    lines = text.evaluate("""p => {
      const node = p.firstChild, range = document.createRange(), tops = [];
      for (let i = 0; i < node.length; i++) {
        range.setStart(node, i); range.setEnd(node, i + 1);
        tops.push(range.getBoundingClientRect().top);
      }
      return tops.lastIndexOf(tops[0]) + 1;
    }""")
    assert 60 <= lines <= 80


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_rule_is_broken(open_page: Open, scheme: str) -> None:
    page = open_page("/about", color_scheme=scheme)
    assert not violations(page)


def test_no_accessibility_rule_is_broken_on_a_phone_in_chinese(open_page: Open) -> None:
    page = open_page("/about", locale="zh-CN", viewport={"width": 390, "height": 800})
    assert not violations(page)


def test_a_hostile_paper_is_text_and_nothing_else(open_page: Open) -> None:
    page = open_page("/arxiv/2603.10003")
    expect(page.locator("h1")).to_have_text(
        "<script>alert('title')</script><img src=x onerror=alert(1)> \"quoted\" & 'apostrophes'"
    )
    shown = page.locator(".abstract").inner_text()
    for text in ("<svg onload=alert(2)>", "</p></article><h1>out</h1>", "{{ 7*7 }}", "<style>"):
        assert text in shown
    assert (
        page.locator("main")
        .locator("script, img, svg, style, iframe, b, [onerror], [onload]")
        .count()
        == 0
    )
    addresses = page.locator("main a").evaluate_all("links => links.map(link => link.protocol)")
    assert set(addresses) <= {"http:", "https:"}
    assert page.locator("main h1").count() == 1


def test_a_hostile_query_is_text_and_nothing_else(open_page: Open) -> None:
    query = "<img src=x onerror=alert(1)> date:<b>"
    page = open_page(f"/search?q={query}")
    expect(page.get_by_role("combobox")).to_have_value(query)
    assert page.locator("main").locator("img, b").count() == 0


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["/arxiv?date=2026-03-17", "/search?q=patience", "/shelf"])
def test_nothing_moves_while_a_page_is_loaded(open_page: Open, path: str, width: int) -> None:
    page = open_page(path, viewport={"width": width, "height": 800})
    shift = page.evaluate("""() => new Promise(done => new PerformanceObserver(list => {
      done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0));
    }).observe({type: 'layout-shift', buffered: true}) ?? setTimeout(() => done(0), 500))""")
    assert shift <= 0.01


def test_a_first_visit_is_four_requests_and_sixty_kilobytes(open_page: Open, site: str) -> None:
    page = open_page("/about")
    page.context.clear_cookies()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    # What the page before still fetches (its icon) may finish now, and is not of this visit.
    asked: set[str] = set()
    sizes: dict[str, float] = {}

    def begun(event: dict[str, str]) -> None:
        if "/arxiv" in event["documentURL"]:
            asked.add(event["requestId"])

    def finished(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = event["encodedDataLength"]

    session.on("Network.requestWillBeSent", begun)
    session.on("Network.loadingFinished", finished)
    page.goto("/arxiv?date=2026-03-17", wait_until="networkidle")
    assert 2 < len(asked) <= 4
    assert 0 < sum(sizes[each] for each in asked if each in sizes) <= 60_000
    assert re.match(r"http://127\.0\.0\.1:\d+$", site)
