"""Heads that draw the next token where tokens are vectors, not numbers of a vocabulary. PyTorch.

Each gives a distribution of a token for a condition: one Gaussian, several, or any, by taking noise
off. `ContinuousDecoder` puts a head on a stack of mixers; `SingleTransformer` needs no head.
"""

from lemmata.heads.continuous import ContinuousDecoder
from lemmata.heads.copies import attend_copies, copies_mask, copies_positions
from lemmata.heads.diffusion import DiffusionHead
from lemmata.heads.flow import FlowHead
from lemmata.heads.gaussian import GaussianHead
from lemmata.heads.mixture import MixtureHead
from lemmata.heads.orders import (
    OrderReport,
    inverse_order,
    order_report,
    patch_order,
    patchify,
    unpatchify,
)
from lemmata.heads.single import SingleTransformer
from lemmata.heads.tokens import Head, Standard

__all__ = [
    "ContinuousDecoder",
    "DiffusionHead",
    "FlowHead",
    "GaussianHead",
    "Head",
    "MixtureHead",
    "OrderReport",
    "SingleTransformer",
    "Standard",
    "attend_copies",
    "copies_mask",
    "copies_positions",
    "inverse_order",
    "order_report",
    "patch_order",
    "patchify",
    "unpatchify",
]
