import numpy as np
from lemmata.linalg import interpolative

A = np.random.default_rng(0).standard_normal((500, 300)) @ np.diag(0.9 ** np.arange(300))
found = interpolative(A, 20)
found.indices  # which columns
found.rel_error  # ||A - A[:, indices] Z|| / ||A||, Frobenius, measured
found.spectral_factor  # ||A - A[:, indices] Z||_2 is at most this times sigma_21
interpolative(A, tol=1e-3)  # as many columns as that takes
interpolative(A, 20, axis="rows")  # A ~ Z A[indices, :]
