"""What changed between two wordings of a title or an abstract, word by word.

Words, signs and Chinese characters are compared one by one. A formula, a command with what it applies to, a
group in braces, a tag and an address each count as one word, so that what stands on either side of a change
can still be shown. A comparison by characters was refused: it marks letters inside words, which nobody reads.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from postil.text.formulas import Formula, split_formulas


class Kind(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some text that stayed, went or came."""

    kind: Kind
    text: str


def compare(old: str, new: str) -> list[Stretch]:
    """What leads from `old` to `new`.

    The texts of all stretches but the added ones, joined, are `old`; of all but the removed ones, `new`.
    Something removed comes before what was added in its place.
    """
    before, after = _with_gaps(words(old)), _with_gaps(words(new))
    first, second = [word for word, _ in before], [word for word, _ in after]
    # Frequent words may be passed over as anchors only where comparing them all would take long.
    matcher = SequenceMatcher(None, first, second, autojunk=len(first) > _LONG)
    runs = _Runs()
    for _, i1, i2, j1, j2 in matcher.get_opcodes():
        gone, come = before[i1:i2], after[j1:j2]
        if first[i1:i2] != second[j1:j2]:
            runs.add("".join(w + gap for w, gap in gone), "".join(w + gap for w, gap in come))
            continue
        for (word, gap), (_, other_gap) in zip(gone, come, strict=True):
            runs.add(word, word)
            runs.add(gap, other_gap)
    return list(_stretches(runs.without_islands()))


def words(text: str) -> list[str]:
    """Cut `text` where a change may begin or end; the parts joined are `text`."""
    scanner, found, at = _Scanner(text), [], 0
    while at < len(text):
        end = scanner.end(at)
        found.append(text[at:end])
        at = end
    return found


_LONG = 2_000
_CHINESE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_SPACE = re.compile(r"\s+")
_LETTERS = re.compile(rf"(?:[^\W_{_CHINESE}]|[\u0300-\u036f]|(?<=\w)['’](?=\w)|(?<=\d)[.,](?=\d))+")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`$]*[^\s<>\"{}|\\^`$.,;:!?)\]'’]")
_TAG = re.compile(r"</?[A-Za-z][^<>$\\{}]{0,200}>")
_ACCENT = re.compile(r"\\(?:[\"'`^~=.]\s*|[cvHukrbtd]\s+)(?=[A-Za-z{\\])")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+\*?)")
_BEFORE_GROUP = re.compile(r"\s*(?:\[[^\[\]{}$\\]{0,200}\])?\s*(?=\{)")
_SIGNS = re.compile(r"([^\w\s\\{}$<])\1*")
_BLANK = re.compile(r"\s*")
_OPENER = re.compile(r"\$\$|\$|\\\(|\\\[|\\begin\{[a-z]+\*?\}")


class _Scanner:
    """Finds where the word that begins at a place ends."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._formulas = _formula_ends(text)
        self._groups = _group_ends(text, self._formulas)

    def end(self, at: int) -> int:
        """Where the word that begins at `at` ends; always further on."""
        text = self._text
        if at in self._formulas:
            return self._formulas[at]
        for pattern in (_SPACE, _ADDRESS, _TAG):
            if match := pattern.match(text, at):
                return match.end()
        end = at
        while end not in self._formulas and (further := self._of_word(end)) > end:
            end = further
        if end > at:
            return end
        if text[at] == "\\":
            return min(at + 2, len(text))
        match = _SIGNS.match(text, at)
        return match.end() if match else at + 1

    def _of_word(self, at: int) -> int:
        """The end of letters, an accent, a command with its groups or a group; `at` where there is none."""
        if match := _LETTERS.match(self._text, at):
            return match.end()
        if match := _ACCENT.match(self._text, at):
            return max(self._of_letter(match.end()), match.end())
        if match := _COMMAND.match(self._text, at):
            return self._after_groups(match.end())
        return self._groups.get(at, at)

    def _of_letter(self, at: int) -> int:
        """The end of what an accent stands on."""
        if match := _COMMAND.match(self._text, at):
            return match.end()
        return self._groups.get(at, at + 1)

    def _after_groups(self, at: int) -> int:
        while (match := _BEFORE_GROUP.match(self._text, at)) and match.end() in self._groups:
            at = self._groups[match.end()]
        return at


def _formula_ends(text: str) -> dict[int, int]:
    """Where each formula of `text` begins, with where it ends, delimiters included."""
    ends: dict[int, int] = {}
    at = 0
    for piece in split_formulas(text):
        end = at + len(piece) if isinstance(piece, str) else _end_of_formula(text, at, piece)
        if not isinstance(piece, str):
            ends[at] = end
        at = end
    return ends


def _end_of_formula(text: str, at: int, formula: Formula) -> int:
    opener = _OPENER.match(text, at)
    assert opener is not None, "a formula begins with a delimiter"
    end = text.index(formula.tex, opener.end()) + len(formula.tex)
    blank = _BLANK.match(text, end)
    end = blank.end() if blank else end
    if opener[0].startswith("$"):
        return end + (2 if formula.display else 1)
    return end + (len(opener[0]) - 2 if opener[0].startswith(r"\begin") else 2)


def _group_ends(text: str, formulas: Mapping[int, int]) -> dict[int, int]:
    """Where each brace that has a partner opens, with where its group ends; formulas are stepped over."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    at = 0
    while at < len(text):
        if at in formulas:
            at = formulas[at]
            continue
        if text[at] == "{":
            opened.append(at)
        elif text[at] == "}" and opened:
            ends[opened.pop()] = at + 1
        # A sign after a backslash is no brace; a formula there begins at the backslash itself.
        at += 2 if text[at] == "\\" and at + 1 not in formulas else 1
    return ends


