import numpy as np
from lemmata.relax import soft_topk

soft_topk(np.array([3.0, 2.0, 1.0, 4.0]), 2)  # [0.62, 0.38, 0.18, 0.82]
soft_topk(np.array([3.0, 2.0, 1.0, 4.0]), 2, tau=0.1)  # [0.99, 0.01, 0.00, 1.00]
soft_topk(np.array([3.0, 2.0, 1.0, 4.0]), 2, hard=True)  # [1, 0, 0, 1]
