"""What is in the library: one frozen record a method, from paper and equation to code and proof.

It is data and imports none of the methods, so that a program (a web page, a command) can list them
at no cost. Tests hold each record to its word: the attribute imports, the files exist.
"""

from dataclasses import asdict, dataclass
from difflib import get_close_matches
from importlib import import_module

from lemmata.errors import UnknownMethod


@dataclass(frozen=True, slots=True)
class Method:
    """One method and where it comes from. Paths are relative to the root of the repository."""

    name: str
    title: str  # what it does, in a few words
    paper: str
    authors: tuple[str, ...]
    year: int
    arxiv: str | None
    doi: str | None
    section: str  # where in the paper
    equation: str  # the defining equation, in TeX
    attribute: str  # module:attribute
    reference: str  # the slow implementation it is tested against, file:function
    peers: tuple[str, ...]  # what else computes it or something near it
    docs: str
    see_also: tuple[str, ...] = ()  # further papers that the method draws on

    def load(self) -> object:
        """The method itself, imported."""
        module, _, attribute = self.attribute.partition(":")
        return getattr(import_module(module), attribute)

    def as_dict(self) -> dict[str, object]:
        """The record as plain values, for JSON."""
        return asdict(self)


METHODS: tuple[Method, ...] = (
    Method(
        name="effective_rank",
        title="How many directions a matrix really uses",
        paper="The effective rank: a measure of effective dimensionality",
        authors=("Olivier Roy", "Martin Vetterli"),
        year=2007,
        arxiv=None,
        doi="10.5281/zenodo.40328",
        section="Definition 1",
        equation=(
            r"\operatorname{erank}(A) = \exp\Bigl(-\sum_i p_i \log p_i\Bigr),"
            r"\quad p_i = \sigma_i / \sum_j \sigma_j"
        ),
        attribute="lemmata.linalg:effective_rank",
        reference="packages/lemmata/tests/linalg/plain_effective_rank.py:entropy",
        peers=("numpy.linalg.matrix_rank", "torch.linalg.matrix_rank", "optht"),
        docs="docs/lemmata/effective_rank.md",
        see_also=(
            "Hill 1973, Diversity and evenness, doi:10.2307/1934352 (q and power)",
            "Gao et al. 2017, A theory of multineuronal dimensionality, dynamics and measurement, "
            "doi:10.1101/214262 (participation)",
            "Rudelson & Vershynin 2007, Sampling from large matrices, arXiv:math/0503442 (stable)",
            "Ipsen & Saibaba 2024, Stable rank and intrinsic dimension of real and complex "
            "matrices, arXiv:2407.21594 (nuclear)",
            "Gavish & Donoho 2014, The optimal hard threshold for singular values is 4/sqrt(3), "
            "arXiv:1305.5870 (gavish_donoho)",
        ),
    ),
)


def find(name: str) -> Method:
    """The record of `name`; UnknownMethod, with the nearest names, if there is none."""
    for method in METHODS:
        if method.name == name:
            return method
    names = [method.name for method in METHODS]
    near = get_close_matches(name.lower().replace("-", "_"), names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "`lemmata list` shows them all"
    raise UnknownMethod(f"no method is called {name!r}; {hint}")
