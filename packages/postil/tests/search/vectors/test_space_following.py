import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from postil.errors import DataFolderBusy
from postil.paper import Paper
from postil.search.mapped_pages import MappedPages
from postil.search.vectors import following, space, state
from postil.search.vectors.following import Stopped
from postil.search.vectors.rows import Rows, RowWriter, coded
from postil.search.vectors.state import read_choice, read_state, write_state
from postil.store.lock import ProcessLock

Agrees = Callable[[Any], None]
Topical = Callable[..., Paper]


def test_a_space_follows_what_is_added_changed_and_removed(
    folder: Any, topical: Topical, agrees: Agrees
) -> None:
    folder.put(0, 80)
    assert folder.follow() == "missing"
    agrees(folder)
    rows = read_choice(folder.vectors)
    folder.put(80, 100)
    folder.store.put([replace(topical(3), abstract=topical(4).abstract)])
    folder.store.remove([topical(7).id])
    assert folder.follow() == "behind"
    assert read_choice(folder.vectors) == rows
    agrees(folder)
    assert folder.follow() == "current"


def test_the_checker_rejects_a_paper_without_a_row_and_one_with_that_of_another(
    folder: Any, agrees: Agrees
) -> None:
    folder.put(0, 40)
    folder.follow()
    path = folder.vectors / read_choice(folder.vectors)
    numbers = np.fromfile(path / "numbers.i32", np.int32)
    for wrong in (np.where(numbers == 4, 0, numbers), np.roll(numbers, 1)):
        wrong.astype(np.int32).tofile(path / "numbers.i32")
        with pytest.raises(AssertionError):
            agrees(folder)


def test_a_paper_that_changes_twice_before_it_is_followed_has_one_row(
    folder: Any, topical: Topical, agrees: Agrees
) -> None:
    folder.put(0, 40)
    folder.follow()
    for other in (11, 12):
        folder.store.put([replace(topical(3), abstract=topical(other).abstract)])
        folder.follow()
    agrees(folder)


def _other_store(folder: Any) -> None:
    folder.store.remember("identity", "another")


def _ahead(folder: Any) -> None:
    path = folder.vectors / read_choice(folder.vectors)
    held = read_state(path)
    assert held
    write_state(path, replace(held, sequence=held.sequence + 5))


def _lost(name: str) -> Callable[[Any], None]:
    def lose(folder: Any) -> None:
        (folder.vectors / read_choice(folder.vectors) / name).unlink()

    return lose


def _written(name: str, content: bytes) -> Callable[[Any], None]:
    def write(folder: Any) -> None:
        (folder.vectors / name.replace("*", read_choice(folder.vectors))).write_bytes(content)

    return write


def _miscounted(folder: Any) -> None:
    path = folder.vectors / read_choice(folder.vectors)
    held = read_state(path)
    assert held
    write_state(path, replace(held, count=held.count - 1))


