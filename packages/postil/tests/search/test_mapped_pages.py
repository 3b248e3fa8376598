import gc
import mmap
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from postil.paper import Paper
from postil.search import lexical
from postil.search.lexical import LexicalIndex
from postil.search.mapped_pages import MappedPages, resident_of_files
from postil.search.suggest import Suggester
from postil.search.vectors.rows import let_go, mapped

Sample = Callable[..., Paper]
MAPS = Path("/proc/self/maps")

needs_account = pytest.mark.skipif(not MAPS.exists(), reason="the system has no /proc")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index for which anything mapped is too much."""
    monkeypatch.setattr(lexical, "MappedPages", lambda: MappedPages(-1))


def _mapped(folder: Path) -> set[str]:
    """Addresses at which segments in a folder are mapped."""
    lines = MAPS.read_text().splitlines()
    return {line.split()[0] for line in lines if f"{folder}/index/lexical-" in line}


@needs_account
def test_pages_that_are_touched_count_until_the_file_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\1" * (64 << 20))
    pages = MappedPages(32 << 20)
    assert not pages.outgrown()
    with path.open("rb") as file:
        view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    assert not pages.outgrown()
    assert sum(view[:: mmap.PAGESIZE]) > 0
    assert pages.outgrown()
    view.close()
    assert not pages.outgrown()


@needs_account
def test_an_array_that_is_let_go_leaves_memory_and_keeps_its_numbers(tmp_path: Path) -> None:
    path = tmp_path / "rows.i8"
    path.write_bytes(b"\2" * (64 << 20))
    array = mapped(path, np.int8, (1 << 20, 64))
    pages = MappedPages(32 << 20)
    assert int(array.sum(dtype=np.int64)) == 2 << 26
    assert pages.outgrown()
    let_go(array)
    assert not pages.outgrown()
    assert int(array.sum(dtype=np.int64)) == 2 << 26
    let_go(np.zeros(3))  # not mapped: nothing to let go


@needs_account
def test_what_somebody_else_holds_for_good_is_asked_back_a_few_times_only(tmp_path: Path) -> None:
    path = tmp_path / "rows.i8"
    path.write_bytes(b"\2" * (64 << 20))
    pages = MappedPages(16 << 20)
    held = mapped(path, np.int8, (1 << 20, 64))
    assert int(held.sum(dtype=np.int64)) == 2 << 26
    times = 0
    while pages.outgrown():
        pages.discount()
        times += 1
    assert 90 < times < 110  # three more times the 16, by thirty-seconds
    let_go(held)
    assert not pages.outgrown()
    assert int(held.sum(dtype=np.int64)) == 2 << 26
    assert pages.outgrown()  # and from what there was before, once it was given back


def test_a_system_without_an_account_never_outgrows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("postil.search.mapped_pages._ACCOUNT", Path("/nowhere"))
    assert resident_of_files() == 0
    assert not MappedPages(0).outgrown()


@pytest.mark.usefixtures("impatient")
def test_a_state_that_fills_memory_is_opened_anew_and_finds_the_same(
    shelf: Any, sample: Sample
) -> None:
    shelf.put(*(sample(n) for n in range(50)))
    index = LexicalIndex(shelf.folder / "index")
    first, second = index.generation(), index.generation()
    assert first is not None
    assert second is not None
    assert second is not first
    assert second.position == first.position
    assert second.searcher.num_docs == first.searcher.num_docs == 50


@pytest.mark.usefixtures("impatient")
def test_a_state_that_cannot_be_opened_anew_goes_on_answering(shelf: Any, sample: Sample) -> None:
    shelf.put(sample(1))
    index = LexicalIndex(shelf.folder / "index")
    first = index.generation()
    (folder,) = (shelf.folder / "index").glob("lexical-*")
    folder.rename(folder.with_name("elsewhere"))
    assert index.generation() is first
    folder.with_name("elsewhere").rename(folder)
    assert index.generation() is not first


def test_a_state_that_fills_little_memory_stays_open(
    shelf: Any, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "_LOOK_EVERY", 0.0)
    shelf.put(sample(1))
    index = LexicalIndex(shelf.folder / "index")
    assert index.generation() is index.generation()


@needs_account
@pytest.mark.usefixtures("impatient")
def test_the_files_of_the_state_before_are_let_go(shelf: Any, sample: Sample) -> None:
    shelf.put(*(sample(n) for n in range(50)))
    shelf.search.close()
    index = LexicalIndex(shelf.folder / "index")
    held = index.generation()
    before = _mapped(shelf.folder)
    assert before
    index.generation()
    assert len(_mapped(shelf.folder)) > len(before)  # `held` still has its own
    del held
    gc.collect()
    after = _mapped(shelf.folder)
    assert len(after) == len(before)
    assert not after & before


@pytest.mark.usefixtures("impatient")
def test_suggestions_do_not_keep_the_state_before_in_memory(shelf: Any, sample: Sample) -> None:
    shelf.put(*(sample(n) for n in range(50)))
    index = LexicalIndex(shelf.folder / "index")
    suggester = Suggester(shelf.store, index)
    assert suggester.suggest("ada na")
    before = weakref.ref(index._generation)
    assert suggester.suggest("ada nam")
    gc.collect()
    assert before() is None
