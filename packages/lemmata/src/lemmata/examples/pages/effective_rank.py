import numpy as np
from lemmata.linalg import effective_rank

A = np.random.default_rng(0).standard_normal((500, 64)) * np.linspace(1, 0.01, 64)
effective_rank(A)  # Roy and Vetterli's, a real number
effective_rank(A, "participation")  # another definition, without an SVD
effective_rank(A, q=0.5, power=2)  # any member of Hill's family
effective_rank(A, "energy", epsilon=0.05)  # an integer: the rank that keeps 95 % of the norm
