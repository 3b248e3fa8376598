"""A progress bar on stderr: what is done, the rate, and the time left."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class RateColumn(ProgressColumn):
    """Records a second, counted by the caller in the task's `records` field."""

    def render(self, task: Task) -> Text:
        """The rate so far."""
        records = int(task.fields.get("records", 0))
        rate = records / task.elapsed if task.elapsed else 0.0
        return Text(f"{records:,} records, {rate:,.0f}/s")


Report = Callable[[str, float, int], None]


@contextmanager
def progress_bar(description: str) -> Iterator[Report]:
    """Show a bar while the block runs.

    Yields:
        A function to call with (what is being done, the fraction done from 0 to 1 or below 0 where it
        cannot be known, records so far).
    """
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        RateColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task(description, total=1.0, records=0)

        def report(doing: str, fraction: float, records: int) -> None:
            known = fraction >= 0
            bar.update(
                task,
                description=doing,
                total=1.0 if known else None,
                completed=fraction if known else 0,
                records=records,
            )

        yield report
