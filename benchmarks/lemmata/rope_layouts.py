"""What the five layouts keep: gaps around a picture, positions it takes, what a report says of them.

    python benchmarks/lemmata/rope_layouts.py [--json]

An image of 4 x 6 patches and a video of 3 frames of them, between texts. Nothing is timed.
"""

from collections.abc import Iterator

from beside import report as printed

from lemmata.attention import Image, Text, Video, layout, report
from lemmata.attention.positions import Scheme

SCHEMES: tuple[Scheme, ...] = ("flat", "tie", "tie_fractional", "tv", "mrope")


def rows() -> Iterator[dict[str, object]]:
    for picture in (Image(4, 6), Video(3, 4, 6)):
        for scheme in SCHEMES:
            found = report(layout([Text(5), picture, Text(5)], scheme))
            (seen,) = found.pictures
            yield {
                "picture": str(picture),
                "scheme": scheme,
                "gaps before": ", ".join(f"{gap:.4g}" for gap in seen.gap_before),
                "gaps after": ", ".join(f"{gap:.4g}" for gap in seen.gap_after),
                "positions taken": f"{seen.consumed:g} of {picture.tokens}",
                "compatible": "yes" if found.compatible else "no",
                "equivalent": "yes" if found.equivalent else "no",
                "symmetric": "yes" if found.symmetric else "no",
                "axes apart": "yes" if found.separable else "no",
                "whole": "yes" if found.integer else "no",
            }


if __name__ == "__main__":
    printed("rope_layouts", rows(), ("torch",))
