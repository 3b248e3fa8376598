"""One seed and one thread for PyTorch: the tensors are small, and threads only wait for each other."""

from importlib.util import find_spec

import pytest

if find_spec("torch"):
    import torch

    torch.set_num_threads(1)

    @pytest.fixture(autouse=True)
    def seeded():
        """The same layers in every run: a drawn one may cancel to where few digits are left."""
        torch.manual_seed(0)
