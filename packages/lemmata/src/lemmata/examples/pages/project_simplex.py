import numpy as np
from lemmata.relax import project_capped_simplex, project_simplex

project_simplex(np.array([0.9, 0.6, -0.2]))  # [0.65, 0.35, 0]
project_capped_simplex(np.array([2.0, 0.9, 0.4, -1.0]), 2)  # [1, 0.75, 0.25, 0]