DAMAGE = {
    "another store": (_other_store, "other_store"),
    "a store put back": (_ahead, "ahead"),
    "no choice": (lambda folder: (folder.vectors / "space.json").unlink(), "missing"),
    "no folder": (lambda folder: shutil.rmtree(folder.vectors), "missing"),
    "no rows": (_lost("rows.i8"), "damaged"),
    "no numbers": (_lost("numbers.i32"), "damaged"),
    "no terms": (_lost("terms.txt"), "damaged"),
    "short rows": (_written("*/rows.i8", b"short"), "damaged"),
    "a choice that is none": (_written("space.json", b"{"), "damaged"),
    "a choice elsewhere": (_written("space.json", b'{"rows": "../../x"}'), "damaged"),
    "a state that is none": (_written("*/state.json", b'{"format": 1}'), "damaged"),
    "a state of another format": (_written("*/state.json", b'{"format": 999}'), "other_making"),
    "a row too few": (_miscounted, "miscounted"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_whatever_is_wrong_is_made_anew_and_says_why(
    folder: Any, agrees: Agrees, what: str
) -> None:
    folder.put(0, 60)
    folder.follow()
    damage, reason = DAMAGE[what]
    damage(folder)
    folder.space().ready()  # whatever is there, reading does not fail
    assert folder.follow() == reason
    agrees(folder)


def test_vectors_of_another_encoder_are_made_anew_and_not_asked(folder: Any) -> None:
    folder.put(0, 40)
    folder.follow()
    folder.origin.identity = "another"
    assert not folder.space().ready()
    assert folder.follow() == "other_making"
    assert folder.space().ready()


def test_a_library_that_has_doubled_is_learnt_anew(folder: Any, agrees: Agrees) -> None:
    folder.put(0, 60)
    folder.follow()
    folder.put(60, 110)
    assert folder.follow() == "behind"
    folder.put(110, 130)
    assert folder.follow() == "outgrown"
    agrees(folder)


def test_what_was_stopped_is_gone_on_with_and_not_asked_before(
    folder: Any, agrees: Agrees, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put(0, 60)
    monkeypatch.setattr(folder.origin, "batch", 20, raising=False)
    with pytest.raises(Stopped):
        folder.follower().catch_up(lambda *_: None, lambda: True)
    assert not folder.space().ready()
    begun = [path.name for path in folder.vectors.glob("rows-*")]
    learnt: list[str] = []
    monkeypatch.setattr(folder.origin, "begin", lambda *_: learnt.append("again"))
    assert folder.follow() == "missing"
    assert read_choice(folder.vectors) in begun
    assert not learnt
    agrees(folder)


def test_rows_that_were_written_and_not_counted_are_written_again(
    folder: Any, agrees: Agrees
) -> None:
    folder.put(0, 40)
    folder.follow()
    path = folder.vectors / read_choice(folder.vectors)
    held = read_state(path)
    assert held
    writer = RowWriter(path, held)
    writer.append(np.ones((5, held.width), dtype=np.float32), np.arange(1, 6))
    writer.close()
    folder.put(40, 50)
    assert folder.follow() == "behind"
    agrees(folder)


def test_the_old_vectors_serve_while_new_ones_are_made(folder: Any, agrees: Agrees) -> None:
    folder.put(0, 60)
    folder.follow()
    serving = folder.space()
    asked: list[bool] = []
    folder.follower().rebuild(lambda *_: asked.append(serving.ready() and serving.papers == 60))
    assert asked
    assert all(asked)
    serving.refresh(always=True)
    agrees(folder)


def test_one_process_writes_at_a_time(folder: Any) -> None:
    folder.put(0, 40)
    folder.follow()
    lock = ProcessLock(folder.vectors / "space.lock")
    lock.acquire()
    folder.put(40, 41)
    assert folder.follow() == "busy"
    with pytest.raises(DataFolderBusy):
        folder.follower().rebuild(lambda *_: None)
    lock.release()
    assert folder.follow() == "behind"


def test_readers_see_whole_states_while_rows_are_written(
    folder: Any, topical: Topical, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_COMMIT_SECONDS", 0.0)
    monkeypatch.setattr(folder.origin, "batch", 5, raising=False)
    folder.put(0, 60)
    folder.follow()
    wrong: list[str] = []
    done = threading.Event()

    def read() -> None:
        space = folder.space()
        query = space.of_papers(np.array([5]))[0]
        while not done.is_set():
            space.refresh(always=True)
            numbers, cosines = space.nearest(query, 200)
            if len(set(numbers.tolist())) != len(numbers) or len(numbers) < 59:
                wrong.append(f"{len(numbers)} rows")
            if not np.all(np.abs(cosines) < 1.001):
                wrong.append("no cosines")

    reader = threading.Thread(target=read)
    reader.start()
    for first in range(60, 100, 10):
        folder.put(first, first + 10)
        folder.store.put([replace(topical(9), abstract=topical(first).abstract)])
        folder.follow()
    done.set()
    reader.join()
    assert not wrong


def test_a_state_of_the_wrong_types_or_counts_is_refused(tmp_path: Path) -> None:
    right = state.State("a", "b", 4)
    state.write_state(tmp_path, right)
    assert read_state(tmp_path) == right
    for wrong in ({"count": "7"}, {"width": 0}, {"arranged": 5}, {"sort": 1}):
        values = json.loads((tmp_path / "state.json").read_bytes())
        (tmp_path / "state.json").write_text(json.dumps(values | wrong), "utf-8")
        with pytest.raises(following.VectorsDamaged):
            read_state(tmp_path)
        state.write_state(tmp_path, right)


def test_codes_keep_the_direction_of_a_vector() -> None:
    vectors = np.random.default_rng(0).standard_normal((50, 160)).astype(np.float32)
    vectors[7] = 0
    codes, scales = coded(vectors)
    kept = codes * scales[:, None]
    lengths = np.linalg.norm(vectors, axis=1)
    cosines = (kept * vectors).sum(axis=1) / np.where(lengths > 0, lengths, 1)
    assert np.delete(cosines, 7).min() > 0.9999
    assert scales[7] == 0


def test_a_miscount_is_found_when_the_space_follows_too(folder: Any, agrees: Agrees) -> None:
    folder.put(0, 60)
    folder.follow()
    path = folder.vectors / read_choice(folder.vectors)
    numbers = np.fromfile(path / "numbers.i32", np.int32)
    np.where(numbers == 4, 0, numbers).astype(np.int32).tofile(path / "numbers.i32")
    folder.put(60, 61)
    assert folder.follow() == "miscounted"
    agrees(folder)


def test_papers_stored_while_rows_are_counted_are_no_miscount(
    folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put(0, 60)
    folder.follow()
    count = folder.store.count

    def counted() -> int:
        folder.put(60, 61)
        return int(count())

    monkeypatch.setattr(folder.store, "count", counted)
    assert folder.follow() == "current"


def test_vectors_that_fill_memory_let_go_of_it_and_answer_the_same(
    folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put(0, 80)
    folder.follow()
    numbers = np.arange(1, 81)
    usual = folder.space()
    question = usual.of_papers(numbers[:1])[0]
    expected = usual.scores(question, numbers)
    monkeypatch.setattr(space, "MappedPages", lambda: MappedPages(-1))
    let_go = []
    monkeypatch.setattr(Rows, "let_go", lambda rows: let_go.append(rows))
    full = folder.space()
    for _ in range(20):
        np.testing.assert_array_equal(full.scores(question, numbers), expected)
    assert len(let_go) == 2
    for _ in range(20):
        usual.scores(question, numbers)
    assert len(let_go) == 2
