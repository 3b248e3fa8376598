"""Other people's state-space layers, from checkouts that the environment names.

LEMMATA_S4 is a checkout of state-spaces/s4, LEMMATA_RTF one of ruke1ire/RTF; neither is on PyPI.
The file of S4 asks for pytorch_lightning for one decorator, which stands in here.
"""

import contextlib
import importlib.util
import io
import logging
import os
import sys
import types
from pathlib import Path
from typing import Any


def s4() -> Any:
    """models/s4/s4.py of state-spaces/s4, or None without LEMMATA_S4."""
    utilities = types.ModuleType("pytorch_lightning.utilities")
    utilities.rank_zero_only = lambda function: function  # type: ignore[attr-defined]
    sys.modules.setdefault("pytorch_lightning", types.ModuleType("pytorch_lightning"))
    sys.modules.setdefault("pytorch_lightning.utilities", utilities)
    return _loaded("LEMMATA_S4", "models/s4/s4.py")


def rtf() -> Any:
    """rtf.py of ruke1ire/RTF, or None without LEMMATA_RTF."""
    return _loaded("LEMMATA_RTF", "rtf.py")


def _loaded(variable: str, file: str) -> Any:
    root = os.environ.get(variable)
    if not root:
        print(f"{variable} names no checkout: the peer is left out", file=sys.stderr)
        return None
    spec = importlib.util.spec_from_file_location(variable.lower(), Path(root) / file)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{variable}: there is no {file} in {root}")
    module = importlib.util.module_from_spec(spec)
    logging.disable(logging.WARNING)
    with contextlib.redirect_stdout(io.StringIO()):
        spec.loader.exec_module(module)
    logging.disable(logging.NOTSET)
    return module
