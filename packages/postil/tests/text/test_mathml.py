"""Formulas as MathML: clean, harmless and bounded, whatever the TeX."""

import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postil.text.mathml import MAX_LENGTH, MAX_MARKS, MAX_OUTPUT, formula_html, to_mathml

PAGE_TAGS = frozenset(
    "span code math mi mn mo ms mtext mspace mrow msub msup msubsup munder mover munderover mfrac "
    "msqrt mroot mtable "
    "mtr mtd mpadded mphantom mmultiscripts mprescripts mstyle menclose i b none".split()
)
HARMLESS_ATTRIBUTES = frozenset(
    "class translate data-tex display mathvariant stretchy lspace rspace width height depth voffset "
    "form accent "
    "accentunder movablelimits displaystyle scriptlevel linethickness minsize maxsize symmetric "
    "fence separator "
    "columnalign notation largeop".split()
)


def parsed(html):
    root = ET.fromstring(html)
    assert {element.tag for element in root.iter()} <= PAGE_TAGS
    assert {name for element in root.iter() for name in element.attrib} <= HARMLESS_ATTRIBUTES
    return root


def shown(tex):
    root = parsed(formula_html(tex))
    assert root.tag == "span", f"{tex} was not set"
    return "".join(root.itertext())


def test_a_formula_keeps_its_tex_and_is_kept_from_translators():
    root = parsed(formula_html(r'a < b \text{"x" & y}'))
    assert root.attrib == {
        "class": "math notranslate",
        "translate": "no",
        "data-tex": r'a < b \text{"x" & y}',
    }


def test_display_and_long_formulas_are_marked_for_the_style_sheet():
    assert parsed(formula_html("x", True)).attrib["class"] == "math display notranslate"
    assert parsed(formula_html("x", True))[0].attrib == {"display": "block"}
    assert parsed(formula_html("+".join("abcdefghijklmnopqrstuvwxyz" * 2))).attrib["class"] == (
        "math wide notranslate"
    )


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\R^n \Z \F_q", "ℝnℤ𝔽q"),
        (r"{\cal F}", "ℱ︀"),
        (r"\Mdot", "M˙"),
        (r"\Msun", "M⊙"),
        (r"\Vmax", "Vmax"),
        (r"\cA", "𝒜︀"),
        (r"\Spec R", "Spec\u2061R"),
        (r"x \lsim y", "x≲y"),
        (r"50%", "50%"),
        (r"1\AA", "1Å"),
        (r"1 \r{A}", "1Å"),
        (r"\left<x\right>", "⟨x⟩"),
        (r"\la x \ra", "⟨x⟩"),
        (r"e^{\la_1 t}", "eλ1t"),
        (r"\mbox{if $x$ is}", "if x is"),
        (r"\unicode{x2013}", "–"),
        (r"\alpha^'", "α′"),
        (r"a \label{eq:x} \nonumber", "a"),
        (r"\sum_{\substack{a\\b}} c", "∑abc"),
        (r"\ce{H2O}", "H2O"),
        (r"\ce{A + B -> C}", "A+B→C"),
        (r"\SI{3}{\kilo\metre}", "3km"),
        (r"a &= b", "a=b"),
        (r"T_{\mathrm{eff}", "Teff"),
        (r"a)}", "a)"),
        (r"1s^2^1S", "1s21S"),
        (r"\NPSPACE", "NPSPACE"),
    ],
)
def test_what_authors_write_without_defining_it_is_read(tex, text):
    assert "".join(shown(tex).split()) == "".join(text.split())


def test_equations_of_an_abstract_bear_no_numbers():
    assert shown(r"\begin{align}a&=b\\c&=d\end{align}") == "a=bc=d"


@pytest.mark.parametrize(
    "tex", [r"\frobnicate{x}", r"\zq", "\\def\\a{x}\\a", r"\newcommand{\q}{x}\q", r"\href{x}"]
)
def test_what_cannot_be_set_shows_its_tex_quietly(tex):
    root = parsed(formula_html(tex))
    assert (root.tag, root.text, len(root)) == ("code", tex, 0)
    assert root.attrib == {"class": "tex notranslate", "translate": "no"}


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\href{javascript:alert(1)}{x}",
        r"\url{javascript:alert(1)}",
        r"\htmlClass{x}{y}\style{color:red}{x}",
        r"\text{\"><img src=x onerror=alert(1)>}",
        r'"><script>',
        r"\includegraphics{http://a.b/c}",
        r"\color{red}{x}\textcolor{red;background:url(x)}{y}",
        "\\unicode{x3c}script\\unicode{x3e}",
        "\x00\x1b[31m\ud800\u202e",
    ],
)
def test_markup_and_scripts_in_tex_stay_text(tex):
    parsed(formula_html(tex))
    parsed(formula_html(tex, True))


