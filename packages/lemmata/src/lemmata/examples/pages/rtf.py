import torch
from lemmata.ssm import RTF

layer = RTF(width=64, state=256, length=1024)  # starts as the identity
y, state = layer(torch.randn(8, 1001, 64))  # any length, odd ones too
token, state = layer.step(torch.randn(8, 64), state)  # O(n)
layer.pole_radius()  # look at it before you generate beyond `length`
