import numpy as np
from lemmata.linalg import append_rows, fold_in, truncated_svd

A = np.random.default_rng(0).standard_normal((500, 300)) * np.arange(1, 301) ** -0.5
svd = truncated_svd(A, 20, rng=0)
svd.residual  # ||A - U diag(s) Vt||_F
svd.excess  # at most so much, relatively, is that above the best of rank 20: here below 0.001
fold_in(svd, A[:3])  # the coordinates of rows in the directions found
svd = append_rows(svd, A[:3])  # the rows taken in: U grows, s and Vt turn
