"""Titles and abstracts as HTML, as plain text and as words for the index."""

import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from postil.text.characters import clean
from postil.text.markup import render_html, render_plain, searchable
from postil.text.segments import MAX_MARKED

OURS = frozenset({"em", "strong", "code", "a", "span", "math"})
MATHS = frozenset(
    "mi mn mo mtext mspace mrow msub msup msubsup munder mover munderover mfrac msqrt mroot mtable "
    "mtr mtd mpadded "
    "mphantom mmultiscripts mprescripts menclose none span i b code".split()
)
ATTRIBUTES = {
    "a": {"href", "rel"},
    "span": {"class", "translate", "data-tex"},
    "code": {"class", "translate"},
    "em": set(),
    "strong": set(),
}


class Reader(HTMLParser):
    """Reads as a browser would: what is a tag, what is text, and whether everything closes."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.text, self.links, self.formulas = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        allowed = MATHS if "math" in self.open else OURS
        assert tag in allowed, tag
        given = dict(attributes)
        if "math" not in self.open and tag != "math":
            assert given.keys() <= ATTRIBUTES[tag]
        assert not any(name.startswith("on") or name in {"style", "src", "id"} for name in given)
        if tag == "a":
            assert "a" not in self.open
            assert given["href"].startswith(("http://", "https://"))
            assert given["rel"] == "noopener noreferrer nofollow"
            self.links.append(given["href"])
        if "data-tex" in given:
            self.formulas.append(given["data-tex"])
        self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"math"} & set(self.open):
            self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def read(text, **options):
    html = render_html(text, **options)
    assert isinstance(html, Markup)
    return Reader(html)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a plain title", "a plain title"),
        (
            r"an \emph{emphatic \textbf{bold}} word",
            "an <em>emphatic <strong>bold</strong></em> word",
        ),
        (
            r"{\em Kepler} and {\bf TESS} and \texttt{x--y}",
            "<em>Kepler</em> and <strong>TESS</strong> and <code>x–y</code>",
        ),
        (r"\textsc{Small} \underline{under} \text{t}", "Small under t"),
        (r"$\textbf{Ours}$ is \textit{it}", "<strong>Ours</strong> is <em>it</em>"),
        ("``quoted'' and `so'", "“quoted” and ‘so&#39;"),
        ("1--2 --- and 3", "1–2 — and 3"),
        ("use --fast or (--slow)", "use --fast or (--slow)"),
        ("Fig.~1, ~10 of 10~20, p ~= 1", "Fig.\u00a01, ~10 of 10~20, p ~= 1"),
        (r"50\% \& \_ \# \$5 \{x\}", "50% &amp; _ # $5 {x}"),
        ("wrapped\n  line  here", "wrapped line here"),
        ("{B}ayesian {L}asso on {0,1}", "Bayesian Lasso on {0,1}"),
        (r"Schr\"odinger and Erd{\H o}s", "Schrödinger and Erdős"),
        (r"\cite{Doe2020} in Eq.~\ref{e1}\label{x}", "[Doe2020] in Eq.\u00a0e1"),
        (r"\alpha-decay of \LaTeX", "α-decay of LaTeX"),
        (r"our \method stays", r"our \method stays"),
        ("from $5 to $10", "from $5 to $10"),
        ("un}matched {braces and $dollars", "un}matched {braces and $dollars"),
        (r"\emph{never closed", "never closed"),
    ],
)
def test_text_markup(text, html):
    assert render_html(text) == html


def test_lists_are_flattened():
    assert render_html(r"\begin{itemize} \item a \item b \end{itemize}").split() == [
        "•",
        "a",
        "•",
        "b",
    ]


def test_a_formula_inside_emphasis_stays_a_formula():
    assert read(r"\emph{the $x$-ray}").formulas == ["x"]


def test_links_lead_to_the_web_only_and_never_nest():
    page = read(
        r"see https://a.b/c_d?e=1&f=(2). \href{http://x.y}{https://z.w} \href{javascript:alert(1)}{words}"
    )
    assert page.links == ["https://a.b/c_d?e=1&f=(2)", "http://x.y"]
    assert "".join(page.text) == "see https://a.b/c_d?e=1&f=(2). https://z.w words"


def test_links_can_be_left_out():
    assert read("see https://a.b", links=False).links == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        r"\text{<script>} $\text{<script>}$ $<script>$",
        'https://a.b/"onmouseover=alert(1)',
        r"\url{javascript:alert(1)} \href{data:text/html,x}{y}",
        "javascript:alert(1) data:text/html,<b>",
        "<!-- --> <![CDATA[ ]]> <?php ?> &lt;b&gt; &#60;b&#62;",
        r"$\href{javascript:alert(1)}{x}$ $\style{x}{y}$",
        "<math><mi>x</mi></math><img src=x onerror=alert(1)>",
    ],
)
def test_nothing_from_a_paper_is_markup(text):
    read(text)


@pytest.mark.parametrize(
    "harmful",
    ["\x00", "\x1b", "\x7f", "\x85"[:0] + "\x9f", "\ud800", "\u202e", "\u2066", "\ufeff", "\ufffe"],
)
def test_harmful_characters_are_removed_and_others_are_not(harmful):
    assert (
        render_html(f"a{harmful}b")
        == render_plain(f"a{harmful}b")
        == searchable(f"a{harmful}b")
        == "ab"
    )
    assert clean("می\u200cخواهم 中文 \u0928\u094d\u200d") == "می\u200cخواهم 中文 \u0928\u094d\u200d"


@given(st.text(max_size=300))
def test_any_text_at_all_renders_and_parses(text):
    read(text)
    render_plain(text)
    assert not set(searchable(text)) & set("$\ud800\u202e\x00")


PARTS = st.sampled_from(
    [
        *r"\emph{ \textbf{ {\it {\bf { } $ $$ \( \) \[ \] \begin{equation} \end{equation}".split(),
        *r"\begin{itemize} \item \cite{ \url{ \href{http://a.b}{ \href{x}{ https://c.d/e".split(),
        *r"\' \c \" \i \alpha \zq \\ \$ \% ~ -- --- `` '' ` ' < > & x 1 é x_1 \verb|".split(),
        *(" ", "\n", "\n\n"),
    ]
)


@given(st.lists(PARTS, max_size=40))
def test_any_markup_at_all_renders_and_parses(parts):
    read("".join(parts))


@given(
    st.text(alphabet=st.characters(categories=["L", "N", "Po", "Zs"], exclude_characters="\\`'~:"))
)
def test_text_without_tex_keeps_every_word(text):
    kept = "".join(read(text).text)
    assert (
        kept.split() == unicodedata.normalize("NFC", clean(text)).split()
        or kept.split() == clean(text).split()
    )


@given(st.lists(st.sampled_from(["x", "a+b", r"\alpha", r"\frac{1}{2}", r"\zq{y}"]), max_size=12))
def test_each_formula_comes_out_once_and_in_order(formulas):
    html = render_html("".join(f" and ${tex}$" for tex in formulas))
    shown = [tex for tex in formulas if tex != r"\zq{y}"]
    assert Reader(html).formulas == shown
    assert html.count(r"\zq{y}") == len(formulas) - len(shown)


def test_a_text_beyond_all_measure_is_shown_as_typed():
    text = r"\emph{" * MAX_MARKED
    assert render_html(text) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"\emph{On} $\alpha_1 \leq x^2$", "On α₁ ≤ x²"),
        (r"MoS$_2$ at $10^{-3}$ $\mu$m", "MoS₂ at 10⁻³ μm"),
        (r"$\mathbb{R}^n$, $\frac{a}{b+1}$, $\sqrt{x}$, $\{1\}$", "ℝⁿ, a/(b+1), √x, {1}"),
        (r"$O(n\log n)$ and $\Lambda_c$", "O(n log n) and Λ_c"),
        (r"$\dfrac{1+z^{-1}}{2}$", "(1+z⁻¹)/2"),
        ('<b> & "q"', '<b> & "q"'),
    ],
)
def test_plain_text(text, plain):
    assert render_plain(text) == plain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plain words", "plain words"),
        (r"$\Lambda_c$ decays", "Lambda_c decays"),
        (r"in $O(n\log n)$ time", "in O n log n time"),
        (r"MoS$_2$ and La$_3$Ni$_2$O$_{7-\delta}$", "MoS2 and La3Ni2O7 delta"),
        (r"$^{12}$CO, $k$-means, $p$-adic", "12CO, k-means, p-adic"),
        (r"the $\ell_1$ and $L_2$ norms in $\mathbb{R}^n$", "the l1 and L2 norms in R n"),
        (r"$\mathrm{H_2O}$ and $SU(2)$", "H2O and SU 2"),
        (r"Schr\"odinger \emph{cat} {B}ayes", "Schrödinger cat Bayes"),
        ("α-helix and Θ(n) and λόγος", "alpha-helix and Theta(n) and λόγος"),
        (r"$10^{6}$ or 10$^6$ of $x_i$ \cite{Doe}", "10 6 or 10 6 of x_i  Doe "),
        (r"of \cite[\S 5]{Doe,Roe} the", "of  Doe,Roe  the"),
        (r"$\Z_4$-codes over $\R^3$, $2\Z$", "Z4-codes over R3, 2Z"),
        (r"$\frac{a}{b}$ \begin{equation}\label{e}c\end{equation}", "a b c"),
        ("a day in\nthe life", "a day in\nthe life"),
        (
            r"\Lambda_c, n\log n, \mathcal{N}=4, \ell_1, \varepsilon",
            "Lambda_c, n log n, N=4, l1, epsilon",
        ),
        (r"$\mathcal{N}=4$, $D_s^{*+}$, $m_{\nu}$", "N 4, D_s, m_nu"),
        ("H_0, $H_0$, C_60, x^2, foo_2_bar, s_nake_2", "H0, H0, C60, x2, foo_2_bar, s_nake_2"),
        (r"data\footnote{x} \role{tool} f\textbf{R}ee", "data x role tool fRee"),
        (r"by $\textbf{O}$ptimization, $\texttt{code}$s", "by Optimization, codes"),
        (r"$\sigma_8$, σ_8, σ₈", "sigma_8, sigma_8, sigma_₈"),
    ],
)
def test_what_the_index_sees(text, words):
    assert searchable(text) == words
