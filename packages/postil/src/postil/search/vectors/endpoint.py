"""Any endpoint that speaks OpenAI's embeddings: POST <url>/embeddings with `model` and `input`.

It is asked only where a setting names it: whoever sets it sends titles, abstracts and queries there. Nothing
of a reply is believed before it is counted and measured. A key is not sent unencrypted to another machine.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray

from postil.paper import Paper
from postil.search.vectors.failures import EncoderRefused, EncoderUnavailable, VectorsDamaged
from postil.search.vectors.lsa import unit
from postil.search.vectors.reading import LONGEST, model_text
from postil.text.markup import searchable

_LARGEST = 64 << 20  # bytes of a reply
_WIDEST = 8_192
_FOR_PAPERS = httpx.Timeout(120.0, connect=10.0)
_FOR_A_QUERY = httpx.Timeout(3.0, connect=1.0)
_LOCAL = {"localhost", "127.0.0.1", "::1"}


class Endpoint:
    """An endpoint, and the width of what it answers with.

    Args:
        url: its address, up to before `/embeddings`.
        model: the model to ask for.
        key: sent as a bearer token, where there is one.
        width: how many numbers a vector has; 0 where the first reply is to say.

    Raises:
        EncoderRefused: the settings make no request.
    """

    def __init__(self, url: str, model: str, key: str, width: int = 0) -> None:
        self._address = _address(url, key)
        self._model = model
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.width = width

    def papers(self, papers: Sequence[Paper]) -> NDArray[np.float32]:
        """The vectors (n, width) of papers.

        Raises:
            EncoderUnavailable: no answer, or none that can be used.
            EncoderRefused: the endpoint refuses the key, the model or the address.
        """
        return self._ask([model_text(paper) for paper in papers], _FOR_PAPERS)

    def query(self, text: str) -> NDArray[np.float32] | None:
        """The vector (width,) of a query; raises as `papers` does."""
        found: NDArray[np.float32] = self._ask([searchable(text)[:LONGEST]], _FOR_A_QUERY)[0]
        return found

    def measure(self) -> None:
        """Ask for one vector to learn the width; raises as `papers` does."""
        self.width = self._ask(["a postil is a note in the margin"], _FOR_PAPERS).shape[1]

    def _ask(self, texts: Sequence[str], timeout: httpx.Timeout) -> NDArray[np.float32]:
        given = {"model": self._model, "input": [text or " " for text in texts]}
        try:
            with (
                httpx.Client(timeout=timeout, headers=self._headers) as client,
                client.stream("POST", self._address, json=given) as reply,
            ):
                self._check_status(reply.status_code)
                body = _body(reply)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            said = str(error) or type(error).__name__
            raise EncoderUnavailable(f"{self._address} cannot be reached ({said}).") from error
        vectors = self._read(body, len(texts))
        if self.width and vectors.shape[1] != self.width:
            raise EncoderUnavailable(
                f"{self._address} answers with {vectors.shape[1]} numbers a text, not {self.width}: "
                "if its model was changed, run `postil reindex --vectors`."
            )
        return unit(vectors)

    def _check_status(self, status: int) -> None:
        if status in {400, 401, 403, 404, 405, 422}:
            raise EncoderRefused(
                f"{self._address} refuses (status {status}): check the settings embeddings_url, "
                "embeddings_key and embeddings_model."
            )
        if status != 200:
            raise EncoderUnavailable(f"{self._address} answers with status {status}.")

    def _read(self, body: bytes, wanted: int) -> NDArray[np.float32]:
        try:
            entries = json.loads(body)["data"]
            found: list[Any] = [None] * wanted
            for at, entry in enumerate(entries):
                place = entry.get("index", at)
                if type(place) is not int or not 0 <= place < wanted or found[place] is not None:
                    raise ValueError("its entries are not numbered by the texts")
                found[place] = entry["embedding"]
            if any(one is None for one in found):
                raise ValueError(f"{len(entries)} vectors for {wanted} texts")
            vectors = np.array(found, dtype=np.float32)
            if vectors.ndim != 2 or not 1 <= vectors.shape[1] <= _WIDEST:
                raise ValueError("no vectors of one width")
            if not np.isfinite(vectors).all():
                raise ValueError("numbers that are none")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EncoderUnavailable(
                f"{self._address} answers with something else than embeddings ({error})."
            ) from error
        return vectors


def _body(reply: httpx.Response) -> bytes:
    parts, size = [], 0
    for part in reply.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > _LARGEST:
            raise EncoderUnavailable(f"{reply.url} sends more than {_LARGEST >> 20} MiB.")
    return b"".join(parts)


def _address(url: str, key: str) -> str:
    try:
        parsed = httpx.URL(url.rstrip("/"))
    except httpx.InvalidURL as error:
        raise EncoderRefused(f"embeddings_url cannot be read ({error}).") from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise EncoderRefused("embeddings_url must begin with http:// or https:// and name a host.")
    if key and parsed.scheme == "http" and parsed.host not in _LOCAL:
        raise EncoderRefused("embeddings_key is not sent without encryption: use https://.")
    return f"{parsed}/embeddings"


def read_width(folder: Path) -> int:
    """The width that was measured when the rows in a folder were begun.

    Raises:
        VectorsDamaged: it is not there.
    """
    try:
        width = json.loads((folder / "endpoint.json").read_bytes())["width"]
        return int(width)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VectorsDamaged(f"{folder / 'endpoint.json'} cannot be read ({error}).") from error


def write_width(folder: Path, width: int) -> None:
    """Keep the width beside the rows."""
    (folder / "endpoint.json").write_text(json.dumps({"width": width}), "utf-8")
