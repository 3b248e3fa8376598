import torch
from lemmata.ssm import S4

layer = S4(width=64, state=64, length=1024)
y, state = layer(torch.randn(8, 1000, 64))  # form="parallel"; "chunked" bounds memory
token, state = layer.step(torch.randn(8, 64), state)  # O(state) a token
layer.to_statespace().certificate  # A, B, C, D in float64, and what the conversion lost
