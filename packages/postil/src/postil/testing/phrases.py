r"""Invented titles, abstracts and names, in this project's own words: science that nobody has done.

Text is Unicode with TeX mathematics, such as `$O(n \log n)$`; names have accents of many languages.
"""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from postil.testing.history import Wording

_TRAITS = (
    "patient sparse crooked restless frugal transparent braided lazy stubborn hollow shallow gentle periodic "
    "noisy quiet reversible brittle elastic forgetful curious uneven tidy wandering balanced folded"
).split()
_THINGS = (
    "lattices kernels graphs estimators membranes galaxies decoders grammars sheaves circuits auctions "
    "neurons operators flows pulsars dictionaries embeddings polymers games queues surfaces codes tensors "
    "measurements detectors"
).split()
_WAYS = (
    "alternating projections|Schrödinger bridges|Poincaré sections|Erdős sieves|Łojasiewicz descent|"
    "Hölder bounds|careful counting|nested sampling|Möbius inversion|Gröbner walks|slow annealing|"
    "Rényi entropies|mirror steps|Kähler charts|Čech covers|random coverings|Bézier folds"
).split("|")
_ENDS = (
    "with a fixed budget|under weak assumptions|beyond the usual horizon|in three dimensions|"
    "at low temperature|from incomplete records|without labels|and what they forget|"
    "on a single machine|for the impatient"
).split("|")
_FORMULAS = (
    r"$O(n \log n)$; $x_{k+1} = x_k - \eta g_k$; $\alpha$; $\ell_1$; $L^2(\Omega)$; "
    r"$\|A - A_k\|_F < \varepsilon$; $p \ge 1/2$; $\sqrt{s} = 13$ TeV; "
    r"$\sum_{i=1}^n \lambda_i$; $\mathbb{R}^d$; $e^{-t/\tau}$; $a < b$"
).split("; ")
_OPENINGS = (
    "We study {a} {t} and ask how far {w} can carry them.",
    "It is not known why {a} {t} yield to {w}; we propose a reason.",
    "This note collects what can be said of {a} {t}.",
    "Most accounts of {t} assume that they are {a}, which we do not.",
)
_MIDDLES = (
    "Our argument rests on {w} and needs {n} steps of size {f}.",
    "A bound of the form {f} holds for all but {n} cases.",
    "In {n} trials the error stayed below {f}, and the rest were {a}.",
    "The proof of Proposition {n} replaces {t} by {w}.",
    "We find that {f} & its dual agree on {n} of the {t}.",
    "Compared with {w}, the cost falls from {n} to {f}.",
)
_CLOSINGS = (
    "Whether the same is true of {a} {t} stays open.",
    "All {n} tables can be computed again from the text.",
    'What we call "{a}" here is usually written {f}.',
    "A sequel will treat {t} of rank {n}.",
)
_GIVEN = (
    "Ada Björn Chloé Dmitri Elżbieta François Gábor Hélène Ivo Jörg Katarína Luís Mei Noémi Olek Paweł Qiang "
    "Rósa Søren Tomáš Uma Václav Wei Xiulan Yuki Zoë Maria Anselm Priya Hendrik"
).split()
_FAMILIES = (
    "Abel|Brückner|Čapek|Dvořák|Esterházy|Fernández|García Lorca|Håkansson|Ivanova|Jánossy|Kőrösi|"
    "Łukasiewicz|Müller|Nguyen|Ørsted|Pérez|Quist|Rößler|Şahin|Tóth|Ueda|"
    "van der Berg|Weiß|Xu|Yılmaz|Zhang|O'Neill|Sørensen|Andersson|Ramaswamy"
).split("|")
_HOUSES = (
    "University of Nowhere",
    "Institute for Slow Science",
    "École des Marges",
    "The Quiet Lab",
)
_JOURNALS = (
    "J. Imag. Res. {n} (2019) 1-{n}",
    "Ann. Margin. Notes {n}, 44",
    "Proc. Unwritten Conf. {n}",
)
_LICENSES = (
    "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
    "http://creativecommons.org/licenses/by/4.0/",
    "http://creativecommons.org/publicdomain/zero/1.0/",
)
# Primary categories, the busy ones more than once; where a category has two codes, both are given.
_CATEGORIES: tuple[tuple[str, ...], ...] = tuple(
    tuple(codes.split())
    for codes in (
        "cs.LG|cs.LG|cs.LG stat.ML|cs.CL|cs.CL cs.AI|cs.CV|cs.CV cs.LG|cs.AI|cs.RO cs.LG|stat.ML cs.LG|"
        "stat.ME|cs.IT math.IT|math.NA cs.NA|eess.SY cs.SY|math.PR|math.AG|math.CO|math-ph math.MP|"
        "math.ST stat.TH|hep-th|hep-th gr-qc|hep-ph|gr-qc|quant-ph|quant-ph cond-mat.str-el|cond-mat.str-el|"
        "astro-ph.GA|astro-ph.CO gr-qc|physics.optics|nlin.CD|q-bio.NC|q-fin.ST|econ.EM|nucl-th"
    ).split("|")
)
MORE_CATEGORIES = (
    "cs.LG",
    "cs.CL",
    "stat.ML",
    "math.PR",
    "quant-ph",
    "hep-th",
    "cs.CV",
    "astro-ph.IM",
)


