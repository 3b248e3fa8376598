r"""What a formula says, without setting it: as plain characters for a terminal or a feed, as words for
the index.

Both are approximations by design: ``$\Lambda_c$`` is "Λ_c" to a reader of plain text and "Lambda_c" to
the index, which takes it for two words and for one name.
"""

import re
from functools import lru_cache

from postil.text.symbols import GREEK, GREEK_NAMES, IN_TEXT

_FONTS = frozenset(
    "mathrm mathbf mathit mathsf mathtt mathcal mathscr mathfrak mathbb mathbbm mathds mathnormal "
    "boldsymbol bm pmb text textrm textbf textit texttt textsf textsc textnormal emph mbox hbox "
    "operatorname operatornamewithlimits rm bf it cal sf tt sc em frak Bbb scr mathop mathrel "
    "mathbin mathord mathopen mathclose mathinner ensuremath boldmath unboldmath displaystyle "
    "textstyle scriptstyle scriptscriptstyle normalfont mit left right big Big bigg Bigg bigl "
    "bigr Bigl Bigr biggl biggr Biggl Biggr middle limits nolimits xspace rlap llap phantom "
    "hphantom vphantom smash protect not mathring hat widehat tilde widetilde bar overline "
    "underline vec dot ddot check breve acute grave overrightarrow underset overset stackrel "
    "substack".split()
)
"""Commands that say how, not what; the characters around them stay one word."""
_WORDLESS = (
    frozenset(
        name
        for name, sign in IN_TEXT.items()
        if name not in {"TeX", "LaTeX"} and not sign.isalpha()
    )
    | frozenset(
        "frac dfrac tfrac cfrac nicefrac sfrac over atop choose binom sqrt begin end quad qquad "
        "hspace vspace mspace hskip mskip kern label tag nonumber notag hfill cr bmod mod pmod "
        "colon lt gt ge le in ni".split()
    )
) - {"infty", "nabla", "partial"}

_TOKEN = re.compile(
    r"\\([A-Za-z]+)|(\\.)|([_^]\{?)(?=(\d)?)|([A-Za-z]+|[^\W_a-zA-Z]+(?:\.\d+)?)|\}\s*\{|([{}])|(.)",
    re.DOTALL,
)
_GREEK = re.compile("[" + "".join(GREEK_NAMES) + "]")
_GREEK_ALONE = re.compile(
    "(?<![\u0370-\u03ff\u1f00-\u1fff])["
    + "".join(GREEK_NAMES)
    + "](?![\u0370-\u03ff\u1f00-\u1fff])"
)
_JOINED_BY_DIGITS = re.compile(r"[^\W_]*[^\W\d_]")
_ENVIRONMENT = re.compile(r"\\(?:begin|end|label|tag|hspace|vspace|color)\*?\s*\{[^{}]*\}")
_BELOW = "₀₁₂₃₄₅₆₇₈₉"
_SCRIPT = re.compile(r"\s*[_^]\s*\{?\s*([\w.+-]*)\s*\}?\s*")


def spell_greek(text: str) -> str:
    """Write single Greek letters by name (α-helix is alpha-helix); Greek words stay Greek."""
    return text if text.isascii() else _GREEK_ALONE.sub(_spelled, text)


def _spelled(match: re.Match[str]) -> str:
    name = GREEK_NAMES[match[0]]
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    index = "_" if after in _BELOW else " " if after.isalnum() else ""
    return (" " if before.isalnum() else "") + name + (index if after else "")


def as_script(tex: str) -> str | None:
    """The characters of a formula that is one index or exponent (``_{1-x}``), else None."""
    match = _SCRIPT.fullmatch(tex)
    return spell_greek(match[1]) if match else None


@lru_cache(maxsize=4096)  # most formulas of an import are short, and common
def as_words(tex: str) -> str:
    r"""Return the words of a formula: ``O(n\log n)`` is "O n log n", ``L_2`` is "L2", ``x_i`` is "x_i".

    A digit below or above letters joins them; any other index keeps its line, and so is seen to be one name.
    """
    if "\\" in tex:
        tex = _ENVIRONMENT.sub(" ", tex)
    if not tex.isascii():
        tex = tex.translate(_ON_THE_LINE)
    words = _Words()
    for command, _, script, digit, run, brace, _ in _TOKEN.findall(tex):
        if run:
            words.letters(run)
        elif brace or command in _FONTS:
            words.after_name = words.after_name and not command
        elif command == "ell":
            words.letters("l")
        elif len(command) == 1 and command not in _WORDLESS:
            words.letters(command)  # \Z is how authors abbreviate a letter in blackboard bold
        elif command and command not in _WORDLESS:
            words.name(command.removeprefix("var") if command in GREEK else command)
        elif not script or not words.takes_index(script, digit):
            words.end()
    said = " ".join(word for word in words.said if word)
    return said if said.isascii() else " ".join(_GREEK.sub(_spelled, said).split())


