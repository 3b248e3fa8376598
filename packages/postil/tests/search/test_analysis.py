import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postil.search.analysis import (
    EXACT,
    FUNCTION_WORDS,
    phrase_terms,
    plain,
    said,
    whole_names,
    word_terms,
)


def test_stems_agree_where_forms_differ() -> None:
    assert word_terms("networks").stems == word_terms("Network").stems == ("network",)
    assert word_terms("networks").forms == ("networks",)


def test_accents_and_case_fold() -> None:
    assert EXACT.analyze(plain("Éric NAÏVE")) == ["eric", "naive"]


def test_east_asian_runs_become_pairs_and_a_last_character() -> None:
    assert plain("见新词x").split() == ["见新", "新词", "词", "x"]


def test_a_phrase_leaves_out_the_character_that_ends_a_run() -> None:
    assert phrase_terms("新词算") == ("新词", "词算")
    assert phrase_terms("词") == ("词",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("GPT-4 and SARS-CoV-2", ["gpt4", "sarscov2"]),
        ("low-rank 3-4 x--5 C+ A#B 0.5 and 1.", []),
        ("GPT-4o, CIFAR-10.", ["gpt4o", "cifar10"]),
        ("GPT-4-based, Llama-3.1-8B and Llama3.1", ["gpt4", "llama31", "llama31"]),
        ("k-means, t-SNE, $f$-divergence, 3-D", ["kmeans", "tsne", "fdivergence", "3d"]),
        (r"$T_c$, \Lambda_c^+, $\sigma_8$ and σ₈", ["tJc", "lambdaJc", "sigmaJ8", "sigmaJ8"]),
    ],
)
def test_names_that_words_would_tear_apart_are_kept_whole(text: str, names: list[str]) -> None:
    assert whole_names(said(text)) == names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C++ or C# in F#", ["cplusplus", "or", "csharp", "in", "fsharp"]),
        ("C++11 and C", ["cplusplus", "11", "and", "c"]),
        ("PointNet++", ["pointnet", "plusplus"]),
        ("C+ A#B", ["c", "a", "b"]),
    ],
)
def test_signs_that_make_a_name_are_words(text: str, words: list[str]) -> None:
    assert EXACT.analyze(plain(text)) == words


def test_a_long_run_of_letters_and_hyphens_is_read_in_reasonable_time() -> None:
    assert whole_names("a-" * 20_000 + "-1 " * 5_000) == ["aa"]


def test_function_words_are_told_from_others() -> None:
    assert word_terms("the").is_function_word
    assert not word_terms("theory").is_function_word


@settings(deadline=None)
@given(st.text(max_size=60))
def test_a_phrase_of_any_text_is_found_in_that_text(text: str) -> None:
    terms, held = phrase_terms(text), EXACT.analyze(plain(text))
    assert list(terms) == held[: len(terms)]


@settings(deadline=None)
@given(st.text(max_size=40))
def test_a_word_has_a_stem_for_each_form_that_says_something(text: str) -> None:
    terms = word_terms(text)
    assert len(terms.stems) == sum(form not in FUNCTION_WORDS for form in terms.forms)
