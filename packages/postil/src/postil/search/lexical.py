"""The lexical index on disk: Tantivy segments in a folder, and one small file that says which and how far.

    <data>/index/lexical.json      format, folder in use, store it follows, change it has followed to
    <data>/index/lexical-1f2e3d4c/ the segments

Tantivy commits carry no note of their own through its Python binding, so the position is written right after
each commit; whoever follows replays at most one commit, which changes nothing. Naming the folder in the same
file makes exchanging a whole index one rename. Searches see a new state within half a second of its commit.
A state whose files have come to fill much memory is opened anew, which lets go of them.
"""

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

from tantivy import DocAddress, Index, IndexWriter, Occur, Order, Query, Searcher

from postil.errors import DataFolderDamaged
from postil.search.analysis import EXACT, STEMMED
from postil.search.mapped_pages import MappedPages
from postil.search.schema import FORMAT, build_schema
from postil.search.stamp import stamp_of
from postil.search.translation import Translator, Ways

DECIMALS = 3
"""Of a score, as it is ranked by and told."""

_LOOK_EVERY = 0.5  # seconds between looks for another process's commit
_Answer = TypeVar("_Answer")


class IndexDamaged(DataFolderDamaged):
    """The segments cannot be read; following repairs them."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"The search index cannot be read ({_one_line(detail)}): run `postil reindex`."
        )


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


@dataclass(frozen=True, slots=True)
class Position:
    """What `lexical.json` says."""

    folder: str
    store: str
    sequence: int
    format: int = FORMAT


class Generation:
    """One open state of the index; searches that began on it finish on it."""

    def __init__(self, index: Index, position: Position) -> None:
        self.index = index
        self.position = position
        self.searcher: Searcher = index.searcher()
        self.translator = Translator(index.schema, self.searcher)

    def rank(self, query: Query, limit: int, offset: int = 0) -> tuple[int, ...]:
        """The papers with the highest scores."""
        found = self.searcher.search(query, limit, count=False, offset=offset)
        return self._numbers([address for _, address in found.hits])

    def scored(self, ways: Ways, limit: int) -> list[tuple[int, float]]:
        """The papers with the highest scores, and these.

        A paper that is lifted has less in `ways.words` than it is worth, and its place is by its worth: if it
        is not among the first of those lifted, as many stand before it.
        """
        hits = self.searcher.search(ways.words, limit, count=False).hits
        if ways.lifted is not None:
            lifted = self.searcher.search(ways.lifted, limit, count=False).hits
            named = {(address.segment_ord, address.doc) for _, address in lifted}
            hits = [hit for hit in hits if (hit[1].segment_ord, hit[1].doc) not in named] + lifted
        return self._first(hits, limit)

    def scored_and_counted(self, query: Query, limit: int) -> tuple[list[tuple[int, float]], int]:
        """The papers with the highest scores, and how many match, in one pass."""
        found = self.searcher.search(query, limit, count=True)
        return self._first(found.hits, limit), getattr(found, "count", None) or 0

    def _first(self, hits: list[tuple[float, DocAddress]], limit: int) -> list[tuple[int, float]]:
        """Numbers and scores, best first; to the digits that are told: beyond, a sum depends on its order."""
        rows = [
            (-round(float(score), DECIMALS), address.segment_ord, address.doc, at)
            for at, (score, address) in enumerate(hits)
        ]
        rows.sort()
        first = rows[:limit]
        numbers = self._numbers([hits[at][1] for *_, at in first])
        return [(number, -row[0]) for number, row in zip(numbers, first, strict=True)]

    def among(self, query: Query, numbers: Sequence[int]) -> set[int]:
        """Which of some papers match."""
        if not numbers:
            return set()
        both = Query.boolean_query([(Occur.Must, query), (Occur.Must, self.numbered(numbers))])
        return set(self.rank(Query.const_score_query(both, 0.0), len(numbers)))

    def numbered(self, numbers: Sequence[int]) -> Query:
        """The papers with these numbers."""
        return Query.term_set_query(self.index.schema, "number", list(numbers))

    def dated(self, query: Query, limit: int, offset: int = 0, *, newest: bool) -> tuple[int, ...]:
        """The papers by their day."""
        found = self.searcher.search(
            query,
            limit,
            count=False,
            order_by_field="order",
            offset=offset,
            order=Order.Desc if newest else Order.Asc,
        )
        return self._numbers([address for _, address in found.hits])

    def _numbers(self, addresses: list[DocAddress]) -> tuple[int, ...]:
        values = self.searcher.fast_field_values("number", addresses)
        return tuple(value for value in values if isinstance(value, int))

    def count(self, query: Query) -> int:
        """How many papers match; nothing is scored."""
        found = self.searcher.aggregate(query, {"papers": {"value_count": {"field": "number"}}})
        return int(found["papers"]["value"])

    def try_out(self) -> None:
        """Touch every file of every segment; one that is missing or cut short shows here."""
        self.rank(Query.all_query(), 1)
        self.greatest_number()
        self.searcher.doc_freq("title_exact", "a")

    def greatest_number(self) -> int:
        """The greatest store number in the index; 0 while it is empty."""
        found = self.searcher.search(Query.all_query(), 1, count=False, order_by_field="number")
        return int(found.hits[0][0]) if found.hits else 0


class LexicalIndex:
    """The index in a folder. Any thread may search; one process at a time writes (see `follow`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._generation: Generation | None = None
        self._seen: tuple[int, int, int] | None = None
        self._looked = 0.0
        self._mapped = MappedPages()
        self._distrusted = ""
        self._lock = threading.Lock()

    @property
    def note(self) -> Path:
        """The file that says which folder is in use."""
        return self.folder / "lexical.json"

    def generation(self) -> Generation | None:
        """The newest state, or None while there is no index that can be read."""
        # While one thread opens the first state all others wait; later they go on with the one before.
        late = time.monotonic() - self._looked >= _LOOK_EVERY
        if self._generation is None or late or self._mapped.outgrown():
            self.refresh()
        return self._generation

    def refresh(self, *, always: bool = False) -> None:
        """Open another state if one was committed, or the same anew if much of it is mapped.

        Raises:
            IndexDamaged: what was committed cannot be read; the state before stays open.
        """
        with self._lock:
            self._looked = time.monotonic()
            stamp = stamp_of(self.note)
            if stamp == self._seen and not always:
                if self._generation and self._mapped.outgrown():
                    # what is open goes on answering while another process exchanges the files
                    self._mapped.discount()
                    with suppress(IndexDamaged):
                        self._generation = self._again(self._generation.position)
                return
            self._seen = stamp
            position = self.read_position()
            if position is None or position.format != FORMAT:
                self._generation = None
                return
            held = self._generation
            if held and held.position.folder == position.folder:
                guarded(held.index.reload)
                self._generation = guarded(lambda: Generation(held.index, position))
            else:
                self._generation = self._opened(position)

    def _opened(self, position: Position) -> Generation:
        generation = self._again(position)
        guarded(generation.try_out)
        return generation

    def _again(self, position: Position) -> Generation:
        folder = self.folder / position.folder
        if not guarded(lambda: Index.exists(str(folder))):
            raise IndexDamaged(f"{folder} holds no index")
        index = guarded(lambda: Index.open(str(folder)))
        prepare(index)
        return guarded(lambda: Generation(index, position))

    def read_position(self) -> Position | None:
        """What the note says; None where there is none.

        Raises:
            IndexDamaged: the note is no note.
        """
        try:
            values = json.loads(self.note.read_bytes())
            if values.get("format") != FORMAT:
                return Position("", "", 0, int(values["format"]))
            position = Position(
                str(values["folder"]), str(values["store"]), int(values["sequence"])
            )
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexDamaged(f"{self.note} cannot be read ({error})") from error
        if position.folder == self._distrusted:
            raise IndexDamaged(f"{position.folder} failed a search")
        if "/" in position.folder or not position.folder.startswith("lexical-"):
            raise IndexDamaged(f"{self.note} names a folder elsewhere")
        return position

    def distrust(self) -> None:
        """Search these segments no more: they failed. The next one to follow builds others."""
        with self._lock:
            if self._generation:
                self._distrusted = self._generation.position.folder
            self._generation = None

    def write_position(self, position: Position) -> None:
        """Put the note in place, whole or not at all; from here on searches see the commit."""
        draft = self.note.with_suffix(".draft")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(asdict(position), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.note)

    def create(self) -> tuple[Index, str]:
        """A new empty index beside the one in use, and its folder's name."""
        name = f"lexical-{token_hex(4)}"
        (self.folder / name).mkdir(parents=True)
        index = guarded(lambda: Index(build_schema(), str(self.folder / name)))
        prepare(index)
        return index, name

    def clear_away(self, keep: str) -> None:
        """Remove every folder of segments but `keep`; open searches keep their files."""
        for folder in self.folder.glob("lexical-*"):
            if folder.name != keep:
                shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._generation, self._seen = None, None


def prepare(index: Index) -> None:
    """Give an index the analyzers that its schema names; the caller decides when to reload."""
    index.register_tokenizer("stemmed", STEMMED)
    index.register_tokenizer("exact", EXACT)
    index.config_reader("manual")


def open_writer(index: Index, heap: int, threads: int) -> IndexWriter:
    """A writer; there can be one at a time."""
    return guarded(lambda: index.writer(heap, threads))


def guarded(action: Callable[[], _Answer]) -> _Answer:
    """Run an action of the engine, its errors and panics as `IndexDamaged`."""
    try:
        return action()
    except (ValueError, OSError) as error:
        raise IndexDamaged(str(error)) from error
    except BaseException as error:
        # A panic in Rust is no Exception, on purpose; here it means files that make no sense.
        if type(error).__name__ != "PanicException":
            raise
        raise IndexDamaged(str(error)) from error
