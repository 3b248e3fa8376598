import pytest

from postil.search.name_marks import name_marks_of
from postil.text.query import parse_query


def meant(query: str, *names: str) -> tuple[str, ...]:
    marks = name_marks_of(parse_query(query).root)
    return tuple(name for name in names if marks.is_meant(name))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("author:Schrodinger", "Erwin Schrödinger"),
        ('author:"Schrödinger, E."', "Erwin Schrödinger"),
        ('author:"e schrodinger"', "Schrödinger, Erwin"),
        ("author:Schroedinger", "E. Schrödinger"),
        ('author:"Hinton GE"', "Geoffrey E. Hinton"),
        ('author:"Li Xiaoming"', "Xiao-Ming Li"),
        ("kernels author:hinton OR author:lovelace", "Ada Lovelace"),
    ],
)
def test_an_author_is_marked_as_the_index_would_find_the_name(query: str, name: str) -> None:
    assert meant(query, name, "Kurt Gödel") == (name,)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ('author:"Geoffrey Hinton"', "Sean Hinton"),
        ('author:"g hinton"', "Sean Hinton"),
        ("kernels -author:hinton", "Geoffrey Hinton"),
        ("hinton", "Geoffrey Hinton"),  # a loose word is a word first
        ("title:hinton", "Geoffrey Hinton"),
        ("", "Geoffrey Hinton"),
    ],
)
def test_nobody_else_is_marked(query: str, name: str) -> None:
    assert meant(query, name) == ()


def test_two_people_do_not_make_one_name() -> None:
    assert meant('author:"Ada Hinton"', "Ada Lovelace", "Geoffrey Hinton") == ()


def test_of_many_that_are_asked_for_the_first_three_are_shown() -> None:
    names = tuple(f"{given} Li" for given in ("Ada", "Bo", "Cy", "Di"))
    marks = name_marks_of(parse_query("author:li").root)
    assert marks.meant_among(("Kurt Gödel", *names)) == names[:3]
