"""One thread for PyTorch: matrices are small here, and threads that wait for each other are not."""

from importlib.util import find_spec

import pytest


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """For the whole run, as starting threads anew costs more than it saves."""
    if find_spec("torch"):
        import torch

        torch.set_num_threads(1)
