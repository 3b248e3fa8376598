"""Names of people as an index keeps them and as a query asks for them.

A name falls into folded words (no accents, lower case, hyphens and stops parting them). Besides the words,
the index keeps each pair of words of one name, sorted, so that order does not matter and two people on one
paper are never taken for one; a pair with an initial is kept for each word that could be shortened to it.
Positions and slop were refused: they match across neighbouring authors and read initials badly.
"""

import re
import unicodedata
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


def name_keys(name: str) -> list[str]:
    """Everything that one author's name is found under.

    A word stands for itself; `a|b` for two words of the name, sorted; `i.|b` says that the name is written
    with the initial i, for the readers who ask by the full name.
    """
    if name.isascii() and "-" not in name:
        return _keys_of(name_words(name))
    keys: dict[str, None] = {}
    for words in _spellings(name):
        keys.update(dict.fromkeys(_keys_of(words)))
    return list(keys)


def _keys_of(words: tuple[str, ...]) -> list[str]:
    """Written out flat: an import asks it for every author of every paper."""
    keys = list(words)
    words = words[:_MOST_WORDS]
    initials = [word[0] if len(word) > 1 else f"{word}." for word in words]
    for at, one in enumerate(words):
        initial = initials[at]
        for beyond in range(at + 1, len(words)):
            other, its_initial = words[beyond], initials[beyond]
            keys.append(f"{one}|{other}" if one <= other else f"{other}|{one}")
            if len(one) == len(other) == 1:
                continue
            keys.append(f"{initial}|{other}" if initial <= other else f"{other}|{initial}")
            keys.append(f"{its_initial}|{one}" if its_initial <= one else f"{one}|{its_initial}")
    return keys


def _spellings(name: str) -> list[tuple[str, ...]]:
    """The words of a name, with `Xiao-Ming` as one word too and `ü` as `ue` too."""
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