BOMBS = {
    "braces": "{" * 10_000 + "x" + "}" * 10_000,
    "open braces": "{" * 10_000,
    "roots": r"\sqrt" * 1_500 + "x",
    "braced roots": r"\sqrt{" * 100 + "x" + "}" * 100,
    "fractions": r"\frac1" * 400 + "1",
    "brackets": r"\left(" * 150 + "x" + r"\right)" * 150,
    "exponents": "x^{" * 70 + "y" + "}" * 70,
    "norms": r"\norm{" * 100 + "x" + "}" * 100,
    "tables": r"\begin{matrix}" * 60 + "x" + r"\end{matrix}" * 60,
    "primes": "x" + "'" * 1_900,
    "long": "x+" * 50_000,
    "loop": r"\def\a{\a\a}\a",
    "doubling": "".join(
        rf"\def\{b}{{\{a}\{a}}}" for a, b in zip("abcdefghij", "bcdefghijk", strict=True)
    )
    + r"\k",
    "unknown": r"\zq{" * 50 + "}" * 50,
    "text": r"\text{$" * 60 + "x" + "$}" * 60,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_yields_one_small_element(name):
    html = formula_html(BOMBS[name])
    parsed(html)
    assert len(html) <= max(MAX_OUTPUT, 2 * len(BOMBS[name]))


def test_the_limits_hold_on_a_small_stack():
    # Too deep a nesting would end the process, so a process is what is watched; 1 MiB is the smallest
    # stack that a thread has by default on the systems Python supports.
    script = """
import threading
from postil.text.macros import macro_table
from postil.text.mathml import MAX_LENGTH, MAX_MARKS, to_mathml
wrappers = ["{", r"\\sqrt{", "x^{", r"\\text{", r"\\frac{1}{", r"\\mathbf{", r"\\hat{"]
wrappers += [chr(92) + n + "{" for n, b in macro_table().meanings.items() if b.count("#") == 1]
def work():
    for wrapper in wrappers:
        marks = sum(map(wrapper.count, "\\\\{^_&"))
        to_mathml(wrapper * (MAX_MARKS // marks) + "x" + "}" * (MAX_MARKS // marks))
    for bare in (r"\\sqrt", r"\\hat", r"\\frac1", r"\\left(", r"\\mathbf"):
        to_mathml(bare * MAX_MARKS + "x")
    print("held")
threading.stack_size(1024 * 1024)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "held")


def test_the_limits_are_where_they_say():
    assert to_mathml("x" * MAX_LENGTH) is not None
    assert to_mathml("x" * (MAX_LENGTH + 1)) is None
    assert to_mathml("{}" * MAX_MARKS) is not None
    assert to_mathml("{}" * (MAX_MARKS + 1)) is None


@given(st.text(max_size=200), st.booleans())
def test_any_text_at_all_is_one_harmless_element(tex, display):
    parsed(formula_html(tex, display))


PARTS = st.sampled_from(
    [
        *r"\frac \sqrt \left( \right) \mathbb \R \text{ \mbox{ \ce{ \SI{ \begin{matrix}".split(),
        *r"\end{matrix} \cal \bf \la \ra \substack{ \operatorname{ \limits \buildrel \over".split(),
        *r"\cases{ \cr \label{ \root \of \\ \' \c \zq { } $ ^ _ & # % ' < >".split(),
        *r'" x 1 é \unicode{x3c} \verb| \norm \href{ \hspace{ \color{ \rm'.split(),
    ]
)


@given(st.lists(PARTS, max_size=40), st.booleans())
def test_any_tex_at_all_is_one_harmless_element(parts, display):
    parsed(formula_html("".join(parts), display))
    parsed(formula_html(" ".join(parts), display))
