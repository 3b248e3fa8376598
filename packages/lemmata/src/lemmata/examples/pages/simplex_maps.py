import numpy as np
from lemmata.relax import entmax, softmax, sparsemax

x = np.array([1.0, 0.5, -1.0])
softmax(x)  # [0.574, 0.348, 0.078]
entmax(x)  # [0.674, 0.326, 0]
sparsemax(x)  # [0.75, 0.25, 0]
