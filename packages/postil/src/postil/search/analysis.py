"""How text becomes terms, the same way for papers and for queries.

Ranking uses stems (Porter's second English stemmer) of the words that say something about a subject, phrases
use all the words themselves. Chinese, Japanese and
Korean runs become overlapping pairs of characters, so that text without blanks is found by any part of it.
Names such as GPT-4 are also kept in one piece (gpt4), and C++ and C# by words of their own. A dictionary for
Chinese words was refused for now: pairs need none, and agree with themselves on every input.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from postil.text.accents import fold
from postil.text.markup import searchable

_LONGEST_TERM = 60
_EAST_ASIAN = (
    "\u3005\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003134f"
)
_EAST_ASIAN_RUN = re.compile(f"[{_EAST_ASIAN}]+")
_NUMBER_AFTER = re.compile(r"-\d+[A-Za-z]*(?![\w-])", re.ASCII)
_LETTERS_BEFORE = re.compile(r"(?<![\w-])[A-Za-z]+(?:-[A-Za-z]+)*$", re.ASCII)
_SIGNED = re.compile(r"(?<!\w)([CcFf])(\+\+|#)(?!\w)", re.ASCII)
_SIGNED_WORDS = {"++": "plusplus", "#": "sharp"}

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
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(_LONGEST_TERM))
    for each in filters:
        builder = builder.filter(each)
    return builder.build()


EXACT = _analyzer()
STEMMED = _analyzer(Filter.custom_stopword(sorted(FUNCTION_WORDS)), Filter.stemmer("english"))


def plain(text: str) -> str:
    """What the index sees of `text`: no markup, case or accents, and East Asian runs in overlapping pairs."""
    said = fold(searchable(text))
    return said if said.isascii() else _EAST_ASIAN_RUN.sub(_pairs, said)


def _pairs(match: re.Match[str]) -> str:
    """`ABC` is `AB BC C`: the last character stays alone, so that each begins some term."""
    run = match[0]
    return " " + " ".join(run[at : at + 2] for at in range(len(run))) + " "


def is_east_asian_character(term: str) -> bool:
    """Whether a term is a single character of a script that is indexed in pairs."""
    return len(term) == 1 and bool(_EAST_ASIAN_RUN.match(term))


def whole_names(said: str) -> list[str]:
    """Terms for what words alone would tear apart: `gpt4` for GPT-4, `cplusplus` for C++."""
    found = []
    if "-" in said:
        for match in _NUMBER_AFTER.finditer(said):
            if before := _LETTERS_BEFORE.search(said, max(0, match.start() - 40), match.start()):
                found.append((before[0] + match[0]).replace("-", "").lower())
    if "++" in said or "#" in said:
        found += [letter.lower() + _SIGNED_WORDS[sign] for letter, sign in _SIGNED.findall(said)]
    return found


@dataclass(frozen=True, slots=True)
class WordTerms:
    """What one word of a query stands for in the index.

    Attributes:
        stems: its parts, stemmed; function words are left out, as the index leaves them out.
        forms: all its parts as they are, folded.
        whole: the one term for a name that is torn into parts, or an empty string.
        east_asian: whether the parts are overlapping pairs of characters.
    """

    stems: tuple[str, ...]
    forms: tuple[str, ...]
    whole: str = ""
    east_asian: bool = False

    @property
    def is_function_word(self) -> bool:
        """Whether it says nothing about a subject, and is found as it is or not at all."""
        return bool(self.forms) and not self.stems


@lru_cache(maxsize=8192)
def word_terms(text: str) -> WordTerms:
    """The terms of one word of a query; none where it has no letter or digit that the index keeps."""
    if match := _SIGNED.fullmatch(text):
        name = match[1].lower() + _SIGNED_WORDS[match[2]]
        return WordTerms((name,), (name,))
    said = plain(text)
    names = whole_names(said)
    forms = _without_lone_end(EXACT.analyze(said), said)
    stems = tuple(stem for form in forms for stem in STEMMED.analyze(form))
    return WordTerms(
        stems,
        forms,
        names[0] if len(forms) > 1 and names else "",
        not said.isascii() and bool(_EAST_ASIAN_RUN.search(said)),
    )


@lru_cache(maxsize=2048)
def phrase_terms(text: str) -> tuple[str, ...]:
    """The words of a phrase as they are, folded."""
    said = plain(text)
    return _without_lone_end(EXACT.analyze(said), said)


def _without_lone_end(terms: list[str], said: str) -> tuple[str, ...]:
    """Leave out the single character at the end of a run: in a longer text it would not stand alone."""
    if said.isascii() or len(terms) < 2 or not _EAST_ASIAN_RUN.fullmatch(terms[-1]):
        return tuple(terms)
    lone = len(terms[-1]) == 1 and _EAST_ASIAN_RUN.fullmatch(terms[-2])
    return tuple(terms[:-1]) if lone else tuple(terms)
