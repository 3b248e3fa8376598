"""Suggestions, corrections, marks and reasons, over an index of a few papers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postil.paper import Paper
from postil.search.help import Help
from postil.search.lexical import LexicalIndex
from postil.search.marks import FieldMarks
from postil.search.search import Search, Sort
from postil.text.markup import marked_plain

TITLES = (
    "State space models for long sequences",
    "A state space model of attention",
    "Attention mechanisms in state space duality",
    "Low-rank attention",
    "Convolutional networks without attention",
    "Networks of convolutional attention",
    "关于低秩注意力的一个注记",
    "The quantum kernels of $\\Lambda_c$ decays",
)
NAMES = (
    ("Geoffrey Hinton", "Ada Lovelace"),
    ("Geoffrey E. Hinton",),
    ("Ada Lovelace", "李明"),
    ("Kurt Gödel",),
    ("Mary Atention",),
)


@pytest.fixture
def helped(shelf: Any, sample: Callable[..., Paper]) -> Any:
    shelf.put(
        *(
            sample(
                at,
                title,
                authors=NAMES[at % len(NAMES)],
                abstract=f"We study transformer kernels, and reasoning. {title}.",
                categories=("cs.LG", "stat.ML") if at % 2 else ("math.NA",),
            )
            for at, title in enumerate(TITLES)
        )
    )
    shelf.help = Help(shelf.store, LexicalIndex(shelf.folder / "index"))
    return shelf


def suggested(helped: Any, text: str) -> list[str]:
    return [each.query for each in helped.help.suggest(text)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("atten", "attention"),
        ("state spa", "state space"),
        ("cat:cs.LG state spa", "cat:cs.LG state space"),
        ("hinto", 'author:"Geoffrey Hinton"'),
        ("geoffrey hin", 'author:"Geoffrey Hinton"'),
        ("author:lovel", 'author:"Ada Lovelace"'),
        ('author:"ada lo', 'author:"Ada Lovelace"'),
        ("author:godel", 'author:"Kurt Gödel"'),
        ("作者:李", '作者:"李明"'),
        ("cat:cs", "cat:cs.LG"),
        ("cat:math.NA+stat", "cat:math.NA+stat.ML"),
        ("machine lea", "cat:cs.LG"),
        ("kernels cat:numer", "kernels cat:math.NA"),
        ("auth", "author:"),
        ('"low ra', '"low-rank attention"'),
        ("title:conv", "title:convolutional"),
        ("date:20", "date:2024"),
        ("低秩", "低秩注意力的一个注记"),
    ],
)
def test_a_beginning_is_completed(helped: Any, typed: str, expected: str) -> None:
    assert expected in suggested(helped, typed)


def test_a_beginning_of_a_title_names_the_paper(helped: Any) -> None:
    found = [each for each in helped.help.suggest("attention mechanisms in sta") if each.paper]
    assert [each.text for each in found] == [TITLES[2]]


def test_names_of_categories_may_be_typed_in_any_language(helped: Any) -> None:
    names = {"cs.LG": ("Machine Learning", "机器学习")}
    assert [each.query for each in helped.help.suggest("机器", names)] == ["cat:cs.LG"]
    assert [each.query for each in helped.help.suggest("cat:机器", names)] == ["cat:cs.LG"]


def test_suggestions_follow_the_index(helped: Any, sample: Callable[..., Paper]) -> None:
    assert not suggested(helped, "zymur")
    helped.put(sample(99, "Zymurgy"))
    helped.help = Help(helped.store, LexicalIndex(helped.folder / "index"))
    assert "zymurgy" in suggested(helped, "zymur")


def test_what_has_no_papers_is_not_suggested(helped: Any) -> None:
    for typed in ("zzzz", "author:zzz", "id:2401", "", "   ", "x" * 300):
        assert not suggested(helped, typed)


QUIET = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@QUIET
@given(st.text(max_size=40) | st.text('ast: "-+(author)cat:低\\$', max_size=20))
def test_no_text_makes_help_fail(helped: Any, text: str) -> None:
    helped.help.suggest(text)
    helped.help.correct(text, found=0)
    helped.help.correct(text, found=5)
    helped.help.marks(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("attnetion kernels", "attention kernels"),
        ("transfromer", "transformer"),
        ("Convolutionel networks", "Convolutional networks"),
        ("state spcae convolutinoal", None),
        ("reasnoing -attention", "reasoning -attention"),
        ("title:atttention", "title:attention"),
        ("author:Hintom", "author:hinton"),
        ('author:"Geofrey Hinton"', 'author:"Geoffrey Hinton"'),
        ("kernals cat:cs.LG", "kernels cat:cs.LG"),
    ],
)
def test_a_misspelt_word_is_corrected(helped: Any, typed: str, meant: str | None) -> None:
    found = helped.help.correct(typed, found=0)
    if meant is None:
        assert found and "convolutional" in found.query
    else:
        assert found and found.query.lower() == meant.lower()
        assert all(wrong in typed for wrong, _ in found.words)


@pytest.mark.parametrize(
    "typed",
    [
        "attention",
        "Atention",  # an author of that name exists
        '"attnetion"',
        "$attnetion$ kernels",
        "\\attnetion",
        "attnetion_c kernels",
        "-attnetion kernels",
        "ATTNETION",
        "attnetioN3",
        "2401.00001",
        "attentions",
        "author:hinton",
        "cat:cs.LG",
        "quasar",
        "of the",
    ],
)
def test_these_are_left_alone(helped: Any, typed: str) -> None:
    for found in (0, 7):
        assert helped.help.correct(typed, found=found) is None


def test_more_is_offered_where_nothing_was_found(shelf: Any, sample: Callable[..., Paper]) -> None:
    shelf.put(*(sample(at, f"Wavelets {at}", abstract="A note on stars.") for at in range(30)))
    helper = Help(shelf.store, LexicalIndex(shelf.folder / "index"))
    assert helper.correct("stasr", found=30) is None
    offered = helper.correct("stasr", found=0)
    assert offered is not None
    assert offered.words == (("stasr", "stars"),)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ('"attention kernels"', "attention kernels"),
        ('models of "attention kernels" cat:cs.LG', "models of attention kernels cat:cs.LG"),
        ("“attention kernels”", "attention kernels"),
        ('"quasar stars"', None),  # nobody has the words either
        ('author:"kernels attention"', None),  # a name is no quotation
        ('quasar -"attention kernels"', None),
    ],
)
def test_a_quotation_that_no_paper_has_is_offered_as_words(
    helped: Any, typed: str, offered: str | None
) -> None:
    found = helped.help.correct(typed, found=0)
    assert (found.query if found else None) == offered
    assert helped.help.correct(typed, found=1) is None


PIECES = [
    " ",
    *"hop hope hoping shop studies study c C++ states state 模型 é éc 4 x4 ² ß _ - . ,".split(),
]


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("attention", "Attentions attend to attention", ["Attentions", "attention"]),
        (
            '"state space"',
            "state, space and spaces of state space",
            ["state, space", "state space"],
        ),
        ("GPT-4", "GPT-4, gpt4, GPT and 4", ["GPT-4", "gpt4", "GPT"]),
        ("low-rank", "Low rank, low-rank", ["Low", "rank", "low", "rank"]),
        ("is the kernel", "the kernel is", ["kernel"]),
        ("is", "the kernel is", ["is"]),
        ("kernel -state", "state kernel", ["kernel"]),
        ("author:kernel", "kernel", []),
        ("abstract:kernel", "kernel", []),
        ("title:kernel", "kernels", ["kernels"]),
        ("低秩", "关于低秩注意力", ["低秩"]),
        ("transformers", "Transformer模型与transformers", ["Transformer", "transformers"]),
        ('"state space"', "state spaces, state space模型", ["state space"]),
        ('state +"state space"', "state spaces", ["state"]),
        ("naïve", "Naive naïveté", ["Naive"]),
        ("C++", "C and C++", ["C++"]),
        ("C++", "objC++ is not C++", ["C++"]),
        ("hop", "shop and hops and éhops", ["hops"]),
        ('"of the"', "hoof the, of then, of the", ["of the"]),
    ],
)
def test_what_a_query_marks_in_a_title(
    helped: Any, query: str, text: str, marked: list[str]
) -> None:
    pieces = marked_plain(text, helped.help.marks(query).title)
    assert [piece for piece, is_marked in pieces if is_marked] == marked


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_stems_alone_mark_what_they_mark_beside_a_form_that_is_nowhere(text: str) -> None:
    stems = frozenset({"hope", "hop", "studi", "c", "state", "é", "4"})
    alone, beside = FieldMarks(stems), FieldMarks(stems, frozenset({"nowhere"}))
    assert list(alone.find(text)) == list(beside.find(text))
    assert alone.may_mark(text) or not list(alone.find(text))


QUERIES = (
    "state space models",
    '"state space" attention',
    "attention -duality cat:cs.LG",
    "+kernels (attention OR quantum)",
    "title:attention abstract:transformer",
    "low-rank lovelace",
    "低秩注意力",
    "lambda_c decays",
    "what is the attention",
    '"attention"',
)


@pytest.mark.parametrize("query", QUERIES)
def test_the_reasons_add_up_to_the_score_that_ranks(helped: Any, query: str) -> None:
    found = helped.search.find(query)
    assert found.papers
    scores = []
    for paper in found.papers:
        why = helped.help.explain(query, paper.id)
        assert why is not None
        assert sum(round(part.score * 1000) for part in why.parts) == round(why.score * 1000)
        assert all(part.said for part in why.parts)
        scores.append(why.score)
    assert found.sort is Sort.RELEVANCE
    assert scores == sorted(scores, reverse=True)


def test_the_reasons_name_words_as_they_were_typed_and_where_they_stand(helped: Any) -> None:
    papers = helped.search.find('"state space" Attentions').papers
    named = {
        (part.said, part.place.value)
        for paper in papers
        for part in helped.help.explain('"state space" Attentions', paper.id).parts
    }
    assert {("“state space”", "title"), ("“state space”", "abstract")} <= named
    assert {said for said, _ in named} == {"“state space”", "Attentions"}


def test_a_paper_that_was_not_found_has_no_reasons(helped: Any) -> None:
    (paper,) = helped.search.find("duality").papers
    assert helped.help.explain("quasar", paper.id) is None
    assert helped.help.explain("", paper.id) is None
    whole = helped.help.explain("cat:math.NA", paper.id)
    assert whole is not None
    assert (whole.score, whole.parts) == (0.0, ())


class Space:
    """Vectors drawn once for each number; a question has one too."""

    width = 8

    def __init__(self, name: str) -> None:
        self.name = name

    def ready(self) -> bool:
        return True

    def of_query(self, text: str) -> Any:
        return self.of_papers(np.array([len(text)]))[0]

    def of_papers(self, numbers: Any) -> Any:
        drawn = [np.random.default_rng([int(n), len(self.name)]).normal(size=8) for n in numbers]
        return np.array([each / np.linalg.norm(each) for each in drawn], np.float32)

    def scores(self, query: Any, numbers: Any) -> Any:
        return self.of_papers(numbers) @ query

    def nearest(self, query: Any, limit: int) -> Any:
        return np.array([], np.int64), np.array([], np.float32)


@pytest.mark.parametrize("names", [("lsa",), ("model",), ("lsa", "model")])
def test_the_reasons_tell_the_share_of_meaning(helped: Any, names: tuple[str, ...]) -> None:
    spaces = [Space(name) for name in names]
    index = LexicalIndex(helped.folder / "index")
    search, helper = Search(helped.store, index, spaces), Help(helped.store, index, spaces)
    by_words = helped.search.find("attention state kernels").numbers
    found = search.find("attention state kernels")
    assert found.numbers != by_words
    reasons = [helper.explain("attention state kernels", paper.id) for paper in found.papers]
    scores = [why.score for why in reasons]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1]
    for why in reasons:
        assert sum(round(part.score * 1000) for part in why.parts) == round(why.score * 1000)
    told = {part.place.value for why in reasons for part in why.parts if not part.said}
    assert told == set(names)


def test_a_search_by_words_alone_has_no_share_of_meaning(helped: Any) -> None:
    helper = Help(helped.store, LexicalIndex(helped.folder / "index"), [Space("lsa")])
    (paper,) = helped.search.find('"space duality"').papers
    why = helper.explain('"space duality"', paper.id)
    assert why is not None
    assert {part.said for part in why.parts} == {"“space duality”"}
