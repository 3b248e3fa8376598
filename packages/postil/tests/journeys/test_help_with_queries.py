"""The search box that suggests, words that are marked, offers and reasons, as a browser shows them."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

Open = Callable[..., Page]
SHIFTS = """() => new Promise(done => new PerformanceObserver(list => {
  done(list.getEntries().filter(entry => !entry.hadRecentInput || entry.value > 0)
    .reduce((sum, entry) => sum + entry.value, 0));
}).observe({type: 'layout-shift', buffered: true}) ?? setTimeout(() => done(0), 300))"""


ANSWERED = """() => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function () {
    this.addEventListener("loadend", () => { window.answered = this.responseURL; });
    send.call(this);
  };
}"""


def typed(page: Page, text: str) -> Locator:
    """Type into the search box, and wait for what is suggested for all of it; the lines.

    Where keys come slower than the pause between two questions, lines for a part of the text come too.
    """
    box = page.get_by_role("combobox")
    page.evaluate(ANSWERED)
    box.click()
    box.press_sequentially(text, delay=10)
    page.wait_for_function(
        "text => window.answered && new URL(window.answered).searchParams.get('q') === text",
        arg=text,
    )
    lines = page.get_by_role("option")
    expect(lines.first).to_be_visible()
    return lines


def test_a_suggestion_is_chosen_and_taken_with_the_keyboard(open_page: Open) -> None:
    page = open_page("/about")
    box = page.get_by_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "false")
    lines = typed(page, "author:quil")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(lines.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-1")
    expect(box).to_be_focused()
    expect(box).to_have_value("author:quil")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=author*")
    expect(page.get_by_role("combobox")).to_have_value('author:"Ada Quill"')


def test_a_line_stays_chosen_when_a_newer_answer_was_under_way(open_page: Open) -> None:
    page = open_page("/")
    lines = typed(page, "author:qui")
    page.keyboard.press("l")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(600)
    expect(lines.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=author*")
    expect(page.get_by_role("combobox")).to_have_value('author:"Ada Quill"')


def test_the_arrows_go_round_through_the_box_itself(open_page: Open) -> None:
    page = open_page("/")
    lines = typed(page, "sparse rec")
    count = lines.count()
    page.keyboard.press("ArrowUp")
    expect(lines.nth(count - 1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(lines.first).to_have_attribute("aria-selected", "true")


def test_escape_puts_the_list_away_and_keeps_the_words(open_page: Open) -> None:
    page = open_page("/")
    lines = typed(page, "sparse rec")
    page.keyboard.press("Escape")
    expect(lines.first).to_be_hidden()
    box = page.get_by_role("combobox")
    expect(box).to_have_value("sparse rec")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("option").first).to_be_hidden()


def test_enter_without_a_choice_searches_for_what_was_typed(open_page: Open) -> None:
    page = open_page("/")
    typed(page, "sparse rec")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=sparse+rec")


def test_a_press_on_a_paper_opens_it_with_its_formulas_shown(open_page: Open) -> None:
    page = open_page("/search")
    typed(page, "sparse recovery in")
    line = page.locator("[role=option][data-path]").first
    expect(line.locator("math").first).to_be_visible()
    line.click()
    page.wait_for_url("**/arxiv/2603.10001")


def test_a_field_is_completed_and_goes_on(open_page: Open) -> None:
    page = open_page("/")
    typed(page, "auth")
    page.get_by_role("option", name="author:").click()
    box = page.get_by_role("combobox")
    expect(box).to_have_value("author:")
    expect(box).to_be_focused()


def test_suggestions_in_chinese_for_what_is_typed_in_chinese(open_page: Open) -> None:
    page = open_page("/", locale="zh-CN")
    lines = typed(page, "机器学")
    expect(lines.first).to_contain_text("cs.LG")
    expect(lines.first).to_contain_text("机器学习")
    expect(page.get_by_text("条建议")).to_have_count(1)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_open_list_moves_nothing_and_fits_the_window(open_page: Open, width: int) -> None:
    page = open_page("/", viewport={"width": width, "height": 800})
    before = page.locator("main").bounding_box()
    typed(page, "sparse recovery in")
    assert page.locator("main").bounding_box() == before
    assert page.evaluate(SHIFTS) <= 0.01
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    box = page.get_by_role("listbox").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_rule_is_broken_with_help_in_view(open_page: Open, scheme: str) -> None:
    page = open_page("/search?q=quiet+transeints+sparse", color_scheme=scheme)
    expect(page.get_by_text("Did you mean")).to_be_visible()
    page.locator("a.ask").first.click()
    expect(page.locator(".why table").first).to_be_visible()
    page.get_by_role("combobox").fill("")
    typed(page, "sparse rec")
    page.keyboard.press("ArrowDown")
    broken = [
        f"{rule['id']}: {rule['nodes'][0]['html'][:160]}"
        for rule in Axe().run(page).response["violations"]
    ]
    assert not broken


def test_reasons_open_in_their_place_and_close_again(open_page: Open) -> None:
    page = open_page("/search?q=sparse+recovery")
    ask = page.locator("a.ask").first
    ask.click()
    table = page.locator(".paper .why table").first
    expect(table).to_be_visible()
    assert page.url.endswith("/search?q=sparse+recovery")
    ask.click()
    expect(table).to_be_hidden()


def test_without_script_nothing_is_lost(open_page: Open) -> None:
    page = open_page("/search?q=sparse+recovery", java_script_enabled=False)
    expect(page.locator("mark").first).to_be_visible()
    page.locator("a.ask").first.click()
    expect(page.locator(".why table")).to_be_visible()
    expect(page.locator(".paper:has(.why)")).to_be_in_viewport()
    page.goto("/search?q=quiet+transeints")
    page.get_by_role("link", name="quiet transients", exact=True).click()
    expect(page.get_by_role("searchbox")).to_have_value("quiet transients")


def test_copying_a_marked_formula_copies_its_tex(open_page: Open) -> None:
    page = open_page("/search?q=measurements+log")
    copied = page.locator(".title mark .math").first.evaluate("""element => {
      getSelection().selectAllChildren(element);
      const transfer = new DataTransfer();
      const options = {clipboardData: transfer, bubbles: true, cancelable: true};
      element.dispatchEvent(new ClipboardEvent('copy', options));
      return transfer.getData('text/plain');
    }""")
    assert copied == r"$O(k \log(n/k))$"
