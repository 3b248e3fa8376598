"""One thread for PyTorch: the tensors of these tests are small, and threads only wait for each other."""

from importlib.util import find_spec

if find_spec("torch"):
    import torch

    torch.set_num_threads(1)
