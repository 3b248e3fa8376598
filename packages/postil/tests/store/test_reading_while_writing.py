"""Reads from many threads go on while a batch is being written, and see it whole or not at all."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from postil.paper import Paper
from postil.paper_id import PaperId
from postil.store.sqlite import SqliteStore

PAPERS = [Paper(PaperId.parse(f"2603.{n:05}"), "0", abstract="word " * 200) for n in range(1, 201)]


def test_a_batch_is_seen_whole_or_not_at_all(tmp_path: Path) -> None:
    over = threading.Event()
    with SqliteStore.open(tmp_path) as store:
        store.put(PAPERS)
        numbers = list(store.numbers([p.id for p in PAPERS]).values())

        def read() -> set[str]:
            seen = set()
            while not over.is_set():
                titles = {paper.title for paper in store.load(numbers)}
                assert len(titles) == 1
                seen |= titles
            return seen

        with ThreadPoolExecutor(4) as threads:
            readers = [threads.submit(read) for _ in range(4)]
            try:
                for turn in range(1, 21):
                    assert store.put([replace(p, title=str(turn)) for p in PAPERS]).changed == 200
            finally:
                over.set()
            assert len(set().union(*(reader.result() for reader in readers))) > 1
        assert store.check() == []


def test_a_read_inside_a_long_writing_sees_what_was_put_before_it(tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path) as store, store.writing():
        store.put(PAPERS[:5])
        assert store.count() == 5
        store.put(PAPERS[5:])
        assert list(store.papers()) == PAPERS


def test_a_store_opened_while_another_process_may_write_does_not_take_the_pen(
    tmp_path: Path,
) -> None:
    with SqliteStore.open(tmp_path) as first, first.writing():
        first.put(PAPERS)
        with SqliteStore.open(tmp_path) as second:
            assert second.count() == 200
