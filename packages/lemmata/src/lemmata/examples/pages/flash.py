import torch
from lemmata.attention import MixedChunkAttention, Rotary

layer = MixedChunkAttention(128, chunk=256, rotary=Rotary(32))
y, state = layer(torch.randn(2, 1000, 128))  # a prompt, chunk by chunk
y, state = layer.step(torch.randn(2, 128), state)  # one more token
state.nbytes  # the same after any number of tokens
