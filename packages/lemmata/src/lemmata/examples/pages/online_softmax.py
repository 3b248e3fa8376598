import torch
from lemmata.attention import SoftmaxState, attend, attention_state, merge

q, k, v = torch.randn(8, 64), torch.randn(1000, 64), torch.randn(1000, 32)
whole = attend(q, k, v, form="blockwise", block=128)  # or dense, recurrent, tree: one function
here = attention_state(q, k[:400], v[:400])  # one share of the keys
there = attention_state(q, k[400:], v[400:])  # the rest, on another device or another day
merge(here, there).output()  # the same as `whole`
state = SoftmaxState.empty((8,), 32).update(q @ k[:1].T / 8, v[:1])  # one token at a time
