"""Tasks: every answer is right by another way of finding it, and wrong ones are noticed."""

import statistics
from itertools import pairwise

import plain_arena as plain
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.arena import (  # noqa: E402 - they need PyTorch
    IGNORED,
    Examples,
    Task,
    byte_text,
    copying,
    delay,
    digits,
    listops,
    pathfinder,
    recall,
    value_of,
)
from lemmata.arena.listops import drawn_lists  # noqa: E402
from lemmata.arena.pathfinder import NEAR, drawn_picture, pixels, visible  # noqa: E402
from lemmata.arena.text import told  # noqa: E402
from lemmata.errors import ArgumentError, DtypeError, ShapeError  # noqa: E402
from lemmata.testing import assert_rejects  # noqa: E402


def words(row):
    return [plain.WORDS[token] for token in row.tolist() if token]


def test_every_list_comes_to_its_answer_and_is_written_by_the_grammar():
    task = listops("tiny", train=300, test=50)
    for examples in (task.train, task.test):
        for row, length, answer in zip(
            examples.tokens, examples.lengths, examples.targets, strict=True
        ):
            said = words(row)
            assert len(said) == int(length)
            assert 7 < len(said) < 33
            assert plain.list_value(said) == (int(answer), [])
            assert value_of(row) == int(answer)
            assert plain.deepest(said) <= 3  # the fourth level is of digits only


