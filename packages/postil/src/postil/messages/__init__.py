"""Interface text from one catalogue: a TOML file a language, the same keys in each.

gettext was weighed and refused: its files need a compiler, and its keys are English sentences that change.
A text that counts is a table of `one` and `other`, chosen by the value named `count`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language.

    `texts` maps a dotted key to its text, or to a (one, other) pair.
    """

    language: str
    texts: Mapping[str, str | tuple[str, str]]

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of `key`, with `values` put into its braces.

        Raises:
            KeyError: no such key, or a value that the text needs was not given.
        """
        text = self.pattern(key, **values)
        return text.format_map(values) if values else text

    def pattern(self, key: str, /, **values: object) -> str:
        """The text of `key` with its braces as they are, in the form that the value named `count` asks for.

        Raises:
            KeyError: no such key, or a text that counts was given no count.
        """
        text = self.texts[key]
        if isinstance(text, tuple):
            return text[0] if values["count"] in {1, "1"} else text[1]
        return text

    def get(self, key: str, default: str) -> str:
        """The text of `key` where there is one, for names that not every language translates."""
        text = self.texts.get(key, default)
        return text if isinstance(text, str) else default


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of `language`, one of `LANGUAGES`, with the names that it has of its own."""
    texts: dict[str, str | tuple[str, str]] = {}
    for name in (language, f"names.{language}"):
        file = files(__name__).joinpath(f"{name}.toml")
        if file.is_file():
            texts.update(_flatten("", tomllib.loads(file.read_text("utf-8"))))
    return Catalogue(language, texts)


def _flatten(prefix: str, table: Mapping[str, object]) -> list[tuple[str, str | tuple[str, str]]]:
    found: list[tuple[str, str | tuple[str, str]]] = []
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, str):
            found.append((key, value))
        elif isinstance(value, dict) and set(value) == {"one", "other"}:
            found.append((key, (value["one"], value["other"])))
        elif isinstance(value, dict):
            found += _flatten(f"{key}.", value)
        else:
            raise TypeError(f"{key} must be text")
    return found
