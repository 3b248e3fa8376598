"""How text becomes terms, the same way for papers and for queries.

Ranking uses stems (Porter's second English stemmer) of the words that say something about a subject, phrases
use all the words themselves. Chinese, Japanese and Korean runs become overlapping pairs of characters, so
that text without blanks is found by any part of it. What words alone would tear apart has a term of its own
beside them, for ranking: GPT-4 is also `gpt4`, k-means `kmeans`, $T_c$ `tJc`, and a Chinese word that the
segmenter sees `Z天象`, which ranks a paper about 天象 before one that says 今天象棋. An index built without
the segmenter has the pairs, one built with it has them too: either is searched with or without it.

All text is lower case by then; what capitals mark can be in no text.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from postil.text.accents import fold
from postil.text.chinese import EAST_ASIAN, without_han, words_of_paper, words_of_query
from postil.text.markup import searchable

_LONGEST_TERM = 60  # bytes
_EAST_ASIAN_RUN = re.compile(f"[{EAST_ASIAN}]+")
_GAP, _INDEX, _WORD = "X", "J", "Z"
_SIGNED = re.compile(r"(?<!\w)([cf])(\+\+|#)(?![^\W\d])|(?<=\w)\+\+(?!\w)", re.ASCII)
_SIGNED_WORDS = {"++": "plusplus", "#": "sharp"}
_SIGNED_NAME = re.compile(r"[cf](?:plusplus|sharp)")
# A hyphen before a number, after a single letter, or between a number and a single letter. Each of these
# begins with a plain character, which the engine skips to: looking must cost an import nothing.
_HYPHEN = re.compile(
    r"-(?:(?=[0-9])|(?<=(?<![\w-])[a-z]-)(?=[a-z])|(?<=[0-9]-)(?=[a-z](?![^\W_])))"
)
_POINT = re.compile(r"\.(?=[0-9])")
_LINE = re.compile(r"_(?=[a-z0-9])")
_BEFORE_NUMBER = re.compile(r"(?<![\w-])[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", re.ASCII)
_BEFORE_LETTER = re.compile(r"(?<![\w.-])[0-9]+$", re.ASCII)
_BEFORE_POINT = re.compile(r"(?<![^\W_])[a-z]+[0-9]+$", re.ASCII)
_BEFORE_LINE = re.compile(r"(?<![^\W_])[a-z0-9]+$", re.ASCII)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)*[a-z]*(?![^\W_])", re.ASCII)
_RUN = re.compile(r"[a-z0-9]+(?:\.[0-9]+)*", re.ASCII)
_REACH = 40

FUNCTION_WORDS = frozenset(
    "a about after all also am an and any are as at be been before being between both but by "
    "can could did do does during each for from had has have he her his how i if in into is "
    "it its may me might more most must my no not of on only or other our over own same shall "
    "she should so some such than that the their them then there these they this those "
    "through to too under us very was we were what when where which who whom whose why will "
    "with would you your".split()
)
"""Words that say nothing about a subject; alone in a query they are looked for as they are."""


def _analyzer(*filters: Filter) -> TextAnalyzer:
    """Words of text that `plain` has folded already: once for a paper, not once for each of its fields."""
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for each in filters:
        builder = builder.filter(each)
    return builder.build()


_EVERY = _analyzer()
EXACT = _analyzer(Filter.remove_long(_LONGEST_TERM), Filter.custom_stopword([_GAP]))
STEMMED = _analyzer(
    Filter.remove_long(_LONGEST_TERM),
    Filter.custom_stopword(sorted(FUNCTION_WORDS)),
    Filter.stemmer("english"),
)


def plain(text: str) -> str:
    """What the index sees of `text`: no markup, case or accents, and East Asian runs in overlapping pairs."""
    return paired(said(text))


def said(text: str) -> str:
    """`text` without markup, case and accents, C++ and C# in letters; Chinese still in whole runs."""
    words = fold(searchable(text))
    return _SIGNED.sub(_in_letters, words) if "++" in words or "#" in words else words


def _in_letters(match: re.Match[str]) -> str:
    """`c++` is `cplusplus`, for the language is not C; `pointnet++` is `pointnet plusplus`."""
    after = " " if match.string[match.end() : match.end() + 1].isalnum() else ""
    return f"{match[1]}{_SIGNED_WORDS[match[2]]}{after}" if match[1] else " plusplus"


def paired(words: str) -> str:
    """What `said` returns with its East Asian runs in overlapping pairs of characters."""
    return words if words.isascii() else _EAST_ASIAN_RUN.sub(_pairs, words)


def _pairs(match: re.Match[str]) -> str:
    """`ABC` is `AB BC C`: the last character stays alone, so that each begins some term."""
    run = match[0]
    return " " + " ".join(run[at : at + 2] for at in range(len(run))) + " "


def parted(words: str) -> str:
    """What `plain` returns with a gap after each sentence, over which no phrase reaches."""
    words = f" {_GAP} ".join(words.split(". "))
    for mark in "?!":
        if mark in words:
            words = words.replace(f"{mark} ", f" {_GAP} ")
    return words


def is_east_asian_character(term: str) -> bool:
    """Whether a term is a single character of a script that is indexed in pairs."""
    return len(term) == 1 and bool(_EAST_ASIAN_RUN.match(term))


