import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from postil.errors import DataFolderBusy
from postil.paper import Paper
from postil.search import follow, incoming, lexical
from postil.search.follow import Reason
from postil.search.lexical import LexicalIndex, open_writer
from postil.search.schema import document
from postil.store.lock import ProcessLock
from postil.store.sqlite import SqliteStore

Sample = Callable[..., Paper]
Mirrors = Callable[[Any], None]


def test_a_first_follow_builds_the_index_and_says_that_there_was_none(
    shelf: Any, sample: Sample, mirrors: Mirrors
) -> None:
    shelf.store.put([sample(n) for n in range(30)])
    report = shelf.search.catch_up()
    assert (report.reason, report.changes, report.rebuilt) == (Reason.MISSING, 30, True)
    mirrors(shelf)


def test_a_second_follow_has_nothing_to_do(shelf: Any, sample: Sample) -> None:
    shelf.put(sample(1))
    report = shelf.search.catch_up()
    assert (report.reason, report.changes, report.rebuilt) == (Reason.CURRENT, 0, False)


def test_added_changed_and_removed_papers_are_followed_in_place(
    shelf: Any, sample: Sample, mirrors: Mirrors
) -> None:
    shelf.put(*(sample(n) for n in range(20)))
    folder = shelf.search._index.read_position().folder
    shelf.store.put([sample(3, title="Renamed"), sample(50, title="Newcomer")])
    shelf.store.remove([sample(7).id])
    report = shelf.search.catch_up()
    assert (report.reason, report.changes, report.rebuilt) == (Reason.BEHIND, 3, False)
    assert shelf.search._index.read_position().folder == folder
    assert shelf.found("renamed") == ["Renamed"]
    assert shelf.found("newcomer") == ["Newcomer"]
    assert shelf.found('title:"Title 3"') == []
    assert shelf.found(f"id:{sample(7).id}") == []
    mirrors(shelf)


def test_a_commit_that_was_not_noted_is_worked_in_again_without_doubles(
    shelf: Any, sample: Sample, mirrors: Mirrors
) -> None:
    shelf.put(*(sample(n) for n in range(10)))
    note = (shelf.folder / "index" / "lexical.json").read_bytes()
    shelf.put(*(sample(n) for n in range(10, 20)))
    (shelf.folder / "index" / "lexical.json").write_bytes(note)
    assert shelf.opened().catch_up().reason is Reason.BEHIND
    mirrors(shelf)


