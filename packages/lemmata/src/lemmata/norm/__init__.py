"""Normalisation without statistics: element-wise curves in place of LayerNorm and RMSNorm. PyTorch.

`replace` swaps the norms of a trained model for curves fitted to what passes through them; `fold`
moves gain and bias of such a curve into the linear layers that read it.
"""

from lemmata.norm.curves import Derf, DyISRU, DyT
from lemmata.norm.folding import Folded, FoldingCertificate, fold
from lemmata.norm.replacement import replace
from lemmata.norm.report import NormReport, ReplacementReport

__all__ = [
    "Derf",
    "DyISRU",
    "DyT",
    "Folded",
    "FoldingCertificate",
    "NormReport",
    "ReplacementReport",
    "fold",
    "replace",
]
