from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from postil.errors import NotHeld
from postil.paper import Announcement, Paper
from postil.paper_id import PaperId
from postil.search.lexical import LexicalIndex
from postil.search.related import Recipe, Related
from postil.search.variety import are_twins, varied
from postil.search.wording import Wording

Sample = Callable[..., Paper]
SUBJECT = "HiPPO memory for a linear state-space model. The state space model keeps long histories."


def related(shelf: Any, *spaces: Any, **recipe: Any) -> Related:
    return Related(shelf.store, LexicalIndex(shelf.folder / "index"), spaces, Recipe(**recipe))


def put_all(shelf: Any, sample: Sample) -> None:
    """A subject (1), near ones (2, 3), one of each word alone (4, 5), and forty others."""
    shelf.put(
        sample(1, "Long memory", abstract=SUBJECT),
        sample(2, "Fast scans", abstract="A state space model with HiPPO memory, scanned fast."),
        sample(3, "Speech", abstract="Each state space model hears speech."),
        sample(4, "Politics", abstract="The model of a state and its outer space treaties."),
        sample(5, "Zoology", abstract="A hippo at the river."),
        *(
            sample(at, f"Field {at}", abstract=f"A study of subject{at % 7} in field{at % 5}.")
            for at in range(6, 46)
        ),
    )


def test_what_shares_phrases_comes_first_and_says_so(shelf: Any, sample: Sample) -> None:
    put_all(shelf, sample)
    found = related(shelf).of(sample(1).id, limit=4)
    assert [each.paper.title for each in found.papers[:2]] == ["Fast scans", "Speech"]
    assert set(found.papers[0].shares) == {"state-space model", "HiPPO memory"}
    assert found.papers[0].score > found.papers[1].score
    assert found.spaces == ()


def test_words_far_apart_count_less_than_the_phrase(shelf: Any, sample: Sample) -> None:
    put_all(shelf, sample)
    order = [each.paper.title for each in related(shelf).of(sample(1).id).papers]
    assert order.index("Speech") < order.index("Politics")


def test_keywords_are_quoted_as_the_paper_writes_them(shelf: Any, sample: Sample) -> None:
    put_all(shelf, sample)
    keywords = related(shelf).of(sample(1).id).keywords
    assert keywords[0].weight == 1.0
    assert [k.weight for k in keywords] == sorted((k.weight for k in keywords), reverse=True)
    written = [k.text for k in keywords]
    assert "state-space model" in written
    assert "HiPPO" in written
    assert "subject1" not in written
    assert "histories" not in written, "a word that no other paper has relates it to nothing"


def test_a_paper_is_not_related_to_itself_or_its_twins(shelf: Any, sample: Sample) -> None:
    put_all(shelf, sample)
    subject = sample(1, "Long memory", abstract=SUBJECT)
    again = sample(90, "Long  Memory!", abstract=SUBJECT, authors=subject.authors)
    elsewhere = Paper(
        PaperId("openreview", "abcdefghij"), "Other title", abstract=SUBJECT, homes=(subject.id,)
    )
    namesake = sample(91, "Long memory", abstract=SUBJECT, authors=("Grace Other",))
    shelf.put(again, elsewhere, namesake)
    ids = [each.paper.id for each in related(shelf).of(subject.id).papers]
    assert namesake.id in ids
    assert not {subject.id, again.id, elsewhere.id} & set(ids)


def test_versions_of_one_paper_do_not_fill_the_list(shelf: Any, sample: Sample) -> None:
    put_all(shelf, sample)
    said = "A state space model with HiPPO memory and linear histories, on tables of kind"
    shelf.put(*(sample(50 + at, f"Version {at}", abstract=f"{said}{at}.") for at in range(6)))
    rival = "HiPPO memory of birds that sing at dawn over rivers: a linear state space model."
    shelf.put(sample(60, "Rival", abstract=rival))

    def versions_above(dislike: float) -> int:
        titles = [e.paper.title for e in related(shelf, dislike=dislike).of(sample(1).id).papers]
        return sum(title.startswith("Version") for title in titles[: titles.index("Rival")])

    assert versions_above(0.0) > 3
    assert versions_above(Recipe().dislike) < 2


def test_a_paper_that_is_not_held_is_said_to_be_missing(shelf: Any) -> None:
    with pytest.raises(NotHeld, match=r"2401\.00009"):
        related(shelf).of(PaperId("arxiv", "2401.00009"))


def test_without_an_index_nothing_is_related_and_nothing_fails(shelf: Any, sample: Sample) -> None:
    shelf.store.put([sample(1, abstract=SUBJECT)])
    found = Related(shelf.store, LexicalIndex(shelf.folder / "nowhere")).of(sample(1).id)
    assert (found.papers, found.keywords) == ((), ())


