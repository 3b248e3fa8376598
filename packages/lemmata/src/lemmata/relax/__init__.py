"""Relaxations: choices made smooth, with gradients, and maps onto simplices."""

from lemmata.relax.projection import project_capped_simplex, project_simplex
from lemmata.relax.simplex import entmax, softmax, sparsemax
from lemmata.relax.topk import Kind, soft_topk

__all__ = [
    "Kind",
    "entmax",
    "project_capped_simplex",
    "project_simplex",
    "soft_topk",
    "softmax",
    "sparsemax",
]
