import json
import resource
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from postil.paper import Paper
from postil.search.follow import Reason
from postil.search.lexical import IndexDamaged
from postil.search.schema import FORMAT

Sample = Callable[..., Paper]
Mirrors = Callable[[Any], None]
NOTES = {
    "empty": b"",
    "cut": b'{"folder": "lex',
    "no object": b"[1]",
    "elsewhere": json.dumps(
        {"format": FORMAT, "folder": "../../etc", "store": "", "sequence": 0}
    ).encode(),
    "gone": json.dumps(
        {"format": FORMAT, "folder": "lexical-00000000", "store": "", "sequence": 0}
    ).encode(),
}


@pytest.mark.parametrize("note", NOTES)
def test_a_note_that_makes_no_sense_leads_to_a_rebuild(
    shelf: Any, sample: Sample, mirrors: Mirrors, note: str
) -> None:
    shelf.put(*(sample(n) for n in range(5)))
    (shelf.folder / "index" / "lexical.json").write_bytes(NOTES[note])
    report = shelf.opened().catch_up()
    assert report.rebuilt
    assert report.reason in {Reason.DAMAGED, Reason.OTHER_STORE}
    mirrors(shelf)


@pytest.mark.parametrize("harm", ["delete", "empty", "half", "garbage"])
@pytest.mark.parametrize("part", ["meta.json", "*.term", "*.idx", "*.pos", "*.fast", "*.fieldnorm"])
def test_any_file_gone_or_spoilt_leads_to_a_rebuild(
    shelf: Any, sample: Sample, mirrors: Mirrors, part: str, harm: str
) -> None:
    shelf.put(*(sample(n) for n in range(50)))
    shelf.search.close()
    (path,) = (shelf.folder / "index").glob(f"lexical-*/{part}")
    whole = path.read_bytes()
    path.unlink()  # never cut a file that may still be mapped: that ends the process
    spoilt = {"empty": b"", "half": whole[: len(whole) // 2], "garbage": b"\xa5" * len(whole)}
    if harm in spoilt:
        path.write_bytes(spoilt[harm])
    report = shelf.opened().catch_up()
    assert (report.reason, report.rebuilt) == (Reason.DAMAGED, True)
    mirrors(shelf)


def test_an_index_that_vanished_is_built_again(
    shelf: Any, sample: Sample, mirrors: Mirrors
) -> None:
    shelf.put(*(sample(n) for n in range(5)))
    shutil.rmtree(shelf.folder / "index")
    report = shelf.opened().catch_up()
    assert (report.reason, report.changes) == (Reason.MISSING, 5)
    mirrors(shelf)


def test_an_index_that_fails_a_search_is_asked_no_more_and_then_repaired(
    shelf: Any, sample: Sample, mirrors: Mirrors
) -> None:
    shelf.put(*(sample(n) for n in range(5)))
    generation = shelf.search._index.generation()

    class Failing:
        def query(self, *_: object) -> object:
            raise ValueError("corrupt block")

        ways = countable = query

    generation.translator = Failing()
    with pytest.raises(IndexDamaged, match="postil reindex"):
        shelf.search.find("member")
    assert shelf.search.find("member").total == 0
    assert shelf.search.status().behind == 5
    assert shelf.search.catch_up().reason is Reason.DAMAGED
    assert shelf.search.find("member").total == 5
    mirrors(shelf)


FOLLOWING = textwrap.dedent(
    """
    import os, resource, signal, sys
    from pathlib import Path
    from postil.errors import DataFolderFull
    from postil.search import follow, incoming
    from postil.search.lexical import LexicalIndex
    from postil.search.search import Search
    from postil.store.sqlite import SqliteStore

    folder, mode, point, limit = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    follow._COMMIT_EVERY, incoming._BATCH = 200, 100
    store = SqliteStore.open(folder)
    search = Search(store, LexicalIndex(folder / "index"))
    steps = 0

    def step(done, total):
        global steps
        steps += 1
        if steps == point:
            os.kill(os.getpid(), signal.SIGKILL)

    if limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        search.reindex(step) if mode == "reindex" else search.catch_up(step)
    except DataFolderFull:
        sys.exit(3)
    """
)


def follow_in_a_process(folder: Path, mode: str, point: int = 0, limit: int = 0) -> int:
    """Follow in a process that is killed at a step, or may write no file beyond a limit."""
    arguments = [sys.executable, "-c", FOLLOWING, str(folder), mode, str(point), str(limit)]
    return subprocess.run(arguments, timeout=60, check=False, capture_output=True).returncode


@pytest.mark.parametrize("point", [1, 2, 3, 5, 8])
def test_a_follower_killed_at_any_point_leaves_what_the_next_one_completes(
    shelf: Any, sample: Sample, mirrors: Mirrors, point: int
) -> None:
    shelf.put(*(sample(n) for n in range(50)))
    shelf.store.put([sample(n, title=f"Second {n}") for n in range(20, 820)])
    assert follow_in_a_process(shelf.folder, "catch_up", point) == -signal.SIGKILL
    assert shelf.opened().find("member").total >= 50
    assert not shelf.opened().catch_up().rebuilt
    mirrors(shelf)


@pytest.mark.parametrize("point", [1, 4, 8])
def test_a_first_build_killed_at_any_point_goes_on_where_it_was(
    shelf: Any, sample: Sample, mirrors: Mirrors, point: int
) -> None:
    shelf.store.put([sample(n) for n in range(850)])
    assert follow_in_a_process(shelf.folder, "catch_up", point) == -signal.SIGKILL
    report = shelf.opened().catch_up()
    assert report.changes == 850 - 200 * (max(0, point - 1) // 2)
    mirrors(shelf)


def test_a_rebuild_killed_in_the_middle_leaves_the_old_index_and_no_litter(
    shelf: Any, sample: Sample, mirrors: Mirrors
) -> None:
    shelf.put(*(sample(n) for n in range(850)))
    note = (shelf.folder / "index" / "lexical.json").read_bytes()
    assert follow_in_a_process(shelf.folder, "reindex", 5) == -signal.SIGKILL
    assert (shelf.folder / "index" / "lexical.json").read_bytes() == note
    mirrors(shelf)
    assert len(list((shelf.folder / "index").glob("lexical-*"))) == 1


def test_a_full_disk_is_told_and_leaves_the_old_index(
    shelf: Any, sample: Sample, mirrors: Mirrors
) -> None:
    shelf.put(*(sample(n) for n in range(850)))
    assert follow_in_a_process(shelf.folder, "reindex", 0, 20_000) == 3
    assert shelf.opened().find("member").total == 850
    mirrors(shelf)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
