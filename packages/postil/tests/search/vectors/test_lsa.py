import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from postil.paper import Paper
from postil.search.vectors.building import build_space
from postil.search.vectors.failures import VectorsDamaged
from postil.search.vectors.lsa import Basis, width_for
from postil.search.vectors.terms import paper_text, stems

Topical = Callable[..., Paper]


def reference_cosines(texts: list[list[str]], width: int) -> NDArray[np.float64]:
    """All cosines by a dense decomposition in double precision, written from the definition."""
    spread = Counter(word for text in texts for word in set(text))
    words = sorted(word for word in spread if spread[word] > 1)
    counts = np.array([[text.count(word) for word in words] for text in texts], dtype=float)
    matrix = np.zeros_like(counts)
    for column in range(len(words)):
        share = counts[:, column] / counts[:, column].sum()
        told = sum(p * math.log(p) for p in share if p > 0)
        matrix[:, column] = np.log(1 + counts[:, column]) * (1 + told / math.log(len(texts)))
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    _, _, directions = np.linalg.svd(matrix, full_matrices=False)
    seen = matrix @ directions[:width].T
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    return seen @ seen.T


def cosines_of(basis: Basis, texts: list[list[str]]) -> NDArray[np.float64]:
    seen = basis.fold(texts).astype(float)
    return seen @ seen.T


@pytest.fixture
def texts(topical: Topical) -> list[list[str]]:
    return [stems(paper_text(topical(at))) for at in range(120)]


def test_cosines_are_those_of_a_dense_decomposition_in_double_precision(
    texts: list[list[str]],
) -> None:
    found = cosines_of(Basis.learn(texts, 12), texts)
    assert np.abs(found - reference_cosines(texts, 12)).max() < 0.01


@pytest.mark.parametrize("wrong", ["no entropy", "raw counts", "one direction fewer"])
def test_the_reference_rejects_another_weighting_and_another_width(
    texts: list[list[str]], wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if wrong == "no entropy":
        monkeypatch.setattr(
            "postil.search.vectors.lsa.unevenness",
            lambda counts: np.ones(counts.shape[1], dtype=np.float32),
        )
    elif wrong == "raw counts":
        monkeypatch.setattr("postil.search.vectors.lsa.np.log1p", lambda values: values)
    basis = Basis.learn(texts, 11 if wrong == "one direction fewer" else 12)
    assert np.abs(cosines_of(basis, texts) - reference_cosines(texts, 12)).max() > 0.02


def test_papers_folded_in_have_nearly_the_vectors_of_a_space_learnt_anew(
    texts: list[list[str]],
) -> None:
    folded, anew = Basis.learn(texts[:90], 6), Basis.learn(texts, 6)
    difference = np.abs(cosines_of(folded, texts) - cosines_of(anew, texts))
    assert difference.mean() < 0.02
    assert difference.max() < 0.2
    stale = Basis.learn(texts[:6], 6)  # what the bound is to tell apart: learnt from far too few
    assert np.abs(cosines_of(stale, texts) - cosines_of(anew, texts)).mean() > 0.05


def test_a_query_finds_papers_of_its_topic_that_have_none_of_its_words(
    topical: Topical, topic_word: Callable[[int, int], str], tmp_path: Path
) -> None:
    rare = topic_word(2, 25)
    papers = [topical(at) for at in range(240)]
    space = build_space(papers, tmp_path)
    query = space.of_query(rare)
    assert query is not None
    numbers, _ = space.nearest(query, 30)
    without = [papers[n - 1] for n in numbers if rare not in papers[n - 1].abstract]
    of_the_topic = [paper for paper in without if int(paper.id.key[5:]) % 6 == 3]
    assert len(without) > 5
    assert len(of_the_topic) >= 0.6 * len(without)  # one in six by chance


def test_a_query_whose_words_nobody_knows_has_no_vector(topical: Topical, tmp_path: Path) -> None:
    space = build_space([topical(at) for at in range(60)], tmp_path)
    assert space.of_query("unheard") is None
    assert space.of_query("  ") is None


@pytest.mark.parametrize("number", [0, 1, 2, 5])
def test_hardly_any_papers_make_a_space_that_can_be_asked(
    topical: Topical, tmp_path: Path, number: int
) -> None:
    space = build_space([topical(at, topic=0) for at in range(number)], tmp_path)
    assert space.ready()
    query = space.of_query(paper_text(topical(0, topic=0)))
    if query is not None:
        assert len(space.nearest(query, 10)[0]) <= number


def test_what_was_learnt_is_read_back_as_it_was(texts: list[list[str]], tmp_path: Path) -> None:
    basis = Basis.learn(texts, 12)
    basis.write(tmp_path)
    kept = Basis.read(tmp_path)
    assert kept.vocabulary.words == basis.vocabulary.words
    assert np.array_equal(kept.fold(texts), basis.fold(texts))


@pytest.mark.parametrize("name", ["terms.txt", "weights.f32", "directions.f16", "learnt.json"])
@pytest.mark.parametrize("damage", ["lost", "cut", "changed"])
def test_what_was_learnt_and_then_damaged_is_not_read(
    texts: list[list[str]], tmp_path: Path, name: str, damage: str
) -> None:
    Basis.learn(texts, 12).write(tmp_path)
    path = tmp_path / name
    content = path.read_bytes()
    if damage == "lost":
        path.unlink()
    else:
        path.write_bytes(content[:-4] if damage == "cut" else b"{" + content[1:-1] + b"x")
    with pytest.raises(VectorsDamaged):
        Basis.read(tmp_path)


def test_more_papers_get_more_directions() -> None:
    assert width_for(100) < width_for(5_000) < width_for(200_000)
