"""Project Euler 454 far beyond the problem: L = 10^14 and 10^15 on one core, in about a minute.

OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/reciprocal_pairs_far.py [--json]
"""

import resource
import time
from collections.abc import Iterator

from beside import Row, report

from lemmata.numbers import count_reciprocal_pairs


def rows() -> Iterator[Row]:
    for exponent in (14, 15):
        start = time.process_time()
        answer = count_reciprocal_pairs(10**exponent)
        yield {
            "L": f"10^{exponent}",
            "f(L)": str(answer),
            "processor seconds": time.process_time() - start,
            "peak memory MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }


if __name__ == "__main__":
    report("reciprocal_pairs_far", rows(), ("numpy",))
