import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from postil.paper import Paper
from postil.paper_id import PaperId
from postil.search.vectors.following import SpaceFollower
from postil.search.vectors.lsa import LearntOrigin
from postil.search.vectors.space import Space
from postil.store.sqlite import SqliteStore

TOPICS = 6
_LETTERS = "bdfgklmnprtvz"


def word(topic: int, at: int) -> str:
    """A word that is its own stem, of a topic; topic -1 is what every paper says."""
    first = _LETTERS[topic + 1]
    return f"{first}a{_LETTERS[at % 13]}o{_LETTERS[at // 13 % 13]}u{first}"


def topical_paper(at: int, *, topic: int | None = None) -> Paper:
    """Paper number `at` of an endless series; its topic is its number's rest."""
    draw = random.Random(at)
    topic = at % TOPICS if topic is None else topic
    words = [word(topic, int(draw.expovariate(0.12)) % 80) for _ in range(40)]
    words += [word(-1, draw.randrange(40)) for _ in range(20)]
    draw.shuffle(words)
    title = " ".join(word(topic, draw.randrange(20)) for _ in range(4))
    return Paper(PaperId("arxiv", f"2401.{at + 1:05}"), title, abstract=" ".join(words))


class Folder:
    """A store and a space that follows it, as one process has them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.origin = LearntOrigin()
        self.store = SqliteStore.open(path)

    @property
    def vectors(self) -> Path:
        return self.path / "vectors" / "lsa"

    def follower(self) -> SpaceFollower:
        return SpaceFollower(self.store, self.vectors, self.origin)

    def follow(self) -> str:
        return self.follower().catch_up(lambda doing, done, total: None).reason.value

    def space(self) -> Space:
        space = Space(self.vectors, self.origin)
        space.refresh(always=True)
        return space

    def put(self, first: int, last: int) -> None:
        self.store.put([topical_paper(at) for at in range(first, last)])


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    opened = Folder(tmp_path)
    yield opened
    opened.store.close()


@pytest.fixture
def topical() -> Callable[..., Paper]:
    return topical_paper


@pytest.fixture
def topic_word() -> Callable[[int, int], str]:
    return word


def assert_agrees(folder: Folder) -> None:
    """Every paper of the store has the vector that its text has, once, and no other paper has one."""
    space = folder.space()
    held = list(folder.store.papers())
    numbers = folder.store.numbers([paper.id for paper in held])
    asked = np.array([numbers[paper.id] for paper in held], dtype=np.int64)
    assert space.papers == len(held)
    wanted = space._opened.encoder.papers(held)  # type: ignore[union-attr]
    assert np.abs(space.of_papers(asked) - wanted).max() < 0.01
    found, cosines = space.nearest(wanted[0], len(held) + 50)
    assert sorted(found.tolist()) == sorted(asked.tolist())
    assert np.all(np.diff(cosines) <= 0)


@pytest.fixture
def agrees() -> Callable[[Folder], None]:
    return assert_agrees
