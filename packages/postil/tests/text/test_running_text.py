import pytest

from postil.text.query import Phrase, ProblemCode, Word, describe, leaves, parse_query
from postil.text.running_text import FEWEST_WORDS, is_running_text, without_signs

PASTED = (
    'The interface makes a network of many systems look like a single "virtual" system to the user. '
    "It is shown that the time to learn it (a week at most) NOT only falls, but is the same for all "
    "of the systems - this was not expected. Results: the users of the network have asked for more "
    "of it, and the makers of the systems are content with the -30 % of calls."
)


def test_signs_of_running_text_are_punctuation_and_that_is_said() -> None:
    parsed = parse_query(PASTED)
    assert {type(leaf) for leaf in leaves(parsed.root)} == {Word}
    assert [problem.code for problem in parsed.problems] == [ProblemCode.RUNNING_TEXT]
    assert PASTED[parsed.problems[0].position] == '"'
    words = describe(parsed).split()
    assert {"virtual", "not", "week", "Results", "30"} <= set(words)
    assert parse_query(describe(parsed)).root == parsed.root


def test_running_text_without_signs_has_nothing_odd() -> None:
    assert not parse_query(without_signs(PASTED)[0]).problems


@pytest.mark.parametrize(
    "query",
    [
        'What is "information science"? Give definitions where possible. Where is it taught?',
        " ".join(['"sparse attention"', *(f"word{n}" for n in range(60))]),
        " OR ".join(f'"phrase {n}"' for n in range(60)),
        'state "space" models. ' * 20,
        PASTED[:90],
    ],
)
def test_questions_and_lists_keep_their_conditions(query: str) -> None:
    assert not is_running_text(query)
    parsed = parse_query(query)
    assert any(isinstance(leaf, Phrase) for leaf in leaves(parsed.root))


def test_fewer_words_are_no_running_text_however_they_are_written() -> None:
    words = without_signs(PASTED)[0].split()
    assert is_running_text(" ".join(words))
    assert not is_running_text(" ".join(words[: FEWEST_WORDS - 1]))
