import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from postil.library import Library
from postil.search.vectors.progress import ProgressNote
from postil.settings import Settings
from postil.web.app import create_app


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Library]:
    with Library.open(Settings(data=tmp_path)) as library:
        library.load_shelf()
        library.search.catch_up()
        yield library


def about(library: Library, language: str = "en") -> str:
    client = TestClient(create_app(library), base_url="http://localhost")
    return client.get("/about", headers={"Accept-Language": language}).text


def test_about_says_that_no_vectors_are_made_yet(shelf: Library) -> None:
    assert "not yet; made in the background" in about(shelf)


def test_about_says_how_far_the_making_of_vectors_is(shelf: Library) -> None:
    (shelf.spaces.folder / "lsa").mkdir(parents=True)
    note = ProgressNote(shelf.spaces.folder / "lsa")
    note.tell("learning", 3_000, 226_000)
    assert "learning from words: 3,000 / 226,000" in about(shelf)
    assert "正在从词语学习" in about(shelf, "zh")
    note.clear()
    assert "learning from words" not in about(shelf)


def test_about_says_that_vectors_follow_every_change(shelf: Library) -> None:
    shelf.spaces.catch_up(lambda *_: None)
    assert about(shelf).count("follows every change") == 2
    client = TestClient(create_app(shelf), base_url="http://localhost")
    status = json.loads(client.get("/api/v1/status").content)
    assert status["vectors"][0]["papers"] == status["papers"]
    assert status["vectors_bytes"] > 0
