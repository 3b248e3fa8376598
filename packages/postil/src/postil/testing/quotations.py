"""A judge of quoted searches that shares no code with the index: a scan of every paper, word by word.

A string of words is in a paper if it stands in its title, or in its abstract without the end of a sentence
between two of its words; letter case, accents and the signs between words aside. Greek letters go by their
names. `drawn` makes strings to ask for, from papers and by what nearly is in them: words exchanged, a plural
for a singular, a word left out, the end of one sentence with the beginning of the next.
"""

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from postil.paper import Paper

_ACCENT = re.compile(r"\\(?:[\"'`^~=.]|[cvuHkrdb](?![A-Za-z]))\s*\{?\s*\\?([A-Za-z])\}?")
_STYLE = re.compile(
    r"\\(?:emph|text[a-z]*|math(?:rm|bf|it|sf|tt|cal|bb|frak|scr)|bf|it|rm|em|tt|sc|sl|sf|mbox|cal)(?![A-Za-z])"
)
_LABEL = re.compile(r"\\label\s*\{[^{}]*\}")
_CITATION = re.compile(r"\\cite[a-z]*\*?\s*(?:\[[^\]]*\]\s*)*\{([^{}]*)\}")
_COMMAND = re.compile(r"\\(?:footnote|url)\{|(\\[A-Za-z]+)\{")
_SIGN = re.compile(
    r"\\(?:top|bot|to|in|ni|le|ge|lt|gt|ll|gg|ne|leq|geq|neq|over|frac|sqrt|left|right|cdot|times|sum|int|star|"
    r"cap|cup|prod|mid|sim|approx|pm|circ|ldots|cdots|dots|langle|rangle|quad|hat|tilde|bar|vec|dot)(?![A-Za-z])"
)
_BELOW_A_NAME = re.compile(r"(\\[A-Za-z]{2,})[_^](?=\d)")
_DIGIT_BELOW = re.compile(r"(?<=[A-Za-z])[_^](?=\d)")
_SILENT = str.maketrans({"{": None, "}": None, "$": None, "\\": " "})
_SENTENCE_END = re.compile(r"[.?!] ")
_WORD = re.compile(r"[^\W_]+|\+\+|\n")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_PLAIN_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


def words(text: str) -> str:
    """The folded words of a text, a blank around each; a line break stays where it is."""
    if "\\" in text:
        text = _ACCENT.sub(r"\1", _CITATION.sub(r" \1 ", _LABEL.sub(" ", text)))
        text = _SIGN.sub(" ", _STYLE.sub("", text)).replace("\\ell", "l")
        text = _COMMAND.sub(r"\1 ", _BELOW_A_NAME.sub(r"\1 ", text)).replace("}{", " ")
    text = _DIGIT_BELOW.sub("", text.translate(_SILENT))
    if not text.isascii():
        spread = unicodedata.normalize("NFKD", "".join(map(_greek, text)))
        text = "".join(c for c in spread if not unicodedata.combining(c))
    return f" {' '.join(_WORD.findall(text.casefold().translate(_LETTERS)))} "