def whole_names(words: str) -> list[str]:
    """Terms for what words alone would tear apart in what `said` returns: `gpt4` for GPT-4, Chinese words."""
    found = []
    if "-" in words:
        for match in _HYPHEN.finditer(words):
            if name := _hyphenated(words, match.start()):
                found.append(name.replace("-", "").replace(".", ""))
    if "." in words:
        for match in _POINT.finditer(words):
            if before := _ending_at(_BEFORE_POINT, words, match.start()):
                found.append(before + _from(_RUN, words, match.end()).replace(".", ""))
    if "_" in words:
        for match in _LINE.finditer(words):
            if before := _ending_at(_BEFORE_LINE, words, match.start()):
                found.append(before + _INDEX + _from(_RUN, words, match.end()).replace(".", ""))
    if not words.isascii():
        found += [_WORD + word for word in words_of_paper(words)]
    return found


def _hyphenated(words: str, at: int) -> str:
    """The name of which a hyphen is a part, up to a number that follows: GPT-4 of GPT-4-based."""
    after = words[at + 1]
    if after.isdigit():
        before, rest = _ending_at(_BEFORE_NUMBER, words, at), _from(_NUMBER, words, at + 1)
    elif words[at - 1].isdigit():
        before, rest = _ending_at(_BEFORE_LETTER, words, at), after
    else:
        before, rest = words[at - 1], _from(_RUN, words, at + 1)
    return f"{before}{rest}" if before and rest else ""


def _ending_at(pattern: re.Pattern[str], words: str, at: int) -> str:
    match = pattern.search(words, max(0, at - _REACH), at)
    return match[0] if match else ""


def _from(pattern: re.Pattern[str], words: str, at: int) -> str:
    match = pattern.match(words, at)
    return match[0] if match else ""


@dataclass(frozen=True, slots=True)
class WordTerms:
    """What one word of a query stands for in the index.

    Attributes:
        stems: its parts, stemmed; function words are left out, as the index leaves them out.
        forms: all its parts as they are, folded.
        whole: the one term for a name that is torn into parts, or an empty string.
        east_asian: whether the parts are overlapping pairs of characters.
        chinese: the Chinese words in it that say something; none where there is no segmenter.
        beside: the stems that are no part of Chinese, where there are Chinese words.
    """

    stems: tuple[str, ...]
    forms: tuple[str, ...]
    whole: str = ""
    east_asian: bool = False
    chinese: "tuple[ChineseWord, ...]" = ()
    beside: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """The stems that a text with this word has; pairs across two Chinese words need not be there."""
        if not self.chinese:
            return self.stems
        pairs = (pair for word in self.chinese for pair in word.pairs)
        return tuple(dict.fromkeys((*self.beside, *pairs)))

    @property
    def is_function_word(self) -> bool:
        """Whether it says nothing about a subject, and is found as it is or not at all."""
        return bool(self.forms) and not self.stems


@dataclass(frozen=True, slots=True)
class ChineseWord:
    """A word as the segmenter sees it: its own term, and the pairs that any text with it has."""

    term: str
    pairs: tuple[str, ...]


@lru_cache(maxsize=8192)
def word_terms(text: str) -> WordTerms:
    """The terms of one word of a query; none where it has no letter or digit that the index keeps."""
    words = said(text)
    if _SIGNED_NAME.fullmatch(words):
        return WordTerms((words,), (words,))
    shown = paired(words)
    forms = _without_lone_end(EXACT.analyze(shown), shown)
    stems = tuple(stem for form in forms for stem in STEMMED.analyze(form))
    if words.isascii() or not _EAST_ASIAN_RUN.search(words):
        whole = _whole(whole_names(words)) if len(forms) > 1 else ""
        return WordTerms(stems, forms, whole)
    chinese = tuple(map(_chinese_word, words_of_query(words)))
    beside = STEMMED.analyze(paired(without_han(words))) if chinese else ()
    return WordTerms(stems, forms, "", True, chinese, tuple(beside))


def _whole(names: list[str]) -> str:
    """The longest of the names, as the index keeps it."""
    return next(iter(STEMMED.analyze(max(names, key=len))), "") if names else ""


def _chinese_word(word: str) -> ChineseWord:
    pairs = tuple(word[at : at + 2] for at in range(len(word) - 1))
    return ChineseWord(_WORD + word, pairs or (word,))


@lru_cache(maxsize=2048)
def phrase_terms(text: str) -> tuple[str, ...]:
    """The words of a phrase as they are, folded; none where one is longer than the index keeps."""
    return tuple(term for _, term in phrase_places(text))


@lru_cache(maxsize=2048)
def phrase_places(text: str) -> tuple[tuple[int, str], ...]:
    """The words of a phrase and their places in an abstract, where the end of a sentence takes a place."""
    shown = plain(text)
    terms = list(enumerate(_EVERY.analyze(parted(shown))))
    if any(len(term.encode()) >= _LONGEST_TERM for _, term in terms):
        return ()
    places = [(at, term) for at, term in terms if term != _GAP]
    kept = len(_without_lone_end([term for _, term in places], shown))
    return tuple((at - places[0][0], term) for at, term in places[:kept])


def _without_lone_end(terms: list[str], shown: str) -> tuple[str, ...]:
    """Leave out the single character at the end of a run: in a longer text it would not stand alone."""
    if shown.isascii() or len(terms) < 2 or not _EAST_ASIAN_RUN.fullmatch(terms[-1]):
        return tuple(terms)
    lone = len(terms[-1]) == 1 and _EAST_ASIAN_RUN.fullmatch(terms[-2])
    return tuple(terms[:-1]) if lone else tuple(terms)