class _Words:
    """The words of a formula as far as it is read."""

    __slots__ = ("after_name", "lowered", "said")

    def __init__(self) -> None:
        self.said = [""]
        self.after_name = False  # the next letters are a word of their own
        self.lowered = False  # the next letters are an index

    def letters(self, run: str) -> None:
        if self.lowered:
            self.said[-1] += f"_{run}"
        elif self.after_name or not run.isascii():
            self.said.append(run)
        else:
            self.said[-1] += run
        self.after_name, self.lowered = not run.isascii(), False

    def name(self, name: str) -> None:
        if self.lowered:
            self.said[-1] += f"_{name}"
        else:
            self.said.append(name)
        self.after_name, self.lowered = True, False

    def takes_index(self, script: str, digit: str) -> bool:
        """Whether what follows ``_`` or ``^`` belongs to the word before it."""
        before = self.said[-1]
        if digit and _JOINED_BY_DIGITS.fullmatch(before) and not self.after_name:
            self.lowered = False
            return True
        if script[0] == "_" and before[-1:].isalnum():
            self.after_name, self.lowered = False, True
            return True
        return False

    def end(self) -> None:
        self.said.append("")
        self.after_name = self.lowered = False


def prose_name(match: re.Match[str]) -> str:
    r"""How a command outside formulas is said: ``n\log n`` is "n log n", ``\mathcal{N}`` is "N".

    The match's first group is the command's name.
    """
    name = match[1]
    if name in _FONTS:
        return ""
    if name in _WORDLESS:
        return " "
    if name == "ell":
        return "l"
    if name in GREEK:
        name = name.removeprefix("var")
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    return (
        (" " if before.isalnum() else "") + name + (" " if after.isalnum() or after == "{" else "")
    )


_DOUBLE_STRUCK = dict(zip("CHNPQRZ1", "ℂℍℕℙℚℝℤ𝟙", strict=True))
_SUPERSCRIPTS = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_SUBSCRIPTS = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_ON_THE_LINE = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")
_BLACKBOARD = re.compile(
    r"\\(?:mathbb|mathds|mathbbm|Bbb)\s*(?:\{\s*([CHNPQRZ1])\s*\}|([CHNPQRZ1])(?![A-Za-z]))"
)
_PART = r"\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}"  # braces with at most one level inside: z^{-n}
_FRACTION = re.compile(rf"\\[tdc]?frac\s*{_PART}\s*{_PART}")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?\s*|\\(.)", re.DOTALL)
_RAISED = re.compile(r"\^(?:\{\s*([0-9+\-=()n]+)\s*\}|([0-9+n]))")
_LOWERED = re.compile(r"_(?:\{\s*([0-9+\-=()]+)\s*\}|([0-9]))")
_SMALL = {
    ",": " ",
    ";": " ",
    ":": " ",
    "!": "",
    " ": " ",
    ">": " ",
    "\\": " ",
    "|": "‖",
    "/": "",
    "-": "",
}


def as_plain(tex: str) -> str:
    r"""Return a formula as Unicode characters: ``\alpha_1 \leq x^2`` is "α₁ ≤ x²"."""
    plain = tex
    if "\\" in plain:
        plain = _ENVIRONMENT.sub(" ", plain)
        plain = _BLACKBOARD.sub(lambda match: _DOUBLE_STRUCK[match[1] or match[2]], plain)
        plain = _FRACTION.sub(lambda match: f"{_grouped(match[1])}/{_grouped(match[2])}", plain)
        plain = _ROOT.sub(lambda match: f"√{_grouped(match[1])}", plain)
        plain = _COMMAND.sub(_character, plain)
    plain = _RAISED.sub(lambda match: (match[1] or match[2]).translate(_SUPERSCRIPTS), plain)
    plain = _LOWERED.sub(lambda match: (match[1] or match[2]).translate(_SUBSCRIPTS), plain)
    plain = plain.replace("~", " ").replace("{", "").replace("}", "").replace("$", "")
    return " ".join(plain.replace("\x02", "{").replace("\x03", "}").split())


def _grouped(part: str) -> str:
    return part if re.fullmatch(r"\s*(?:\\?\w+|\\?[^\s\w])\s*", part) else f"({part})"


def _character(match: re.Match[str]) -> str:
    name, sign = match[1], match[2]
    if name is None:
        return {"{": "\x02", "}": "\x03"}.get(sign) or _SMALL.get(sign, sign)
    if name in _FONTS:
        return ""
    if name in IN_TEXT:
        return IN_TEXT[name] + (
            " " if match[0][-1].isspace() and not IN_TEXT[name].isalpha() else ""
        )
    if name in ("quad", "qquad"):
        return " "
    return f" {name} "
