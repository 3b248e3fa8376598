"""What compression did, layer by layer: printable, and as data."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class LayerReport:
    """One linear layer before and after."""

    name: str
    shape: tuple[int, int]  # (out, in)
    form: str  # dense, low rank r, or Monarch k x l of rank b
    nblocks: tuple[int, int] | None
    rank: int
    params_before: int  # weights, without the bias
    params_after: int
    rel_error: float
    reason: str


@dataclass(frozen=True, slots=True)
class CompressionReport:
    """All linear layers, the budget, and what the errors are measured on."""

    layers: tuple[LayerReport, ...]
    budget: int  # weights of linear layers that were allowed
    measured_on: str
    model_params_before: int
    model_params_after: int

    @property
    def params_before(self) -> int:
        """Weights of all linear layers of the model given."""
        return sum(layer.params_before for layer in self.layers)

    @property
    def params_after(self) -> int:
        """Weights of the same layers in the new model."""
        return sum(layer.params_after for layer in self.layers)

    def as_dict(self) -> dict[str, object]:
        """The report as plain values, for JSON."""
        return {
            **asdict(self),
            "params_before": self.params_before,
            "params_after": self.params_after,
        }

    def __str__(self) -> str:
        heads = ("layer", "form", "before", "after", "error", "reason")
        rows = [
            (
                layer.name,
                layer.form,
                f"{layer.params_before:,}",
                f"{layer.params_after:,}",
                f"{layer.rel_error:.3f}",
                layer.reason,
            )
            for layer in self.layers
        ]
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        lines = [
            "  ".join(
                cell.rjust(width) if column in (2, 3, 4) else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in (heads, *rows)
        ]
        total = (
            f"linear weights {self.params_before:,} to {self.params_after:,} of {self.budget:,} "
            f"allowed; whole model {self.model_params_before:,} to {self.model_params_after:,}; "
            f"errors relative, on {self.measured_on}"
        )
        return "\n".join([*lines, total])