def test_the_checker_of_mirrors_rejects_doubles_and_gaps(
    shelf: Any, sample: Sample, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put(*(sample(n) for n in range(10)))
    generation = shelf.search._index.generation()
    writer = open_writer(generation.index, 15_000_000, 1)
    writer.delete_documents_by_term("number", 1)
    writer.add_document(document(sample(5), 6))
    writer.commit()
    monkeypatch.setattr(follow.Follower, "_is_miscounted", lambda _: False)
    with pytest.raises(AssertionError):
        mirrors(shelf)


def test_an_index_that_holds_too_many_papers_is_rebuilt(
    shelf: Any, sample: Sample, mirrors: Mirrors
) -> None:
    shelf.put(*(sample(n) for n in range(10)))
    writer = open_writer(shelf.search._index.generation().index, 15_000_000, 1)
    writer.add_document(document(sample(99), 99))
    writer.commit()
    writer.wait_merging_threads()
    assert shelf.opened().catch_up().reason is Reason.MISCOUNTED
    mirrors(shelf)


def test_an_index_of_another_format_is_rebuilt(
    shelf: Any, sample: Sample, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put(sample(1))
    for module in (lexical, follow):
        monkeypatch.setattr(module, "FORMAT", 999)
    search = shelf.opened()
    assert search.find("member").total == 0
    report = search.catch_up()
    assert (report.reason, report.rebuilt) == (Reason.OTHER_FORMAT, True)


def test_an_index_of_another_store_is_rebuilt(
    shelf: Any, sample: Sample, mirrors: Mirrors, tmp_path: Path
) -> None:
    shelf.put(*(sample(n) for n in range(5)))
    other = tmp_path / "other"
    other.mkdir()
    shutil.copytree(shelf.folder / "index", other / "index")
    elsewhere = type(shelf)(other)
    elsewhere.store.put([sample(n) for n in range(100, 105)])
    assert elsewhere.search.catch_up().reason is Reason.OTHER_STORE
    mirrors(elsewhere)
    elsewhere.close()


def test_an_index_ahead_of_a_store_put_back_is_rebuilt(
    shelf: Any, sample: Sample, mirrors: Mirrors
) -> None:
    shelf.put(*(sample(n) for n in range(5)))
    shelf.close()
    saved = (shelf.folder / "postil.db").read_bytes()
    later = type(shelf)(shelf.folder)
    later.put(*(sample(n) for n in range(5, 9)))
    later.close()
    (shelf.folder / "postil.db").write_bytes(saved)
    back = type(shelf)(shelf.folder)
    assert back.search.catch_up().reason is Reason.AHEAD
    mirrors(back)
    back.close()


def test_while_another_process_follows_this_one_searches_on(shelf: Any, sample: Sample) -> None:
    shelf.put(sample(1))
    other = ProcessLock(shelf.folder / "index" / "lexical.lock")
    other.acquire()
    shelf.store.put([sample(2)])
    assert shelf.search.catch_up().reason is Reason.BUSY
    assert shelf.found("member") == ["Title 1"]
    with pytest.raises(DataFolderBusy):
        shelf.search.reindex()
    other.release()
    assert shelf.search.catch_up().reason is Reason.BEHIND
    assert shelf.search.find("member").total == 2


def test_what_another_process_commits_is_seen_without_opening_again(
    shelf: Any, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put(sample(1))
    reader = shelf.opened()
    assert reader.find("member").total == 1
    monkeypatch.setattr(lexical, "_LOOK_EVERY", 0.0)
    shelf.put(sample(2))
    assert reader.find("member").total == 2
    shelf.search.reindex()
    shelf.put(sample(3))
    assert reader.find("member").total == 3


def test_a_rebuild_serves_the_old_index_until_the_new_one_is_whole(
    shelf: Any, sample: Sample, mirrors: Mirrors
) -> None:
    shelf.put(*(sample(n) for n in range(2_500)))
    seen: list[int] = []
    before = shelf.search._index.read_position().folder

    def watch(done: int, total: int) -> None:
        seen.append(shelf.opened().find("member").total)
        assert shelf.search._index.read_position().folder == before

    assert shelf.search.reindex(watch) == 2_500
    assert set(seen) == {2_500}
    assert shelf.search._index.read_position().folder != before
    assert [f.name for f in (shelf.folder / "index").glob("lexical-*")] == [
        shelf.search._index.read_position().folder
    ]
    mirrors(shelf)


def test_searches_go_on_while_papers_are_followed(
    shelf: Any, sample: Sample, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_COMMIT_EVERY", 100)
    monkeypatch.setattr(incoming, "_BATCH", 50)
    shelf.put(*(sample(n) for n in range(200)))
    totals: list[int] = []
    failures: list[BaseException] = []
    stop = Event()

    def search() -> None:
        try:
            while not stop.is_set():
                totals.append(shelf.search.find("member").total)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    shelf.put(*(sample(n) for n in range(100, 1_200)))
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert min(totals) >= 200
    assert shelf.search.find("member").total == 1_200
    mirrors(shelf)


def test_progress_counts_up_to_the_changes(shelf: Any, sample: Sample) -> None:
    shelf.store.put([sample(n) for n in range(2_300)])
    steps: list[tuple[int, int]] = []
    shelf.search.catch_up(lambda done, total: steps.append((done, total)))
    assert steps == [(1_000, 2_300), (2_000, 2_300), (2_300, 2_300)]


def test_what_comes_page_after_page_is_committed_together(
    shelf: Any, sample: Sample, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put(sample(0))
    monkeypatch.setattr(follow, "_SMALL", 0)
    waited: list[int] = []

    def pause() -> bool:
        waited.append(len(waited) + 1)
        shelf.store.put([sample(10 * waited[-1] + n) for n in range(10)])
        return len(waited) < 3

    shelf.store.put([sample(n) for n in range(1, 10)])
    assert shelf.search.catch_up(pause=pause).changes == 9 + 30
    assert waited == [1, 2, 3]
    mirrors(shelf)


@pytest.mark.parametrize("limit", ["_PATIENCE", "_LONGEST_WAIT"])
def test_nobody_waits_for_pages_for_ever(
    shelf: Any, sample: Sample, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    shelf.put(sample(0))
    monkeypatch.setattr(follow, "_SMALL", 0)
    monkeypatch.setattr(incoming, limit, 0.0)
    shelf.store.put([sample(1), sample(2)])
    assert shelf.search.catch_up(pause=lambda: True).changes == 2


def test_few_changes_are_committed_at_once(shelf: Any, sample: Sample) -> None:
    shelf.put(sample(0))
    shelf.store.put([sample(1)])
    assert shelf.search.catch_up(pause=lambda: pytest.fail("waited")).changes == 1


def test_a_store_that_cannot_be_written_still_searches(
    shelf: Any, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put(sample(1))
    shelf.store.put([sample(2)])

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("postil.store.lock.os.open", refuse)
    search = shelf.opened()
    assert search.catch_up().reason is Reason.READ_ONLY
    assert search.find("member").total == 1


def test_status_says_how_far_behind_the_index_is(shelf: Any, sample: Sample) -> None:
    shelf.put(sample(1))
    shelf.store.put([sample(2), sample(3)])
    status = shelf.search.status()
    assert (status.papers, status.behind) == (1, 2)
    assert LexicalIndex(shelf.folder / "nowhere").generation() is None
    assert isinstance(shelf.store, SqliteStore)
