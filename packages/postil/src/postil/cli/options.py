"""Options that several commands share, and the library that an invocation opens."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from postil.library import Library
from postil.settings import Settings

DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="The data folder (default: POSTIL_DATA, or the user's own)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True, slots=True)
class Invocation:
    """What stood before the command's name."""

    data: Path | None

    def settings(self) -> Settings:
        """The settings of this invocation."""
        return Settings.load(self.data)

    def library(self) -> Library:
        """Open the library in the data folder."""
        return Library.open(self.settings())
