"""State-space models, for PyTorch: one linear system a channel, at once or token by token.

The layers `S4`, `S4D` and `RTF` are mixers (`lemmata.mixer`). HiPPO's matrices and memories, the
discretisations and the exported systems are NumPy's.
"""

from lemmata.ssm.discretize import discretize, discretize_diagonal
from lemmata.ssm.hippo import legs, legs_product, legs_solve, legt
from lemmata.ssm.mixing import LinearMixer, LinearState
from lemmata.ssm.normal import NormalPlusLowRank, nplr
from lemmata.ssm.online import LegSMemory, LegTMemory
from lemmata.ssm.rational import pole_radius, poles
from lemmata.ssm.rtf import RTF
from lemmata.ssm.s4 import S4
from lemmata.ssm.s4d import S4D
from lemmata.ssm.systems import Certificate, Modal, Rational, Sections, StateSpace

__all__ = [
    "RTF",
    "S4",
    "S4D",
    "Certificate",
    "LegSMemory",
    "LegTMemory",
    "LinearMixer",
    "LinearState",
    "Modal",
    "NormalPlusLowRank",
    "Rational",
    "Sections",
    "StateSpace",
    "discretize",
    "discretize_diagonal",
    "legs",
    "legs_product",
    "legs_solve",
    "legt",
    "nplr",
    "pole_radius",
    "poles",
]
