"""The ledger as a browser shows it, and what an open page learns while it is read."""

from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from postil.harvest.state import HarvestState, write_state

WEDNESDAY = date(2026, 2, 4)
SHIFT = """() => {
  window.moved = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.moved += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
}"""


def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page, a line each."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_ledger_breaks_no_rule_of_accessibility(live: Any, width: int, scheme: str) -> None:
    page = live.open("/ledger", viewport={"width": width, "height": 900}, color_scheme=scheme)
    for path in ("/ledger", "/ledger?day=2026-02-03", "/arxiv/cs.LG"):
        page.goto(path)
        assert not violations(page), path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_each_state_has_a_shape_of_its_own_and_not_a_colour_alone(live: Any) -> None:
    page = live.open("/ledger")
    marks = ["complete", "incomplete", "ahead", "unknown", "holiday", "weekend"]
    shapes = page.evaluate(
        """marks => marks.map(mark => {
      const style = getComputedStyle(document.querySelector(`.year a.${mark}`));
      return [style.borderRadius, style.clipPath, style.borderStyle, style.textDecorationLine,
              style.backgroundColor === 'rgba(0, 0, 0, 0)', style.borderColor === 'rgba(0, 0, 0, 0)'].join();
    })""",
        marks,
    )
    assert len(set(shapes)) == len(marks)


def test_the_year_is_one_stop_of_the_tab_key_and_arrows_move_in_it(live: Any) -> None:
    page = live.open("/ledger")
    assert page.locator('.year a[tabindex="0"]').count() == 1
    page.locator(".year a[tabindex='0']").focus()
    expect(page.get_by_label("Tuesday, 3 February 2026")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Tuesday, 27 January 2026")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Wednesday, 4 February 2026")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.get_by_label("Thursday, 1 January 2026")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_label("Thursday, 1 January 2026")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/ledger?day=2026-01-01")


def test_the_calendar_can_be_skipped(live: Any) -> None:
    page = live.open("/ledger")
    page.get_by_role("link", name="Skip the calendar").focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#after-year")


def test_from_the_line_of_a_day_to_what_is_missing(live: Any) -> None:
    page = live.open("/arxiv/cs.LG", java_script_enabled=False)
    page.get_by_role("link", name="3 of 5 held: 2 are missing").click()
    page.wait_for_url("**/ledger?day=2026-02-03")
    missing = page.get_by_role("link", name="2602.00006")
    expect(missing).to_have_attribute("href", "https://arxiv.org/abs/2602.00006")


@pytest.mark.parametrize("script", [True, False])
def test_the_harvest_is_paused_and_goes_on(live: Any, script: bool) -> None:
    page = live.open("/ledger?year=2026", java_script_enabled=script)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused.")).to_be_visible()
    assert page.url.endswith("/ledger?year=2026")
    assert live.library.harvest.state().paused
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert not live.library.harvest.state().paused


def test_the_progress_of_a_harvest_is_seen_without_loading_again(live: Any) -> None:
    page = live.open("/ledger")
    expect(page.locator("#harvest-state")).to_have_text("No harvest is running.")
    now = live.library.clock.now()
    for requests in (1, 2):
        told = HarvestState(
            now, running=True, doing="reading the list of cs", requests=requests, papers=40
        )
        write_state(live.library.store, told)
        expect(page.locator("#harvest-state")).to_contain_text(f"{requests} request")
    expect(page.locator("#harvest-state")).to_contain_text("reading the list of cs")


@pytest.mark.parametrize("width", [390, 1280])
def test_papers_that_come_change_the_line_in_place_and_move_nothing(live: Any, width: int) -> None:
    page = live.open("/arxiv/cs.LG", viewport={"width": width, "height": 800})
    line = page.locator(".standing")
    expect(line).to_have_text("3 of 5 held: 2 are missing")
    page.evaluate(SHIFT)
    top = page.locator(".paper").first.bounding_box()
    live.hold([6, 7])
    expect(line).to_have_text("complete: 5 of 5, at 3 Feb, 12:00 ET")
    notice = page.locator("#news")
    expect(notice).to_contain_text("2 more papers:")
    assert page.locator(".paper").first.bounding_box() == top
    assert page.evaluate("window.moved") == 0
    expect(page.locator(".paper")).to_have_count(3)
    notice.get_by_role("link", name="show").click()
    expect(page.locator(".paper")).to_have_count(5)


def test_a_new_day_is_told_and_shown_when_asked(live: Any) -> None:
    page = live.open("/")
    live.hold([10, 11, 12], WEDNESDAY)
    live.read([10, 11, 12], WEDNESDAY)
    notice = page.locator("#news")
    expect(notice).to_contain_text("A new day: Wednesday, 4 February 2026, 3 papers:")
    expect(page.locator("#today-title")).to_have_text("Tuesday, 3 February 2026")
    notice.get_by_role("link", name="show").click()
    expect(page.locator("h1")).to_have_text("Wednesday, 4 February 2026")


def test_a_notice_that_is_put_away_stays_away_until_there_is_more_to_tell(live: Any) -> None:
    page = live.open("/arxiv/cs.LG")
    live.hold([6])
    expect(page.locator("#news")).to_contain_text("1 more paper:")
    page.get_by_role("button", name="put away").click()
    expect(page.locator("#news")).to_be_empty()
    with page.expect_response("**part=live**"):  # another change, of which this list knows nothing
        live.hold([1], date(2026, 1, 30))
    expect(page.locator("#news")).to_be_empty()
    live.hold([7])
    expect(page.locator("#news")).to_contain_text("2 more papers:")


def test_a_notice_breaks_no_rule_of_accessibility(live: Any) -> None:
    page = live.open("/arxiv/cs.LG", color_scheme="dark", viewport={"width": 390, "height": 800})
    live.hold([6])
    expect(page.locator("#news")).to_contain_text("1 more paper:")
    assert not violations(page)


def test_a_page_that_is_left_gives_its_connection_back(live: Any) -> None:
    page = live.open("/arxiv/cs.LG")
    for _ in range(8):  # more than a browser's connections to one server
        page.goto("/ledger")
        page.goto("/arxiv/cs.LG")
    expect(page.locator(".paper")).to_have_count(3)
