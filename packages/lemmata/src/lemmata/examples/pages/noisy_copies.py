import torch
from lemmata.heads import SingleTransformer, inverse_order, patch_order, patchify, unpatchify

pictures = torch.rand(32, 1, 8, 8)  # 32 pictures of one channel
order = patch_order("spiral", 4, 4)  # raster, snake, spiral, zigzag, z-order or random
x = patchify(pictures, 2)[:, order]  # 16 tokens of 4 numbers each
model = SingleTransformer(4, width=32, layers=2, heads=4, copies=4)
model.standard.fit(x)
loss = model.loss(x).mean()
new = model.sample(2, 16, steps=5)[:, inverse_order(order)]
unpatchify(new, 4, 4, 2).shape  # two new pictures
