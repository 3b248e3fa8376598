import torch
from lemmata.attention import CausalDecoder, Decoding, decoding_cost, kv_cache_report, shape_of

print(kv_cache_report("deepseek-v2"))  # 60 layers x 576 = 34,560 elements a token, 69,120 bytes ...
kv_cache_report("deepseek-v2", bits=6).saving(kv_cache_report("deepseek-67b", bits=16))  # 0.9334
model = CausalDecoder(vocabulary=100, width=64, layers=3, heads=4)
run = Decoding(model, "every_k", every=2)  # or "full", "none": the same logits
logits = run.step(torch.tensor([7]))  # one token of each sequence
run.work == decoding_cost(shape_of(model), 1, "every_k", every=2).work  # True, always
