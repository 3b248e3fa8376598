import torch
from lemmata.structured import compress

model = torch.nn.Sequential(torch.nn.Linear(96, 384), torch.nn.ReLU(), torch.nn.Linear(384, 96))
batch = torch.randn(512, 96) @ torch.randn(96, 96)
slim, report = compress(model, 0.25, calibration=batch)
print(report)  # form, sizes, error and reason of every layer; report.as_dict() for JSON
