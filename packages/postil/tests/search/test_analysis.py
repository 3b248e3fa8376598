import pytest
from hypothesis import given
from hypothesis import strategies as st

from postil.search.analysis import (
    EXACT,
    FUNCTION_WORDS,
    phrase_terms,
    plain,
    whole_names,
    word_terms,
)


def test_stems_agree_where_forms_differ() -> None:
    assert word_terms("networks").stems == word_terms("Network").stems == ("network",)
    assert word_terms("networks").forms == ("networks",)


def test_accents_and_case_fold() -> None:
    assert EXACT.analyze(plain("Éric NAÏVE")) == ["eric", "naive"]


def test_east_asian_runs_become_pairs_and_a_last_character() -> None:
    assert plain("見新词x").split() == ["見新", "新词", "词", "x"]


def test_a_phrase_leaves_out_the_character_that_ends_a_run() -> None:
    assert phrase_terms("新词算") == ("新词", "词算")
    assert phrase_terms("词") == ("词",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("GPT-4 and SARS-CoV-2", ["gpt4", "sarscov2"]),
        ("C++ or C# in F#", ["cplusplus", "csharp", "fsharp"]),
        ("low-rank 3-4 x--5 a-1-b C+ A#B", []),
        ("GPT-4o, CIFAR-10.", ["gpt4o", "cifar10"]),
    ],
)
def test_names_that_words_would_tear_apart_are_kept_whole(text: str, names: list[str]) -> None:
    assert whole_names(text) == names


def test_a_long_run_of_letters_and_hyphens_is_read_in_reasonable_time() -> None:
    assert whole_names("a-" * 20_000 + "-1 " * 5_000) == []


def test_function_words_are_told_from_others() -> None:
    assert word_terms("the").is_function_word
    assert not word_terms("theory").is_function_word


@given(st.text(max_size=60))
def test_a_phrase_of_any_text_is_found_in_that_text(text: str) -> None:
    terms, held = phrase_terms(text), EXACT.analyze(plain(text))
    assert list(terms) == held[: len(terms)]


@given(st.text(max_size=40))
def test_a_word_has_a_stem_for_each_form_that_says_something(text: str) -> None:
    terms = word_terms(text)
    assert len(terms.stems) == sum(form not in FUNCTION_WORDS for form in terms.forms)