class Plane:
    """A space of two dimensions in which the vectors are given by number."""

    name, width = "lsa", 2

    def __init__(self, rows: dict[int, Sequence[float]], ready: bool = True) -> None:
        self._rows = {at: np.array(row, np.float32) for at, row in rows.items()}
        self._ready = ready

    def ready(self) -> bool:
        return self._ready

    def of_query(self, text: str) -> Any:
        return None

    def of_papers(self, numbers: Any) -> Any:
        nothing = np.zeros(2, np.float32)
        return np.array([self._rows.get(int(at), nothing) for at in numbers])

    def scores(self, query: Any, numbers: Any) -> Any:
        known = [self._rows.get(int(at), np.full(2, np.nan, np.float32)) for at in numbers]
        return np.array([row @ query for row in known])

    def nearest(self, query: Any, limit: int) -> Any:
        order = sorted(self._rows, key=lambda at: -float(self._rows[at] @ query))[:limit]
        cosines = [float(self._rows[at] @ query) for at in order]
        return np.array(order, np.int64), np.array(cosines, np.float32)


def test_meaning_finds_what_no_word_does_and_admits_it(shelf: Any, sample: Sample) -> None:
    put_all(shelf, sample)
    shelf.put(sample(80, "Rivières", abstract="Rien en commun avec lui."))
    numbers = shelf.store.numbers([sample(1).id, sample(80).id, sample(2).id])
    one, other, far = (numbers[sample(at).id] for at in (1, 80, 2))
    plane = Plane({one: (1, 0), other: (0.8, 0.6), far: (0, 1)})
    found = related(shelf, plane).of(sample(1).id)
    assert found.spaces == ("lsa",)
    there = [each for each in found.papers if each.paper.title == "Rivières"]
    assert [each.shares for each in there] == [()]
    asleep = related(shelf, Plane({one: (1, 0), other: (1, 0)}, ready=False)).of(sample(1).id)
    assert asleep.spaces == ()
    assert not any(each.paper.title == "Rivières" for each in asleep.papers)


def test_a_paper_without_a_vector_is_still_found_by_its_words(shelf: Any, sample: Sample) -> None:
    put_all(shelf, sample)
    found = related(shelf, Plane({9_999: (1, 0)})).of(sample(1).id)
    assert found.papers[0].paper.title == "Fast scans"


def test_addresses_and_numbers_are_no_words_of_a_paper() -> None:
    paper = Paper(
        PaperId("arxiv", "2401.00001"),
        "Sparse nets",
        abstract="See arXiv:2312.00001 and https://github.com/quill/sparse, 2024.",
    )
    assert set(Wording.of(paper).counts) == {"spars", "net", "see", "arxiv"}


def test_chinese_phrases_are_quoted_whole() -> None:
    one, other = (
        Wording.of(Paper(PaperId("web", name), "", abstract=text))
        for name, text in (("a.org/1", "状态空间模型的记忆"), ("a.org/2", "新的状态空间方法"))
    )
    pairs = one.pairs & other.pairs
    stems = one.counts.keys() & other.counts.keys()
    assert list(one.phrases(stems, pairs)) == ["状态空间"]


def test_words_parted_by_a_stop_are_no_phrase() -> None:
    paper = Paper(PaperId("arxiv", "2401.00001"), "", abstract="A state. Space heals; deep-water.")
    assert Wording.of(paper).pairs == {("space", "heal"), ("deep", "water")}


def test_the_fast_reading_and_the_one_with_places_agree() -> None:
    written = (
        "On  state-space - models: a_b, naïve C60; the x of\n\nGPT-4 (deep nets) e.g. deep nets."
    )
    wording = Wording.of(Paper(PaperId("arxiv", "2401.00001"), "Title here", abstract=written))
    tokens = wording.tokens
    assert wording.pairs == {(a.stem, b.stem) for a, b in pairwise(tokens) if b.joined}
    assert wording.counts == Counter(token.stem for token in tokens)
    assert ("deep", "net") in wording.pairs
    assert ("here", "state") not in wording.pairs
    assert wording.counts["deep"] == 2


def test_the_list_goes_on_to_what_differs_before_it_repeats() -> None:
    same = {(0, 1), (1, 0)}
    likeness = lambda a, b: 1.0 if (a, b) in same else 0.0  # noqa: E731
    assert varied([1.0, 0.9, 0.8], likeness, 3, 0.5) == [0, 2, 1]
    assert varied([1.0, 0.9, 0.8], likeness, 3, 0.05) == [0, 1, 2]
    assert varied([0.1, 0.9], likeness, 1, 0.5) == [1]
    assert varied([], likeness, 3, 0.5) == []


def test_twins_need_the_title_and_an_author() -> None:
    first = Paper(PaperId("arxiv", "2401.00001"), "A Título: part", ("Ana Ruiz",))
    same = Paper(PaperId("acl", "P18-1001"), "a titulo (part)", ("A. Ruíz", "Bo Li"))
    assert are_twins(first, same)
    assert not are_twins(first, Paper(same.id, same.title, ("Bo Li",)))
    assert are_twins(first, Paper(same.id, same.title))
    assert not are_twins(first, Paper(same.id, "A title", first.authors))
    day = (Announcement(date(2024, 1, 1)),)
    assert are_twins(first, Paper(first.id, "Renamed", announced=day))
