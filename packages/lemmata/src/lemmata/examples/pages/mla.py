import torch
from lemmata.attention import Attention, LatentAttention, Rotary, to_latent

layer = LatentAttention(2048, 16, kv_rank=512, nope_width=128, value_width=128, rotary=Rotary(64))
y, cache = layer(torch.randn(1, 100, 2048))  # prefill: keys and values are materialised
y1, cache = layer.step(torch.randn(1, 2048), cache)  # decode: absorbed
cache.bytes_per_token  # 2,304: 576 numbers in single precision
grouped = Attention(512, 8, kv_heads=2, rotary=Rotary(64))  # 8 multi-head, 1 multi-query
latent, certificate = to_latent(grouped)  # the same function with latents: certificate.exact
