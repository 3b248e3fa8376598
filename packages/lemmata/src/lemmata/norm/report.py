"""What became of the norms of a model, layer by layer: printable, and as data."""

from dataclasses import asdict, dataclass

from lemmata.errors import ArgumentError


@dataclass(frozen=True, slots=True)
class NormReport:
    """One norm: what stands in its place, or why it was left alone.

    `error` is measured on the calibration batch, with the new layer in its own dtype: the root of
    the sum of (new - old)^2 over the sum of (old - its bias)^2.
    """

    name: str
    norm: str  # the class that was there
    width: int
    rows: int  # tokens that it was fitted to
    values: dict[str, float]  # alpha; C; alpha and shift; {} where it was left alone
    error: float | None
    steps: int  # of Gauss-Newton
    left_alone: str | None  # why


@dataclass(frozen=True, slots=True)
class ReplacementReport:
    """All norms, and what the exchange does to the output of the model on the calibration batch."""

    kind: str
    layers: tuple[NormReport, ...]
    max_error: float
    output_error: float | None  # relative to the root mean square; None where no tensor came out

    @property
    def replaced(self) -> tuple[NormReport, ...]:
        """Those that were exchanged."""
        return tuple(layer for layer in self.layers if layer.error is not None)

    @property
    def worst(self) -> NormReport:
        """The layer with the largest error; ArgumentError if none was exchanged."""
        if not self.replaced:
            raise ArgumentError("no norm was replaced, so that there is no worst one")
        return max(self.replaced, key=lambda layer: layer.error or 0.0)

    def as_dict(self) -> dict[str, object]:
        """The report as plain values, for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        heads = ("layer", "was", "width", "rows", "error", "now")
        rows = [_row(self.kind, layer) for layer in self.layers]
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        lines = [
            "  ".join(
                cell.rjust(width) if column in (2, 3, 4) else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in (heads, *rows)
        ]
        output = "not a tensor" if self.output_error is None else f"{self.output_error:.3f} off"
        return "\n".join([*lines, f"errors relative, at most {self.max_error:g}; output {output}"])


def _row(kind: str, layer: NormReport) -> tuple[str, ...]:
    now = ", ".join(f"{name} {value:.4g}" for name, value in layer.values.items())
    return (
        layer.name or "(the model)",
        layer.norm,
        f"{layer.width:,}",
        f"{layer.rows:,}",
        "" if layer.error is None else f"{layer.error:.3f}",
        layer.left_alone or f"{kind}, {now}",
    )
