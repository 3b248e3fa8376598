"""`postil evaluate FOLDER`: the product's own ranking on a judged collection, and beside another's."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from postil.cli.options import Invocation, JsonOption
from postil.cli.printing import console, write_json
from postil.cli.progress import progress_bar
from postil.library import compare_runs, evaluate_collection, read_run

if TYPE_CHECKING:
    from postil.library import Comparison, Evaluation

_SHOWN = 5


def evaluate(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A collection in the BEIR layout.")],
    words: Annotated[bool, typer.Option("--words", help="Rank by words alone.")] = False,
    embeddings: Annotated[
        str | None, typer.Option(help="Rank with this model too: minilm, multilingual or endpoint.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(help="A run in TREC's form, by whatever made it, to compare with."),
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Write the run here, in TREC's form.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure search quality on a collection with judgements (corpus, queries, qrels/test.tsv)."""
    invocation: Invocation = context.obj
    settings = invocation.settings()
    if embeddings is not None:
        settings = replace(settings, embeddings=embeddings)
    if words:
        settings = replace(settings, meaning=False, embeddings="")
    other = read_run(against) if against else None
    with progress_bar("Evaluating") as report:
        found = evaluate_collection(
            folder,
            lambda done, total: report("Evaluating", done / total if total else 1.0, done),
            settings=settings,
        )
    if save:
        found.run.write(save)
    compared = compare_runs(found.run, other, found.judgements) if other else None
    if as_json:
        write_json(found.record() | ({"comparison": compared.record()} if compared else {}))
        return
    out = console()
    _show(out, found)
    if compared:
        _show_comparison(out, compared)


def _show(out: Console, found: "Evaluation") -> None:
    for name, value in found.record().items():
        out.print(f"{name:<22}{_written(value)}")


def _written(value: object) -> str:
    match value:
        case float():
            return f"{value:.4f}"
        case list():
            return ", ".join(map(str, value)) or "none"
        case _:
            return str(value)


def _show_comparison(out: Console, compared: "Comparison") -> None:
    """Means, the interval of their difference, and the queries where the two differ most."""
    out.print(f"\nnDCG@10 against {compared.against}")
    out.print(f"{'difference':<22}{compared.difference:+.4f}")
    out.print(f"{'95 % of samples':<22}{compared.low:+.4f} to {compared.high:+.4f}")
    out.print(f"{'better, worse':<22}{compared.better}, {compared.worse}")
    gains, losses = compared.queries[:_SHOWN], compared.queries[-_SHOWN:]
    for title, queries in (("greatest gains", gains), ("greatest losses", losses[::-1])):
        told = ", ".join(f"{query} {ours - theirs:+.2f}" for query, ours, theirs in queries)
        out.print(f"{title:<22}{told}")
