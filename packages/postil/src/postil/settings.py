"""One frozen object of settings: defaults, then `postil.toml` in the data folder, then the environment.

pydantic-settings was weighed and refused: it doubles the time to import the command line for a handful of
plain values (DECISIONS.md has the figures).
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import platformdirs

from postil.errors import BadInput

DEFAULT_PORT = 8620


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of Postil.

    Each can be a line of `postil.toml` (its name) or an environment variable (`POSTIL_` and its name in
    capitals); `data` can only come from the environment or the command line, as it says where the file is.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    categories: str = "cs.LG+cs.CL+stat.ML"  # what the home page offers first
    page_size: int = 25  # papers on a page
    harvest: bool = True  # whether `postil serve` asks arXiv for each day's papers
    lists: str = ""  # which of arXiv's lists to read, as cs+stat.ML; empty: those of `categories`
    contact: str = ""  # an e-mail address or web page, told to arXiv with every request
    arxiv: str = ""  # the address of another arXiv, such as a mirror or a stand-in
    meaning: bool = True  # whether vectors are learnt from the library's own words
    embeddings: str = ""  # a model for more vectors: minilm, multilingual or endpoint
    embeddings_url: str = ""  # of an endpoint as OpenAI has one, up to before /embeddings
    embeddings_model: str = ""  # what to ask the endpoint for
    embeddings_key: str = ""  # what the endpoint knows the reader by

    @classmethod
    def load(cls, data: Path | None = None, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings.

        Args:
            data: the data folder, if the command line named one.
            environ: the environment to read.

        Raises:
            BadInput: `postil.toml` cannot be parsed, or a setting has the wrong type or an unknown name.
        """
        folder = data or Path(environ.get("POSTIL_DATA") or platformdirs.user_data_dir("postil"))
        folder = folder.expanduser().absolute()
        values: dict[str, object] = dict(_read_file(folder / "postil.toml"))
        for name in _TYPES:
            if (text := environ.get(f"POSTIL_{name.upper()}")) is not None:
                values[name] = text
        return cls(data=folder, **_typed(values))  # type: ignore[arg-type]


_TYPES = {f.name: f.type for f in fields(Settings) if f.name != "data"}


def _read_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path} cannot be read ({error}): mend or remove it.") from error


def _typed(values: dict[str, object]) -> dict[str, object]:
    typed: dict[str, object] = {}
    for name, value in values.items():
        if name not in _TYPES:
            raise BadInput(f"“{name}” is not a setting: use one of {', '.join(sorted(_TYPES))}.")
        if _TYPES[name] is int:
            typed[name] = _whole_number(name, value)
        elif _TYPES[name] is bool:
            typed[name] = _yes_or_no(name, value)
        elif isinstance(value, str):
            typed[name] = value
        else:
            raise BadInput(f"The setting {name} must be text, not {value!r}.")
    return typed


def _yes_or_no(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    found = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    try:
        return found[str(value).lower()]
    except KeyError:
        raise BadInput(f"The setting {name} must be true or false, not {value!r}.") from None


def _whole_number(name: str, value: object) -> int:
    try:
        number = int(str(value))
    except ValueError:
        raise BadInput(f"The setting {name} must be a whole number, not {value!r}.") from None
    lowest, highest = {"port": (0, 65535), "page_size": (1, 200)}[name]
    if not lowest <= number <= highest:
        raise BadInput(f"The setting {name} must lie from {lowest} to {highest}, not {number}.")
    return number
