"""Names of people as an index keeps them and as a query asks for them.

A name falls into folded words (no accents, lower case, hyphens and stops parting them). Besides the words,
the index keeps each pair of words of one name, sorted, so that order does not matter and two people on one
paper are never taken for one; a pair with an initial is kept for each word that is ever shortened to one,
which the last word of a name, the family's, is not. Words that others write as one (Le Cun, Xiao Ming) are
kept as one too, and a query reads its words in every such way. Positions and slop were refused: they match
across neighbouring authors and read initials badly.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

from postil.text.accents import fold

_APART = re.compile(r"[\s.,;/_-]+")
_JOINED = re.compile(r"[^\W_]+(?:-[^\W_]+)+")
_NOT_LETTERS = re.compile(r"[\W_]+")
_ASCII_WORDS = {
    ord(c): " " if c in ".,;/_-" else None for c in map(chr, range(33, 127)) if not c.isalnum()
}
_MOST_WORDS = 6
# letters of a word that others write as one with its neighbour: Xiao, Hyeon
_LONGEST_JOINED = 6
_PARTICLES = frozenset(
    "al ap bar ben bin da dal das de del dela della den der des di do dos du el ibn la las le "
    "les lo los mac mc san santa st ten ter van vande vanden vander von zu zum zur".split()
)
_NEVER_LAST = frozenset("de del della den der ter van von".split())
_CHINESE_FAMILIES = frozenset(
    "bai cai cao chen cheng cui deng ding dong du duan fan fang feng fu gao gong gu guo han "
    "hao he hou hu huang jia jiang jin kang kong lai lei li liang liao lin liu long lu luo ma "
    "mao meng mo niu pan peng qian qin qiu ren shao shen shi song su sun tan tang tao tian tu "
    "wan wang wei wen wu xia xiang xiao xie xiong xu xue yan yang yao ye yin yu yuan zeng "
    "zhang zhao zheng zhong zhou zhu zou".split()
)
_SUFFIXES = frozenset("jr sr ii iii iv phd md".split())
_ELIDED = frozenset("dlo")  # d'Alembert, l'Hospital, O'Neill, typed with a blank
_INITIALS = re.compile(r"[^\W\d_](?:\.?-?[^\W\d_])*\.|[^\W\d_]|[A-Z]{2,3}|[A-Z]-[A-Z]")
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


@lru_cache(maxsize=20_000)
def _keys_of_spellings(name: str) -> tuple[str, ...]:
    keys: list[str] = []
    for words in _spellings(name):
        _add_keys(keys, list(words))
    return tuple(dict.fromkeys(keys))


def _add_keys(keys: list[str], words: list[str]) -> None:
    """The keys of one name, its family last. Written out flat, as it is most of a byline's cost."""
    keys += words
    if len(words) == 2 and len(words[0]) > 1 < len(words[1]):
        one, other = words
        if one <= other:
            keys += (f"{one}|{other}", f"{one[0]}|{other}")
        else:
            keys += (f"{other}|{one}", _pair(one[0], other))
        if one in _CHINESE_FAMILIES:
            keys.append(_pair(one, other[0]))
        return
    words = words[:_MOST_WORDS]
    _add_pairs(keys, words)
    if len(words) > 2 and (joined := _joined(words)):
        keys += [word for word in joined if word not in words]
        _add_pairs(keys, joined)


def _joined(words: list[str]) -> list[str]:
    """The words of a name, family last, with its particles or its two given names in one; empty if none."""
    if not _PARTICLES.isdisjoint(words[:-1]):
        first = next(at for at, word in enumerate(words) if word in _PARTICLES)
        end = first + 1
        while end < len(words) - 1 and words[end] in _PARTICLES:
            end += 1
        return [*words[:first], "".join(words[first : end + 1]), *words[end + 1 :]]
    if len(words) < 2:
        return []
    one, other = words[:2]
    if len(words) == 3 and 1 < len(one) <= _LONGEST_JOINED and 1 < len(other) <= _LONGEST_JOINED:
        return [one + other, words[2]]
    return []


def _add_pairs(keys: list[str], words: list[str]) -> None:
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


def is_initials(text: str) -> bool:
    """Whether `text` is written as initials are: `Y`, `y.`, `J.-B.`, `GE`."""
    letters = [part for part in _APART.split(text) if part]
    short = all(len(part) == 1 or (part.isupper() and len(part) < 4) for part in letters)
    return bool(letters) and short and _INITIALS.fullmatch(text) is not None


def continues_name(name: str, following: str, *, ends: bool) -> bool:
    """Whether a piece of a query goes on with the name before it; `ends` if nothing follows the piece."""
    if not following or not following[0].isalpha() or following in {"OR", "AND", "NOT"}:
        return False
    if is_initials(name) or name.rsplit(maxsplit=1)[-1].lower() in _NEVER_LAST:
        return following.replace("-", "").replace("'", "").rstrip(".,").isalpha()
    given = is_initials(following)
    if name.endswith(","):
        return given or (ends and following[0].isupper())
    return given and (ends or following.endswith(".") or "-" in following)


def _pair(one: str, other: str) -> str:
    return f"{one}|{other}" if one <= other else f"{other}|{one}"


Reading = tuple[tuple[str, ...], ...]


def asked_readings(name: str) -> tuple[Reading, ...]:
    """The ways to read a name in a query, of which a paper must meet one (see `asked_keys`).

    As typed; without a suffix; with `GE` as two initials; with words as one that others write as one; without
    the initials of further given names, which the paper may lack.
    """
    words = name_words(name)[:_MOST_WORDS]
    readings = {asked_keys(name): None}
    kept = [word for word in words if word not in _SUFFIXES]
    if 2 <= len(kept) < len(words):
        readings[asked_keys(" ".join(kept))] = None
    if len(spread := _spread_initials(name)) > len(words):
        readings[asked_keys(" ".join(spread))] = None
    for at in range(len(words) - 1):
        if len(words[at]) > 1 or words[at] in _ELIDED:
            joined = [*words[:at], words[at] + words[at + 1], *words[at + 2 :]]
            readings[asked_keys(" ".join(joined))] = None
    if not _PARTICLES.isdisjoint(words) and (family := _joined([*words])):
        readings[asked_keys(" ".join(family))] = None
    full = [word for word in words if len(word) > 1]
    if len(full) >= 2 and len(full) < len(words):
        readings[asked_keys(" ".join(full))] = None
    return tuple(readings)


def _spread_initials(name: str) -> list[str]:
    """The words of `name` with `GE` as `g e`, where the other words are not all in capitals."""
    typed = [part for part in _APART.split(name) if part]
    if all(part.isupper() for part in typed if len(part) > 1):
        return []
    spread = [" ".join(p) if p.isupper() and p.isalpha() and len(p) in (2, 3) else p for p in typed]
    return list(name_words(" ".join(spread)))


def asked_keys(name: str) -> Reading:
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
                keys[_pair(a[0], b[0])] = None
    return tuple(keys)