def _greek(character: str) -> str:
    if "\u0370" <= character <= "\u03ff":
        name = unicodedata.name(character, "")
        if name.startswith("GREEK") and " LETTER " in name:
            return f" {name.split(' LETTER ')[1].split()[0].replace('LAMDA', 'LAMBDA')} "
    return character


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a paper says, as a scan reads it."""

    title: str
    abstract: str

    @classmethod
    def of(cls, paper: Paper) -> "Scanned":
        """Read a paper."""
        body = f"{paper.abstract}\n{paper.summary}" if paper.summary else paper.abstract
        return cls(words(paper.title).replace("\n ", ""), words(_SENTENCE_END.sub("\n", body)))

    def has(self, string: str) -> bool:
        """Whether `string`, which `words` returned, stands in the paper."""
        return string in self.abstract or string.replace("\n ", "") in self.title


def drawn(papers: Sequence[Paper], count: int, seed: int) -> list[str]:
    """Strings to search for in quotation marks, each kind as often as any other."""
    dice = random.Random(seed)
    strings: dict[str, None] = {}
    while len(strings) < count:
        kind = KINDS[len(strings) % len(KINDS)]
        paper = dice.choice(papers)
        text = dice.choice((paper.title, paper.abstract or paper.summary))
        if string := kind(text, dice):
            strings[string] = None
    return list(strings)


def as_written(text: str, dice: random.Random) -> str:
    """Two to five words in a row."""
    return " ".join(_some(text, dice, dice.randint(2, 5)))


def shouted(text: str, dice: random.Random) -> str:
    """The same in capitals."""
    return as_written(text, dice).upper()


def without_accents(text: str, dice: random.Random) -> str:
    """The same without accents; where a text has none, with one."""
    string = as_written(text, dice)
    spread = "".join(
        c for c in unicodedata.normalize("NFKD", string) if not unicodedata.combining(c)
    )
    return spread if spread != string else string.replace("e", "é", 1)


def exchanged(text: str, dice: random.Random) -> str:
    """Two neighbours exchanged."""
    found = _some(text, dice, 3)
    return " ".join([found[1], found[0], *found[2:]]) if found else ""


def another_number(text: str, dice: random.Random) -> str:
    """A plural for a singular or the other way about, as stems would have it."""
    found = _some(text, dice, 2)
    if not found:
        return ""
    last = found[-1]
    return " ".join([*found[:-1], last[:-1] if last.endswith("s") else f"{last}s"])


def with_a_gap(text: str, dice: random.Random) -> str:
    """A word left out."""
    found = _some(text, dice, 4)
    return " ".join([*found[:1], *found[2:]]) if found else ""


def across_sentences(text: str, dice: random.Random) -> str:
    """The last word of a sentence and the first of the next."""
    ends = list(_SENTENCE_END.finditer(text))
    if not ends:
        return ""
    end = dice.choice(ends)
    before = _PLAIN_WORD.findall(text[max(0, end.start() - 60) : end.start()])
    after = _PLAIN_WORD.findall(text[end.end() : end.end() + 60])
    return f"{before[-1]} {after[0]}" if before and after else ""


def hyphenated(text: str, dice: random.Random) -> str:
    """A hyphenated word, with its hyphen or with a blank for it."""
    found: list[str] = [word for word in _PLAIN_WORD.findall(text) if "-" in word]
    if not found or "$" in text or "\\" in text:
        return ""
    word = dice.choice(found)
    return word if dice.random() < 0.5 else word.replace("-", " ")


def one_word(text: str, dice: random.Random) -> str:
    """A longer word, or a form of it that a stemmer takes for the same."""
    found = [word for word in _some(text, dice, 6) if len(word) > 5 and word.isalpha()]
    if not found:
        return ""
    word = dice.choice(found)
    forms = [word, f"{word}s", word.removesuffix("s"), word.removesuffix("ing")]
    return dice.choice(forms)


KINDS: tuple[Callable[[str, random.Random], str], ...] = (
    as_written,
    shouted,
    without_accents,
    exchanged,
    another_number,
    with_a_gap,
    across_sentences,
    hyphenated,
    one_word,
    as_written,
)


def _some(text: str, dice: random.Random, count: int) -> list[str]:
    """Some words in a row of one sentence, where it has no formula; else none."""
    sentence = dice.choice(_SENTENCE_END.split(text))
    found = _PLAIN_WORD.findall(sentence)
    if len(found) < count or any(sign in sentence for sign in "$\\_^{}\n"):
        return []
    start = dice.randrange(len(found) - count + 1)
    return found[start : start + count]


def asked(string: str) -> str:
    """A drawn string as `Scanned.has` takes it."""
    return words(_SENTENCE_END.sub("\n", string))
