"""The benchmark's checker must reject renderings that are known to be wrong, whoever made them."""

import importlib.util
import sys
from pathlib import Path

import pytest
from markupsafe import escape

from postil.text.mathml import formula_html

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def checker():
    spec = importlib.util.spec_from_file_location(
        "formulas_benchmark", ROOT / "benchmarks/postil/formulas.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


TEX = [r"\R^n", r"\Mdot", r"{\cal F}", r"\Z/2", r"\lsim 3", r"\ce{H2O}", r"\frac{a}{\F}", r"\Vmax"]


def passes_macros_through(tex):
    return f"<math><mi>{escape(tex)}</mi></math>"


def drops_the_backslash(tex):
    pieces = tex.replace("\\", " ").replace("{", " ").split()
    return f"<math>{''.join(f'<mi>{piece}</mi>' for piece in pieces)}</math>"


def draws_a_red_box(tex):
    return f'<math><mstyle mathcolor="#cc0000"><mtext>{escape(tex[1:])}</mtext></mstyle></math>'


def reports_an_error(tex):
    return "<math><merror><mtext>?</mtext></merror></math>"


def shows_the_source(tex):
    return f"<code>{escape(tex)}</code>"


def forgets_a_tag(tex):
    return "<math><mi>x</math>"


WRONG = [
    passes_macros_through,
    drops_the_backslash,
    draws_a_red_box,
    reports_an_error,
    shows_the_source,
    forgets_a_tag,
]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("tex", [r"\R^n", r"\Mdot", r"\lsim 3", r"\Vmax"])
def test_a_known_wrong_renderer_is_found_out(checker, wrong, tex):
    assert checker.faults(wrong(tex), tex)


@pytest.mark.parametrize("tex", TEX)
def test_our_renderer_passes_where_those_fail(checker, tex):
    assert checker.faults(formula_html(tex), tex) == []


@pytest.mark.parametrize(
    ("html", "tex"),
    [
        ("<math><mi>log</mi><mi>n</mi></math>", r"\log n"),
        ("<math><mi>Spec</mi><mi>R</mi></math>", r"\Spec R"),
        ("<math><mi>A</mi><mo>\\</mo><mi>B</mi></math>", r"A \backslash B"),
        (
            "<math><semantics><mi>α</mi><annotation>\\alpha</annotation></semantics></math>",
            r"\alpha",
        ),
        ("<math><mi>a</mi><mo>&#x2061;</mo><mi>b</mi></math>", "ab"),
        ("<math><mi>R</mi><mo>:</mo><mi>ℝ</mi></math>", r"R: \R"),
    ],
)
def test_right_renderings_are_not_accused(checker, html, tex):
    assert checker.faults(html, tex) == []


def test_a_renderer_that_raises_counts_as_failing(checker):
    def broken(tex, display):
        raise ValueError(tex)

    sample = [checker.Formula("x"), checker.Formula(r"\R")]
    figures = checker.summary("broken", sample, checker.timed(broken, sample))
    assert (figures["clean_percent"], figures["refused"]) == (0.0, 2)


def test_the_formulas_of_real_records_come_out_clean(checker, shared):
    sample = [
        formula
        for record in checker.records(shared, 10_000, 20260203)
        for field in ("title", "abstract")
        for formula in checker.formulas(record[field])
    ]
    failed = sum(bool(checker.faults(formula_html(f.tex, f.display), f.tex)) for f in sample)
    assert len(sample) > 9_000
    assert failed / len(sample) <= 0.005
