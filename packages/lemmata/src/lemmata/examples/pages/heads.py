import torch
from lemmata.attention import Attention, Rotary
from lemmata.heads import ContinuousDecoder, DiffusionHead
from lemmata.stack import Stack

x = torch.randn(16, 20, 2).cumsum(1)  # 16 sequences of 20 tokens of two numbers
body = Stack([Attention(32, 4, rotary=Rotary(8)) for _ in range(2)])  # or any mixers
model = ContinuousDecoder(body, DiffusionHead(32, 2, hidden=64, levels=4))
model.head.standard.fit(x)  # tokens to variance 1, first
loss = model.loss(x).mean()  # four noise levels a token, one pass of the body
new = model.sample(3, 5, steps=10, temperature=0.9)  # five tokens of three new sequences
more = model.sample(16, 1, prompt=x, steps=10)  # one more of the old ones
