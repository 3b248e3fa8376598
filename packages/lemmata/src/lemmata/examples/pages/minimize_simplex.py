import numpy as np
from lemmata.optimize import LeastSquares, minimize_simplex

draw = np.random.default_rng(0)
A, b = draw.standard_normal((200, 50)), draw.standard_normal(200)
found = minimize_simplex(LeastSquares(A, b))  # rtol=1e-6
found.x, found.fun, found.gap, found.support  # F(x) - min F is at most found.gap

fun = lambda x: (-np.log(np.exp(A) @ x).mean(), -(np.exp(A) / (np.exp(A) @ x)[:, None]).mean(0))
minimize_simplex(fun, np.full(50, 1 / 50), upper=0.1)  # any (value, gradient); at most 0.1 each
