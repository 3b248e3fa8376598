import pytest
from hypothesis import given
from hypothesis import strategies as st

from postil.text.names import asked_keys, asked_readings, byline_keys, fold, name_words


def agrees(asked: str, written: str) -> bool:
    """Whether a query for `asked` finds a paper by `written`."""
    held = set(byline_keys([written]))
    return any(all(map(held.intersection, reading)) for reading in asked_readings(asked))


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Erdős", "erdos"),
        ("Łukasz", "lukasz"),
        ("Søren Æ", "soren ae"),
        ("Weiß", "weiss"),
        ("李", "李"),
    ],
)
def test_accents_fold_away_and_other_scripts_stay(name: str, folded: str) -> None:
    assert fold(name) == folded


def test_stops_hyphens_and_commas_part_words_and_apostrophes_do_not() -> None:
    assert name_words("O'Neill, J.-B.") == ("oneill", "j", "b")


@pytest.mark.parametrize(
    "asked",
    [
        "Lovelace",
        "Ada Lovelace",
        "lovelace ada",
        "Lovelace, A.",
        "A Lovelace",
        "Ada King Lovelace",
        "A. K. Lovelace",
        "ADA",
    ],
)
def test_a_name_is_found_by_its_parts_in_any_order_and_by_initials(asked: str) -> None:
    assert agrees(asked, "Ada King Lovelace")


@pytest.mark.parametrize("asked", ["Ada Byron", "B. Lovelace", "Love", "Ada L. Byron", "A. B."])
def test_another_name_is_not_found(asked: str) -> None:
    assert not agrees(asked, "Ada King Lovelace")


def test_a_full_name_finds_the_paper_that_has_only_the_initial() -> None:
    assert agrees("Ada Lovelace", "A. Lovelace")
    assert not agrees("Eda Lovelace", "A. Lovelace")


@pytest.mark.parametrize("asked", ["Ada Lovelace", "A. Lovelace", "lovelace a"])
def test_a_name_written_with_the_family_first_is_found_like_any_other(asked: str) -> None:
    assert agrees(asked, "Lovelace, Ada")


def test_a_last_word_that_is_an_initial_is_found_by_a_full_name() -> None:
    assert agrees("Ada Lovelace", "Ada L.")
    assert agrees("Ada Lovelace", "Lovelace A")


def test_two_authors_of_one_paper_are_never_taken_for_one() -> None:
    held = set(byline_keys(["Ada Byron", "Grace Lovelace", "Zoë Hopper-Ng"]))
    assert not all(held.intersection(each) for each in asked_keys("Ada Lovelace"))
    assert not all(held.intersection(each) for each in asked_keys("A. Hopper"))
    assert all(held.intersection(each) for each in asked_keys("z hopper ng"))


def test_an_initial_does_not_stand_for_another_full_name() -> None:
    assert not agrees("Ada Lovelace", "Anne Lovelace")


@pytest.mark.parametrize("asked", ["Müller", "Muller", "Mueller", "Hans Mueller", "H. Müller"])
def test_an_umlaut_is_found_however_it_is_typed(asked: str) -> None:
    assert agrees(asked, "Hans Müller")


def test_an_umlaut_finds_the_name_written_out() -> None:
    assert agrees("Hans Müller", "Hans Mueller")


@pytest.mark.parametrize("asked", ["Xiao-Ming Li", "Xiaoming Li", "X. Li", "Li Xiao Ming"])
def test_a_hyphenated_name_is_found_in_one_word_and_in_two(asked: str) -> None:
    assert agrees(asked, "Xiao-Ming Li")


@given(st.text(max_size=40))
def test_a_name_of_any_characters_is_found_by_itself(name: str) -> None:
    assert agrees(name, name)
    assert not any(key != key.strip() or " " in key for key in byline_keys([name]))


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("Schrodinger", "Erwin Schrödinger"),
        ("Schrödinger, E.", "Erwin Schrödinger"),
        ("e schrodinger", "Erwin Schrödinger"),
        ("Schroedinger", "Erwin Schrödinger"),
        ("LeCun Y", "Yann LeCun"),
        ("LeCun Y", "Yann Le Cun"),
        ("Yann Le Cun", "Yann LeCun"),
        ("lecun", "Yann Le Cun"),
        ("van der Waals, J D", "Johannes Diderik van der Waals"),
        ("vanderwaals", "J. D. van der Waals"),
        ("de Broglie L", "Louis de Broglie"),
        ("Neumann J von", "John von Neumann"),
        ("Zhang Wei", "Wei Zhang"),
        ("W. Zhang", "Zhang Wei"),
        ("Xiao Ming Li", "Xiaoming Li"),
        ("Xiaoming Li", "Xiao Ming Li"),
        ("Li XM", "Xiao-Ming Li"),
        ("Hinton GE", "Geoffrey E. Hinton"),
        ("Geoffrey E. Hinton", "Geoffrey Hinton"),
        ("Geoffrey Everest Hinton", "G. E. Hinton"),
        ("García Márquez, G.", "Gabriel Garcia-Marquez"),
        ("Martin Luther King Jr.", "Martin Luther King"),
        ("O Neill", "Rose O'Neill"),
        ("d Alembert", "Jean d'Alembert"),
        ("JB Say", "Jean-Baptiste Say"),
        ("Kim Jae Hyun", "Jaehyun Kim"),
        ("張偉", "张伟"),
    ],
)
def test_a_name_is_found_as_others_write_it(asked: str, written: str) -> None:
    assert agrees(asked, written)


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("Le Cun", "Yves Cun"),
        ("Wei Zhang", "Wen Zhang"),
        ("X. Li", "Yan Li"),
        ("Xiao Ming Li", "Xiaohong Li"),
        ("GE Hinton", "George F. Hinton"),
        ("Li Wei", "Li Na"),
        ("E. Schrodinger", "Karl Schrödinger"),
        ("van der Waals", "Van Waals"),
    ],
)
def test_a_name_is_not_found_for_another_that_is_like_it(asked: str, written: str) -> None:
    assert not agrees(asked, written)


def test_a_name_that_is_a_particle_alone_is_found_by_itself() -> None:
    assert agrees("Ap", "ap")
