"""The keyboard, and what a copied passage holds."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

DAY = "/arxiv?date=2026-03-17"
Open = Callable[..., Page]


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('.paper')?.dataset.id ?? ''"))


def test_j_and_k_move_from_paper_to_paper_and_o_opens(open_page: Open) -> None:
    page = open_page(DAY)
    found = []
    for key in "jjjk":
        page.keyboard.press(key)
        found.append(focused(page))
    assert found == ["2603.10001", "2603.10002", "2603.10003", "2603.10002"]
    page.keyboard.press("o")
    page.wait_for_url("**/arxiv/2603.10002")


def test_a_focused_paper_is_in_view_and_visibly_so(open_page: Open) -> None:
    page = open_page(DAY)
    for _ in range(12):
        page.keyboard.press("j")
    title = page.locator(".paper .title a:focus")
    expect(title).to_be_in_viewport()
    assert title.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"


def test_slash_goes_to_the_search_box_and_letters_typed_there_stay_there(open_page: Open) -> None:
    page = open_page(DAY)
    page.keyboard.press("/")
    page.keyboard.type("jk?")
    expect(page.get_by_role("combobox")).to_have_value("jk?")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_question_mark_shows_the_keys_and_escape_closes_them(open_page: Open) -> None:
    page = open_page("/shelf")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_brackets_change_the_day_and_f_folds_the_abstracts(open_page: Open) -> None:
    page = open_page("/arxiv/cs.LG?date=2026-03-17")
    page.keyboard.press("f")
    expect(page.locator(".abstract").first).to_be_hidden()
    page.keyboard.press("f")
    expect(page.locator(".abstract").first).to_be_visible()
    page.keyboard.press("[")
    page.wait_for_url("**date=2026-03-16")
    page.keyboard.press("]")
    page.wait_for_url("**date=2026-03-17")


def test_single_keys_that_are_off_do_nothing(open_page: Open) -> None:
    page = open_page("/about")
    page.locator("main").get_by_role("button", name="Turn single keys off").click()
    page.goto(DAY)
    page.keyboard.press("j")
    assert focused(page) == ""


def test_the_first_tab_offers_to_skip_to_the_content(open_page: Open) -> None:
    page = open_page(DAY)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


COPY = """element => {
  getSelection().selectAllChildren(element);
  const transfer = new DataTransfer();
  const options = {clipboardData: transfer, bubbles: true, cancelable: true};
  element.dispatchEvent(new ClipboardEvent('copy', options));
  return transfer.getData('text/plain');
}"""


def test_copying_a_passage_copies_the_tex_of_its_formulas(open_page: Open) -> None:
    page = open_page("/arxiv/2603.10001")
    copied = page.locator(".abstract").evaluate(COPY)
    assert copied.startswith(r"We bound the error of recovery by $\|x - \hat{x}\|_2 \le C \sigma")
    assert r"/ \sqrt{k}$ for every $x \in \mathbb{R}^n$. The proof reads" in copied
    assert r"$$\sum_{i=1}^{n} \lambda_i \langle a_i, x \rangle^2 = \|A x\|_2^2,$$" in copied
    assert "between $5 and $10 of computing time. See the appendix." in copied


def test_copying_within_one_formula_copies_the_whole_of_it(open_page: Open) -> None:
    page = open_page("/arxiv/2603.10001")
    assert page.locator(".abstract .math math").nth(1).evaluate(COPY) == r"$x \in \mathbb{R}^n$"


def test_text_without_formulas_is_left_to_the_browser(open_page: Open) -> None:
    page = open_page("/arxiv/2603.10002")
    assert page.locator(".abstract").evaluate(COPY) == ""


def test_the_bibtex_is_copied_by_a_button(open_page: Open) -> None:
    page = open_page("/arxiv/2603.10001", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_text("BibTeX").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@article{quill2026sparse")