def _with_gaps(parts: list[str]) -> list[tuple[str, str]]:
    """Pairs of a word and the white space after it; white space at the start follows an empty word."""
    pairs: list[tuple[str, str]] = []
    for part in parts:
        if not part.isspace():
            pairs.append((part, ""))
        elif pairs:
            pairs[-1] = (pairs[-1][0], part)
        else:
            pairs.append(("", part))
    return pairs


@dataclass(frozen=True, slots=True)
class _Run:
    """A passage in its old and its new wording."""

    old: str
    new: str

    @property
    def same(self) -> bool:
        return self.old == self.new

    @property
    def replaced(self) -> bool:
        """Whether words stood here and others do now."""
        return not self.same and bool(self.old.strip()) and bool(self.new.strip())

    @property
    def is_island(self) -> bool:
        """Whether so little stayed that a reader would stumble over it between two replacements."""
        return self.same and len(self.old) < 12 and len(self.old.split()) <= 2

    def __add__(self, other: "_Run") -> "_Run":
        return _Run(self.old + other.old, self.new + other.new)


class _Runs:
    """Passages in order, neighbours of one kind joined."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    def add(self, old: str, new: str) -> None:
        run = _Run(old, new)
        if not old and not new:
            return
        if self._runs and self._runs[-1].same == run.same:
            run = self._runs.pop() + run
        self._runs.append(run)

    def without_islands(self) -> list[_Run]:
        """The passages, with a word or two that stayed between replacements counted as replaced."""
        kept: list[_Run] = []
        for run in self._runs:
            kept.append(run)
            if len(kept) >= 3 and kept[-3].replaced and kept[-2].is_island and run.replaced:
                kept[-3:] = [kept[-3] + kept[-2] + run]
        return kept


def _stretches(runs: list[_Run]) -> Iterator[Stretch]:
    """The runs as stretches: white space that both wordings have at an edge of a change stayed."""
    pending = ""
    for run in runs:
        head, old, new, tail = (run.old, "", "", "") if run.same else _trimmed(run)
        pending += head
        if old or new:
            if pending:
                yield Stretch(Kind.SAME, pending)
            if old:
                yield Stretch(Kind.REMOVED, old)
            if new:
                yield Stretch(Kind.ADDED, new)
            pending = ""
        pending += tail
    if pending:
        yield Stretch(Kind.SAME, pending)


def _trimmed(run: _Run) -> tuple[str, str, str, str]:
    """(white space before, old, new, white space after), the outer two common to both wordings."""
    old, new = run.old, run.new
    head = tail = 0
    while head < min(len(old), len(new)) and old[head] == new[head] and old[head].isspace():
        head += 1
    most = min(len(old), len(new)) - head
    while tail < most and old[-1 - tail] == new[-1 - tail] and old[-1 - tail].isspace():
        tail += 1
    return (
        old[:head],
        old[head : len(old) - tail],
        new[head : len(new) - tail],
        old[len(old) - tail :],
    )
