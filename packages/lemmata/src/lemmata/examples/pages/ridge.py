import numpy as np
from lemmata.linalg import DualRidge, feedback, ridge, ridge_path

draw = np.random.default_rng(0)
X, y = draw.standard_normal((50, 200)), draw.standard_normal(50)
fit = ridge(X, y, penalty=10.0)  # an intercept unless said
fit.predict(X), fit.effective_dof
np.mean(fit.loo_residuals**2)  # of 50 fits without one sample each; one was made
fit.contributions(X[:3]).sum(axis=1) + fit.base  # the predictions, sample by sample
ridge_path(X, y, [0.1, 1.0, 10.0, 100.0]).fit  # the best of four by leave-one-out

liked, background = X[:5], X[10:]
ranking = feedback(liked, background)
because, against = ranking.explain(X)  # rows sum to ranking.score(X)
DualRidge.fit(X, y).add(X[0], 1.0).remove(3)  # one sample more, one less, O(n²)
