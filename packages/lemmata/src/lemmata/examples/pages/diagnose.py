import torch
from lemmata.optimize import UpdateRatio, diagnose

X, y = torch.randn(300, 8), torch.randn(300, 1)
model = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1))
loss = lambda: torch.nn.functional.mse_loss(model(X), y)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
with UpdateRatio(optimizer, model.named_parameters()) as ratios:
    for _ in range(100):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
print(diagnose(optimizer, loss))  # correlation, slope, effective step, share of the edge
print(ratios)  # |update| / |weight| of every tensor
