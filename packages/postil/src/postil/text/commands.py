"""What LaTeX's commands for text mean in a title or an abstract.

Kept apart from the reader of segments as a vocabulary is from a grammar. A command that is nowhere
here, nor among the symbols, stays as typed.
"""

from typing import Literal

Style = Literal["em", "strong", "code"]

STYLES: dict[str, Style | None] = {
    "emph": "em",
    "textit": "em",
    "textsl": "em",
    "textbf": "strong",
    "texttt": "code",
    **dict.fromkeys(
        "textsc textrm textsf textnormal textup textmd text mbox hbox underline uline "
        "textsuperscript textsubscript footnotesize url".split()
    ),
}
"""Commands with an argument that is shown, in a style or in none."""

SWITCHES: dict[str, Style | None] = {
    "em": "em",
    "it": "em",
    "itshape": "em",
    "sl": "em",
    "bf": "strong",
    "bfseries": "strong",
    "tt": "code",
    "ttfamily": "code",
    **dict.fromkeys("sc scshape rm sf small large normalfont".split()),
}
"""Commands that set the style from where they stand to the end of their braces."""

SILENT = frozenset(
    "noindent par newline linebreak xspace protect centering smallskip medskip bigskip indent "
    "clearpage newpage maketitle hfill quad qquad nobreak relax textstyle displaystyle".split()
) | frozenset(SWITCHES)
"""Commands that leave a space."""

WITH_ARGUMENT = {
    **dict.fromkeys("cite citep citet citealp citeauthor".split(), "[{}]"),
    **dict.fromkeys("ref autoref cref Cref".split(), "{}"),
    **dict.fromkeys(
        "label vspace hspace thanks bibliographystyle bibliography begin end href".split(), ""
    ),
    "eqref": "({})",
    "footnote": " ({})",
}
"""Commands with an argument and how it is said; ``href`` is here for addresses that are no links."""

LINKS = frozenset({"url", "href"})

SIGNS = {
    **{sign: sign for sign in "%&_#${}"},
    **dict.fromkeys("\\ \n;:>", " "),
    **dict.fromkeys("!/@", ""),
    ",": "\u202f",
    "-": "\u00ad",
}
"""What follows a backslash without being a letter."""
