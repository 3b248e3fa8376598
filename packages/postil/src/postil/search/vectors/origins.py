"""Which encoders a library uses: what it learns from its own words, and a model where a setting names one."""

import threading
from collections.abc import Callable
from pathlib import Path

from postil.search.vectors.encoder import Encoder, Origin, PaperLog, Report
from postil.search.vectors.failures import EncoderRefused
from postil.settings import Settings

MODELS = ("minilm", "multilingual", "endpoint")


class ModelOrigin:
    """The origin of the space `model`: an encoder that is as it is, loaded when it is first needed."""

    name = "model"

    def __init__(self, identity: str, batch: int, load: Callable[[], Encoder]) -> None:
        self.identity = identity
        self.batch = batch
        self._load = load
        self._loaded: Encoder | None = None
        self._lock = threading.Lock()

    def begin(self, log: PaperLog, folder: Path, report: Report) -> Encoder:
        """The model; nothing is learnt."""
        return self.load(folder)

    def load(self, folder: Path) -> Encoder:
        """The model.

        Raises:
            EncoderRefused: it cannot be had with these packages.
        """
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def outgrown(self, learnt_from: int, papers: int) -> bool:
        """Never: it was learnt elsewhere."""
        return False


class EndpointOrigin:
    """The origin of the space `model` where an endpoint answers; its width is measured once."""

    name = "model"
    batch = 64

    def __init__(self, url: str, model: str, key: str) -> None:
        self.identity = f"endpoint {url} {model}"
        self._settings = (url, model, key)

    def begin(self, log: PaperLog, folder: Path, report: Report) -> Encoder:
        """Ask once how wide vectors are, and keep that.

        Raises:
            EncoderUnavailable, EncoderRefused: there is no usable answer.
        """
        from postil.search.vectors.endpoint import Endpoint, write_width

        encoder = Endpoint(*self._settings)
        encoder.measure()
        write_width(folder, encoder.width)
        return encoder

    def load(self, folder: Path) -> Encoder:
        """The endpoint, with the width that was kept; it is not asked.

        Raises:
            VectorsDamaged: the width is not there.
        """
        from postil.search.vectors.endpoint import Endpoint, read_width

        return Endpoint(*self._settings, read_width(folder))

    def outgrown(self, learnt_from: int, papers: int) -> bool:
        """Never: it was learnt elsewhere."""
        return False


def _minilm() -> Encoder:
    from postil.search.vectors.minilm import MiniLm

    return MiniLm()


def _multilingual() -> Encoder:
    from postil.search.vectors.multilingual import MultilingualE5

    return MultilingualE5()


def model_origin(settings: Settings) -> Origin | None:
    """The origin of the space `model`, or None where no setting names one.

    Raises:
        EncoderRefused: the settings name none that there is.
    """
    match settings.embeddings:
        case "":
            return None
        case "minilm":
            return ModelOrigin("all-MiniLM-L6-v2 int8 8199be6f", 64, _minilm)
        case "multilingual":
            return ModelOrigin("multilingual-e5-small q4 1571fc98", 64, _multilingual)
        case "endpoint" if settings.embeddings_url and settings.embeddings_model:
            return EndpointOrigin(
                settings.embeddings_url, settings.embeddings_model, settings.embeddings_key
            )
        case "endpoint":
            raise EncoderRefused(
                'embeddings = "endpoint" needs the settings embeddings_url and embeddings_model.'
            )
        case other:
            raise EncoderRefused(f"“{other}” is no embeddings: use one of {', '.join(MODELS)}.")
