"""`postil evaluate FOLDER`: the product's own ranking on a judged collection."""

from pathlib import Path
from typing import Annotated

import typer

from postil.cli.options import JsonOption
from postil.cli.printing import console, write_json
from postil.cli.progress import progress_bar
from postil.library import evaluate_collection


def evaluate(
    folder: Annotated[Path, typer.Argument(help="A collection in the BEIR layout.")],
    as_json: JsonOption = False,
) -> None:
    """Measure search quality on a collection with judgements (corpus, queries, qrels/test.tsv)."""
    with progress_bar("Evaluating") as report:
        found = evaluate_collection(
            folder, lambda done, total: report("Evaluating", done / total if total else 1.0, done)
        )
    if as_json:
        write_json(found.record())
        return
    out = console()
    for name, value in found.record().items():
        shown = f"{value:.4f}" if isinstance(value, float) else str(value)
        out.print(f"{name:<22}{shown}")
