import numpy as np
from lemmata.structured import monarch_project, monarch_matmul

A = np.random.default_rng(0).standard_normal((1536, 384))
found = monarch_project(A, nblocks=(8, 8), rank=9)  # the nearest one, exactly
found.rel_error, found.n_params  # ||A - M|| / ||A||, and 138,240 of 589,824 numbers
y = monarch_matmul(np.ones((5, 384)), found.B1, found.B2)  # M x for five rows, any leading axes
