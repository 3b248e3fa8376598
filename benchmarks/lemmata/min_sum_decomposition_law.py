"""How many sums a + b are tried for N = a b + c: the mean beside 1.183 N^(1/6), the worst beside
the bound 3 + sqrt(1 + 4 sqrt N).

    python benchmarks/lemmata/min_sum_decomposition_law.py [--json]

Random N between 10^k and 2 * 10^k. The number of sums tried is S(N) - floor(2 sqrt N) + 1.
"""

# ruff: noqa: N803 - numbers are capitals, as in the problem

import math
import random
from collections.abc import Iterator

from beside import Row, report

from lemmata.numbers import min_sum_decomposition

LAW = math.gamma(5 / 3) * 1.5 ** (2 / 3)
SAMPLES = {4: 4000, 8: 4000, 12: 2000, 16: 1000, 20: 600, 24: 400, 28: 200, 32: 120, 36: 60}


def tried(N: int) -> int:
    return sum(min_sum_decomposition(N)) - math.isqrt(4 * N) + 1


def measured() -> Iterator[tuple[int, float, float, int]]:
    """Exponent, mean steps, mean of N^(1/6), most steps."""
    for size, samples in SAMPLES.items():
        draw = random.Random(size)
        numbers = [draw.randrange(10**size, 2 * 10**size) for _ in range(samples)]
        steps = [tried(N) for N in numbers]
        yield size, sum(steps) / samples, sum(N ** (1 / 6) for N in numbers) / samples, max(steps)


def rows() -> Iterator[Row]:
    for size, mean, sixth, worst in measured():
        yield {
            "N": f"10^{size} to 2·10^{size}",
            "numbers": SAMPLES[size],
            "mean steps": mean,
            "steps / N^(1/6)": mean / sixth,
            "law": LAW,
            "most": worst,
            "bound": 3 + math.sqrt(1 + 4 * math.sqrt(2 * 10**size)),
        }


if __name__ == "__main__":
    report("min_sum_decomposition_law", rows(), ("numpy",))
