"""How far one word is from another as fingers err: letters exchanged, doubled, or hit beside the key.

Costs follow Damerau's count of 1964 (a neighbouring pair exchanged is one error, not two) with the classes
of Kernighan, Church and Gale (1990) in round figures; a table learned from a corpus of errors was refused, as
none ships with the records.
"""

from collections.abc import Iterator

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
EXCHANGED, BESIDE, DOUBLED, VOWEL, OTHER, FIRST = 0.7, 0.8, 0.6, 0.8, 1.0, 0.6
"""What an error costs: a pair exchanged, a key beside, a letter doubled or not, a vowel for another, any
other; and what one costs more at the first letter, where people err least."""
_VOWELS = frozenset("aeiouy")


def _neighbours() -> dict[str, frozenset[str]]:
    places = {c: (x + 0.5 * y, y) for y, row in enumerate(_ROWS) for x, c in enumerate(row)}
    return {
        a: frozenset(
            b
            for b, (bx, by) in places.items()
            if a != b and abs(ax - bx) <= 1 and abs(ay - by) <= 1
        )
        for a, (ax, ay) in places.items()
    }


_BESIDE = _neighbours()


def near_words(word: str) -> Iterator[str]:
    """Every string that is one error away from `word`, some more than once."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        for letter in _LETTERS:
            yield before + letter + after
        if after:
            yield before + after[1:]
            for letter in _LETTERS:
                if letter != after[0]:
                    yield before + letter + after[1:]
        if len(after) > 1 and after[0] != after[1]:
            yield before + after[1] + after[0] + after[2:]


def distance(typed: str, meant: str, most: float) -> float:
    """The least cost of the errors that make `typed` of `meant`; more than `most` where it is more."""
    rows = [[OTHER * at for at in range(len(meant) + 1)]]
    for i in range(1, len(typed) + 1):
        row = [OTHER * i]
        for j in range(1, len(meant) + 1):
            row.append(_least(typed, meant, i, j, rows, row))
        rows.append(row)
        if min(row) > most and min(rows[-2]) > most:
            return most + 1.0
    first = FIRST if typed[:1] != meant[:1] else 0.0
    return rows[-1][-1] + first


def _least(
    typed: str, meant: str, i: int, j: int, rows: list[list[float]], row: list[float]
) -> float:
    """One cell of the table: the cheapest way to have read `i` letters and meant `j`."""
    a, b = typed[i - 1], meant[j - 1]
    added = rows[i - 1][j] + (DOUBLED if i > 1 and typed[i - 2] == a else OTHER)
    left_out = row[j - 1] + (DOUBLED if j > 1 and meant[j - 2] == b else OTHER)
    least = min(added, left_out, rows[i - 1][j - 1] + _for_another(a, b))
    if i > 1 and j > 1 and a == meant[j - 2] and typed[i - 2] == b:
        least = min(least, rows[i - 2][j - 2] + EXCHANGED)
    return least


def _for_another(a: str, b: str) -> float:
    """What it costs to have hit `a` for `b`."""
    if a == b:
        return 0.0
    if b in _BESIDE.get(a, ()):
        return BESIDE
    return VOWEL if a in _VOWELS and b in _VOWELS else OTHER


def may_be_near(typed: str, meant: str, edits: int) -> bool:
    """Whether so few edits could lead from one to the other: a look at lengths and letters alone."""
    if abs(len(typed) - len(meant)) > edits:
        return False
    one, other = set(typed), set(meant)
    return len(one - other) <= edits and len(other - one) <= edits
