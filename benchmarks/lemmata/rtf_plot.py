"""Draws docs/lemmata/rtf.svg: what each form of a transfer function loses as its order grows.

    python benchmarks/lemmata/rtf_plot.py

S4D layers with a step of 0.01 and 256 terms of their kernel; modes and second-order sections keep
it, monomial coefficients in double precision do not.
"""

import torch
from axis import Axis
from chart import Chart, curves

from lemmata.ssm import S4D

ORDERS = (2, 4, 6, 8, 10, 12, 16, 20, 24)
FORMS = ("rational", "sections", "modal")


def measured() -> dict[str, list[float]]:
    lines: dict[str, list[float]] = {form: [] for form in FORMS}
    for order in ORDERS:
        generator = torch.Generator().manual_seed(0)
        layer = S4D(1, order, steps=(0.01, 0.01), chunk=256, generator=generator)
        for form in FORMS:
            found = layer.to_transfer_function(form, tolerance=float("inf"))
            assert found.certificate
            lines[form].append(min(max(found.certificate.kernel_error, 1e-17), 1e3))
    return lines


def main() -> None:
    Chart(
        "What a transfer function loses of a kernel, by form",
        Axis("order"),
        Axis("relative error of the kernel", logarithmic=True),
        curves(ORDERS, measured()),
    ).save("rtf")


if __name__ == "__main__":
    main()
