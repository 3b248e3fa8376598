"""Linear algebra on any array library: (..., m, n) in, (...) out."""

from lemmata.linalg.marchenko_pastur import hard_threshold
from lemmata.linalg.ranks import Kind, effective_rank, effective_rank_from_spectrum

__all__ = ["Kind", "effective_rank", "effective_rank_from_spectrum", "hard_threshold"]