def test_wrong_values_are_rejected():
    found = drawn_lists(200, 7, 33, 4, 4, seed=1)

    def checker(value):
        for row, answer in zip(found.tokens, found.targets, strict=True):
            assert value(words(row)) == int(answer)

    checker(lambda said: plain.list_value(said)[0])

    def with_other(name, operation):
        def value(said):
            word, *rest = said
            if not word.startswith("["):
                return int(word), rest
            values = []
            while rest[0] != "]":
                part, rest = value(rest)
                values.append(part)
            usual = {
                "[MIN": min,
                "[MAX": max,
                "[MED": lambda v: int(statistics.median(v)),
                "[SM": lambda v: sum(v) % 10,
            } | {name: operation}
            return usual[word](values), rest[1:]

        return lambda said: value(said)[0]

    checker(with_other("[MIN", min))
    wrong = {
        "median rounded up": with_other("[MED", lambda v: -int(-statistics.median(v) // 1)),
        "upper median": with_other("[MED", lambda v: int(statistics.median_high(v))),
        "sum cut off": with_other("[SM", lambda v: min(9, sum(v))),
        "sum of differences": with_other("[SM", lambda v: abs(sum(v) - 2 * v[0]) % 10),
        "first for smallest": with_other("[MIN", lambda v: v[0]),
        "largest but one": with_other("[MAX", lambda v: sorted(v)[-2]),
    }
    assert_rejects(checker, wrong)


def test_lists_of_the_official_size_have_its_lengths():
    found = drawn_lists(12, 500, 2000, 10, 10, seed=0)
    assert int(found.lengths.min()) > 500
    assert int(found.lengths.max()) < 2000
    for row, answer in zip(found.tokens, found.targets, strict=True):
        assert plain.list_value(words(row))[0] == int(answer)


def test_no_list_is_in_training_and_test():
    task = listops("tiny", train=400, test=100)
    rows = [tuple(row.tolist()) for part in (task.train, task.test) for row in part.tokens]
    assert len(set(rows)) == 500
    best = task.train.targets.bincount().argmax()
    assert task.chance() == float((task.test.targets == best).double().mean())


@pytest.mark.parametrize("size", [12, 16, 24])
def test_the_marks_are_joined_where_the_answer_says_so(size):
    task = pathfinder(size, train=60, test=20)
    for row, answer in zip(task.train.tokens, task.train.targets, strict=True):
        assert plain.joined(row.tolist(), size, NEAR) == bool(answer)
        assert int((row == 2).sum()) == 2
    assert float(task.train.targets.double().mean()) == 0.5


def test_curves_keep_further_apart_than_their_gaps():
    from random import Random

    draw = Random(0)
    for number in range(20):
        picture = drawn_picture(16, 2, bool(number % 2), draw)
        drawn = [visible(curve) for curve in picture.curves]
        assert len(drawn) == 4
        for n, curve in enumerate(drawn):
            jumps = [max(abs(a - c), abs(b - d)) for (a, b), (c, d) in pairwise(curve)]
            assert max(jumps) <= NEAR
            others = [cell for other in drawn[n + 1 :] for cell in other]
            apart = [max(abs(a - c), abs(b - d)) for a, b in curve for c, d in others]
            assert min(apart, default=NEAR + 1) > NEAR
        assert len(pixels(picture, 16)) == 256


def test_a_wrong_answer_of_a_picture_is_rejected():
    task = pathfinder(16, train=40, test=10)

    def checker(answers):
        rows = zip(task.train.tokens, answers, strict=True)
        assert all(plain.joined(row.tolist(), 16, NEAR) == bool(answer) for row, answer in rows)

    right = task.train.targets
    checker(right)
    wrong = {
        "turned round": 1 - right,
        "those of the next": right.roll(1),
        "always joined": torch.ones_like(right),
    }
    assert_rejects(checker, wrong)


def test_copying_asks_for_the_symbols_again():
    task = copying(4, 6, symbols=5, train=30, test=5)
    tokens, targets = task.train.tokens, task.train.targets
    assert tokens.shape == (30, 14)
    assert torch.equal(targets[:, -4:], tokens[:, :4] - 2)
    assert int((targets[:, :-4] != IGNORED).sum()) == 0
    assert torch.equal(tokens[:, 4:10], torch.zeros(30, 6, dtype=torch.int64))
    assert torch.equal(tokens[:, 10:], torch.ones(30, 4, dtype=torch.int64))


def test_delay_asks_for_what_was_so_many_steps_before():
    task = delay(3, 9, train=30, test=5)
    for row, wanted in zip(task.train.tokens.tolist(), task.train.targets.tolist(), strict=True):
        assert wanted[:3] == [IGNORED] * 3
        assert wanted[3:] == [row[t - 3] for t in range(3, 9)]


def test_recall_asks_each_key_for_its_value_once():
    task = recall(5, keys=7, values=4, train=40, test=5)
    for row, wanted in zip(task.train.tokens.tolist(), task.train.targets.tolist(), strict=True):
        known = dict(zip(row[:10:2], row[1:10:2], strict=True))
        assert len(known) == 5
        assert sorted(row[10:]) == sorted(known)
        assert wanted[:10] == [IGNORED] * 10
        assert wanted[10:] == [known[key] - 7 for key in row[10:]]


def test_byte_text_asks_for_the_next_byte_and_keeps_the_test_apart():
    task = byte_text(20, train=50, test=20)
    assert torch.equal(task.train.tokens[:, 1:], task.train.targets[:, :-1])
    text = bytes(told().tolist())
    cut = int(0.9 * len(text))
    for row, answer in zip(task.test.tokens[:5], task.test.targets[:5], strict=True):
        assert bytes([*row.tolist(), int(answer[-1])]) in text[cut:]


def test_drawn_digits_show_their_digit():
    task = digits("drawn", train=200, test=50)
    ink = task.train.tokens.reshape(-1, 8, 8) > 5
    counts = {0: 12, 1: 8, 2: 11, 3: 11, 4: 9, 5: 11, 6: 12, 7: 7, 8: 13, 9: 12}
    for picture, answer in zip(ink, task.train.targets, strict=True):
        assert int(picture.sum()) == counts[int(answer)]
    assert task.train.tokens.shape == (200, 64)


def test_handwritten_digits_are_those_of_scikit_learn():
    sklearn = pytest.importorskip("sklearn.datasets", reason="scikit-learn is not installed")
    task = digits(test=297)
    assert len(task.train) == 1500
    known = {
        tuple(row): int(digit)
        for row, digit in zip(*sklearn.load_digits(return_X_y=True), strict=True)
    }
    for part in (task.train, task.test):
        for row, answer in zip(part.tokens[:100], part.targets[:100], strict=True):
            assert known[tuple(map(float, row))] == int(answer)


def test_handwritten_digits_without_scikit_learn_say_what_to_do(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    with pytest.raises(ArgumentError, match='install it, or take "drawn"'):
        digits()


MAKERS = {
    "listops": lambda seed: listops("tiny", train=20, test=5, seed=seed),
    "pathfinder": lambda seed: pathfinder(12, train=6, test=2, seed=seed),
    "digits": lambda seed: digits("drawn", train=20, test=5, seed=seed),
    "copying": lambda seed: copying(3, 4, train=20, test=5, seed=seed),
    "delay": lambda seed: delay(2, 6, train=20, test=5, seed=seed),
    "recall": lambda seed: recall(3, train=20, test=5, seed=seed),
    "byte text": lambda seed: byte_text(9, train=20, test=5, seed=seed),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_seed_gives_one_task_and_another_seed_another(name):
    first, again, other = (MAKERS[name](seed) for seed in (3, 3, 4))
    assert torch.equal(first.train.tokens, again.train.tokens)
    assert torch.equal(first.test.targets, again.test.targets)
    same = first.train.tokens.shape == other.train.tokens.shape and torch.equal(
        first.train.tokens, other.train.tokens
    )
    assert not same
    assert first.name.startswith(name)


def test_bad_input_is_named():
    with pytest.raises(ArgumentError, match="size must be one of official, small, tiny"):
        listops("huge")
    with pytest.raises(ArgumentError, match="train must be at least 1"):
        listops("tiny", train=0)
    with pytest.raises(ArgumentError, match="no 20 different lists"):
        drawn_lists(20, 3, 4, 2, 2, 0)
    with pytest.raises(ArgumentError, match="size must be at least 12"):
        pathfinder(8)
    with pytest.raises(ArgumentError, match="40 distractors do not fit into 12 by 12"):
        pathfinder(12, distractors=40, train=1, test=1)
    with pytest.raises(ArgumentError, match="length must exceed steps = 9"):
        delay(9, 9)
    with pytest.raises(ArgumentError, match="pairs must be at most keys = 4"):
        recall(5, keys=4)
    with pytest.raises(ArgumentError, match="source must be one of"):
        digits("printed")
    with pytest.raises(ArgumentError, match="length must be below"):
        byte_text(10**6)
    tokens, ones = torch.zeros(2, 3, dtype=torch.int64), torch.ones(2, dtype=torch.int64)
    with pytest.raises(ShapeError, match=r"tokens must have shape \(n, length\)"):
        Examples(ones, ones, ones)
    with pytest.raises(ArgumentError, match=r"lengths must be in \[1, 3\]"):
        Examples(tokens, 9 * ones, ones)
    with pytest.raises(DtypeError, match="targets must be an int64"):
        Examples(tokens, ones, ones.double())
    fine = Examples(tokens, ones, ones)
    with pytest.raises(ArgumentError, match=r"targets must be in \[0, 1\)"):
        Task("x", 3, 1, fine, fine)
