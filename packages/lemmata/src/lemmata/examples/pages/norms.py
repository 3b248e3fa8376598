import torch
from torch import nn
from lemmata.norm import DyISRU, fold, replace

model = nn.Sequential(
    nn.LayerNorm(64), nn.Linear(64, 64), nn.GELU(), nn.LayerNorm(64), nn.Linear(64, 8)
)
new, report = replace(model, "dyisru", calibrate=torch.randn(500, 64))  # a new model
print(report)  # error and value of every layer; report.worst is the one to look at
done = fold(new[0], new[1])  # gain and bias into the layer that reads them
new[0], new[1] = done.norm, *done.linears
assert done.certificate.holds
layer = DyISRU(64)  # or from the start: as nn.LayerNorm(64)