def invented_name(rng: Random) -> str:
    """A person's name: given name, sometimes an initial, family name, rarely a suffix."""
    chance = rng.random()
    middle = f" {chr(65 + int(rng.random() * 26))}." if chance < 0.2 else ""
    suffix = " Jr." if chance > 0.98 else ""
    return f"{_one(rng, _GIVEN)}{middle} {_one(rng, _FAMILIES)}{suffix}"


def invented_wording(rng: Random, number: int) -> Wording:
    """A paper that nobody wrote; `number` makes its title unlike every other."""
    authors = dict.fromkeys(invented_name(rng) for _ in range(1 + int(rng.random() ** 3 * 7)))
    if rng.random() < 0.01:
        authors["The Marginalia Collaboration"] = None
    chance = rng.random()
    return Wording(
        invented_title(rng, number),
        invented_abstract(rng),
        tuple(authors),
        _one(rng, _CATEGORIES),
        comment=f"{int(rng.random() * 40) + 2} pages, {int(rng.random() * 9)} figures"
        if chance < 0.6
        else "",
        doi=f"10.99999/nowhere.{number}" if chance < 0.15 else "",
        journal_ref=_one(rng, _JOURNALS).format(n=number % 90 + 1) if chance < 0.1 else "",
        report_no=f"NOWHERE-{number % 997:03d}" if chance > 0.95 else "",
        msc_class="65F30 (Primary), 15A23" if chance > 0.9 else "",
        acm_class="G.1.3" if chance > 0.93 else "",
        license=_one(rng, _LICENSES),
        affiliation=_one(rng, _HOUSES) if 0.6 < chance < 0.7 else "",
    )


def invented_title(rng: Random, number: int) -> str:
    """A title, some with a formula, some longer than a line."""
    trait, thing = _one(rng, _TRAITS).capitalize(), _one(rng, _THINGS)
    way, end = _one(rng, _WAYS), _one(rng, _ENDS)
    chance = rng.random()
    if chance < 0.1:
        return f"{trait} {thing} and {_one(rng, _FORMULAS)}: note {number}"
    if chance < 0.3:
        return f"{trait} {thing} {end}: {way}, {_one(rng, _TRAITS)} {_one(rng, _THINGS)}, case {number}"
    return f"{trait} {thing} by {way} {end}, part {number}"


def invented_abstract(rng: Random) -> str:
    """Three to seven sentences."""
    count = 1 + int(rng.random() * 5)
    middles = [invented_sentence(rng) for _ in range(count)]
    return " ".join((_filled(rng, _OPENINGS), *middles, _filled(rng, _CLOSINGS)))


def invented_sentence(rng: Random) -> str:
    """A sentence from the middle of an abstract."""
    return _filled(rng, _MIDDLES)


def _filled(rng: Random, patterns: tuple[str, ...]) -> str:
    return _one(rng, patterns).format(
        a=_one(rng, _TRAITS),
        t=_one(rng, _THINGS),
        w=_one(rng, _WAYS),
        f=_one(rng, _FORMULAS),
        n=int(rng.random() * 900) + 2,
    )


_T = TypeVar("_T")


def _one(rng: Random, choices: Sequence[_T]) -> _T:
    return choices[int(rng.random() * len(choices))]
