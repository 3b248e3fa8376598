"""Names of people as an index keeps them and as a query asks for them.

A name falls into folded words (no accents, lower case, hyphens and stops parting them). Besides the words,
the index keeps each pair of words of one name, sorted, so that order does not matter and two people on one
paper are never taken for one; a pair with an initial is kept for each word that is ever shortened to one,
which the last word of a name, the family's, is not. Positions and slop were refused: they match across
neighbouring authors and read initials badly.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import combinations

from postil.text.accents import fold

_APART = re.compile(r"[\s.,;/_-]+")
_JOINED = re.compile(r"[^\W_]+(?:-[^\W_]+)+")
_NOT_LETTERS = re.compile(r"[\W_]+")
_ASCII_WORDS = {
    ord(c): " " if c in ".,;/_-" else None for c in map(chr, range(33, 127)) if not c.isalnum()
}
_MOST_WORDS = 6
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


def name_words(name: str) -> tuple[str, ...]:
    """The folded words of a name, in its order: `J.-B. O'Neill` is j, b, oneill."""
    if name.isascii():
        return tuple(name.lower().translate(_ASCII_WORDS).split())
    words = (_NOT_LETTERS.sub("", part) for part in _APART.split(fold(name)))
    return tuple(word for word in words if word)


def byline_keys(names: Sequence[str]) -> list[str]:
    """Everything that the authors of one paper are found under.

    A word stands for itself; `a|b` for two words of one name, sorted; `i.|b` says that the name is written
    with the initial i, for the readers who ask by the full name.
    """
    plain: list[str] = []
    keys: list[str] = []
    for name in names:
        if name.isascii() and name.isprintable() and "-" not in name and "," not in name:
            plain.append(name)
        else:
            keys += _keys_of_spellings(name)
    # one pass over all of them: an import asks this for every paper
    for words in "\n".join(plain).lower().translate(_ASCII_WORDS).split("\n"):
        _add_keys(keys, words.split())
    return keys


def _keys_of_spellings(name: str) -> Iterable[str]:
    keys: list[str] = []
    for words in _spellings(name):
        _add_keys(keys, list(words))
    return dict.fromkeys(keys)


def _add_keys(keys: list[str], words: list[str]) -> None:
    """The keys of one name, its family last. Written out flat, as it is most of a byline's cost."""
    keys += words
    if len(words) == 2 and len(words[0]) > 1 < len(words[1]):
        one, other = words
        keys.append(f"{one}|{other}" if one <= other else f"{other}|{one}")
        keys.append(f"{one[0]}|{other}" if one[0] <= other else f"{other}|{one[0]}")
        return
    words = words[:_MOST_WORDS]
    initials = [word[0] if len(word) > 1 else f"{word}." for word in words]
    last = len(words) - 1
    for at, one in enumerate(words):
        for beyond in range(at + 1, len(words)):
            other = words[beyond]
            keys.append(_pair(one, other))
            if len(one) == len(other) == 1:
                continue
            keys.append(_pair(initials[at], other))
            if beyond < last or len(other) == 1:
                keys.append(_pair(initials[beyond], one))


def _spellings(name: str) -> list[tuple[str, ...]]:
    """The words of a name, family last, with `Xiao-Ming` as one word too and `ü` as `ue` too."""
    family, comma, given = name.partition(",")
    if comma:
        name = f"{given} {family}"
    spellings = [name_words(name)]
    if "-" in name:
        joined = _JOINED.sub(lambda match: match[0].replace("-", ""), name)
        spellings.append(name_words(joined))
    if not name.isascii():
        composed = unicodedata.normalize("NFC", name).lower()
        spellings.append(name_words(composed.translate(_GERMAN)))
    return spellings


def _pair(one: str, other: str) -> str:
    return f"{one}|{other}" if one <= other else f"{other}|{one}"


def asked_keys(name: str) -> tuple[tuple[str, ...], ...]:
    """What a query for `name` must find: of each inner tuple one key, of every one of them.

    A single word asks for itself. Of several, each pair must belong to one author, in any order, where an
    initial agrees with every word that begins with it.
    """
    words = name_words(name)[:_MOST_WORDS]
    spelled = [_alternatives(word, name) for word in words]
    if len(words) == 1:
        return (spelled[0],)
    if all(len(word) == 1 for word in words):
        return tuple((_pair(one, other),) for one, other in combinations(words, 2))
    return tuple(
        _asked_pair(one, other)
        for one, other in combinations(spelled, 2)
        if len(one[0]) > 1 or len(other[0]) > 1
    )


def _alternatives(word: str, name: str) -> tuple[str, ...]:
    """`word`, and the form with `ue` where the name as typed has `ü` there."""
    composed = unicodedata.normalize("NFC", name).lower()
    if composed.isascii():
        return (word,)
    plain, german = name_words(composed), name_words(composed.translate(_GERMAN))
    if len(plain) == len(german) and word in plain:
        return tuple(dict.fromkeys((word, german[plain.index(word)])))
    return (word,)


def _asked_pair(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    keys: dict[str, None] = {}
    for a in one:
        for b in other:
            keys[_pair(a, b)] = None
            if len(a) > 1 and len(b) > 1:
                keys[_pair(f"{a[0]}.", b)] = None
                keys[_pair(a, f"{b[0]}.")] = None
    return tuple(keys)
