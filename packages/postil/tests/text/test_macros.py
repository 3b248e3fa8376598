"""The table of macros: every entry works, none can explode, none hides a command that the converter knows."""

import re

import pytest
from math_core import LatexError, LatexToMathML

from postil.text.macros import macro_table
from postil.text.mathml import to_mathml

MEANINGS = macro_table().meanings
OVERRIDDEN = frozenset(
    "AA aa H L O P S c i j l o real textgreater textless scriptsize normalsize".split()
)
"""Names that TeX has for letters and signs of text, which in formulas are authors' macros."""


def arguments(body):
    return max(map(int, re.findall(r"#(\d)", body)), default=0)


def use(name):
    # an alias (\wt for \widetilde) takes what it stands for takes
    body = MEANINGS[name]
    alias = body.startswith("\\") and body[1:].isalpha()
    return f"\\{name}" + "{x}" * (2 if alias and not arguments(body) else arguments(body))


@pytest.mark.parametrize("name", sorted(MEANINGS, key=len)[:400] + sorted(MEANINGS)[::9])
def test_an_entry_sets_without_a_repair(name):
    bare = LatexToMathML(
        macros=MEANINGS, fancy_error=False, allow_unreliable_rendering=True, max_expansions=300
    )
    assert "<math" in bare.convert_with_local_state(f"a {use(name)}", displaystyle=False)


def test_no_entry_uses_an_argument_twice():
    # or nesting n deep would cost 2 to the n
    assert [
        name
        for name, body in MEANINGS.items()
        if len(set(re.findall(r"#\d", body))) < body.count("#")
    ] == []


def test_no_entry_hides_what_the_converter_knows():
    bare = LatexToMathML(fancy_error=False, allow_unreliable_rendering=True)

    def known(name):
        try:
            bare.convert_with_local_state(f"\\{name}{{x}}{{y}}", displaystyle=False)
        except LatexError as error:
            return "Unknown command" not in str(error)
        return True

    assert {name for name in MEANINGS if known(name)} == OVERRIDDEN


@pytest.mark.parametrize(
    "name",
    "R Z N C F Q cal bm mathbbm mathds Mdot eps lsim gtrsim simlt arcsec msun Msun kms SI num hbox "
    "mbox rm bf it le "
    "ensuremath xspace textsubscript nicefrac sfrac tfrac dfrac coloneqq operatorname mathop overset "
    "stackrel "
    "substack llbracket ket bra braket abs norm dd dv pdv expval ce".split(),
)
def test_the_macros_that_authors_use_most_are_read(name):
    assert to_mathml(f"x \\{name}{{y}}{{z}} w") is not None
