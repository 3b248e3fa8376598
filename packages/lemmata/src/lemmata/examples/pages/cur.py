import numpy as np
from lemmata.linalg import cur

A = np.random.default_rng(0).standard_normal((500, 300)) @ np.diag(0.8 ** np.arange(300))
found = cur(A, 20)
found.columns, found.rows  # which ones; found.C and found.R are they
found.rel_error  # ||A - CUR|| / ||A||, Frobenius, measured
found.matmul(np.ones(300))  # the approximation times a vector, without forming it
cur(A, (25, 20), "cross")  # 25 rows, 20 columns; needs no more of A once they are chosen
