"""The form of a record: what the library says about one of its methods."""

from dataclasses import asdict, dataclass
from importlib import import_module


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
