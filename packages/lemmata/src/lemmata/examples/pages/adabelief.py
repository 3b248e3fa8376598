import torch
from lemmata.optimize import AdaBelief

model = torch.nn.Linear(10, 1)
optimizer = AdaBelief(model.parameters(), lr=1e-3, weight_decay=1e-2)
