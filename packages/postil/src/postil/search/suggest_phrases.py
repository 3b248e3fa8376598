"""Phrases and titles that go on as typed, from the titles of the newest papers that have such words."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tantivy import Query

from postil.paper import Paper
from postil.search.analysis import FUNCTION_WORDS, STEMMED, is_east_asian_character, phrase_terms
from postil.search.suggest_terms import Terms, all_of, any_of
from postil.store.protocol import Store
from postil.text.accents import fold
from postil.text.markup import render_plain
from postil.text.query_tail import Tail

_ENDINGS = 12  # words that the last one may become
_SAMPLE = 40  # titles looked at
_LONGER = 3  # words that a phrase may have
_MOST_WORDS = 8
_RARE = 60  # papers up to which one word is enough to name a paper by
_LINKS = FUNCTION_WORDS - {"of"} | frozenset(
    "via using toward towards against within without".split()
)
_WEAK = _LINKS | {"of", "based", "new", "novel"}
_FIELD = "title_exact"
_AROUND = ".,;:!?()[]{}\"'“”‘’`*"
_BREAK = tuple(".,;:!?)]”")
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_LONGEST_RUN = 12


@dataclass(frozen=True, slots=True)
class FoundPhrase:
    """A phrase, where in the query it is put, and how many papers have it."""

    text: str
    start: int
    papers: int


class Phrases:
    """What the words at the end of one query go on as."""

    def __init__(self, tail: Tail, terms: Terms, store: Store) -> None:
        self._tail = tail
        self._terms = terms
        self._store = store

    def likely(self, limit: int) -> list[FoundPhrase]:
        """The phrases that go on from all that was typed, or from its last words, most often."""
        tail = self._tail
        if _EAST_ASIAN.search(tail.partial[-1:]):
            return self._runs(limit)
        if not tail.partial and all(word.lower() in FUNCTION_WORDS for _, word in tail.before):
            return []
        for count in range(min(2, len(tail.before)), 0, -1):
            last = tail.before[len(tail.before) - count :]
            if count < len(tail.before) and all(w.lower() in FUNCTION_WORDS for _, w in last):
                break  # what goes on from "and" alone says nothing of the words before it
            if found := self._following(last, limit):
                return found
        return [] if tail.before else self._following((), limit)

    def of_last_word(self, limit: int) -> list[FoundPhrase]:
        """The phrases that begin with the last word, whatever stands before it."""
        return self._following((), limit) if self._tail.partial else []

    def papers(self, limit: int) -> list[Paper]:
        """Papers whose titles have all of the words, the last one as a beginning; the best first."""
        words = _terms_of([word for _, word in self._tail.before])
        terms, partial = self._terms, self._tail.partial
        musts = [terms.term(_FIELD, word) for word in words]
        if _EAST_ASIAN.search(partial[-1:]):
            return self._store.load(terms.newest(all_of([*musts, self._run_query(partial)]), limit))
        if "." in partial or not (partial or any(w not in FUNCTION_WORDS for w in words)):
            return []
        if not words and (len(partial) < 3 or terms.spread(_FIELD, fold(partial)) > _RARE):
            return []
        in_a_row: list[Query] = []
        if partial:
            last = self._endings(partial, all_of(musts) if musts else None)
            if not last:
                return []
            endings = any_of([terms.term(_FIELD, word) for word in last])
            # rare endings would score highest, and are the least likely to be meant
            musts.append(Query.const_score_query(endings, 0.0))
            in_a_row = [terms.phrase(_FIELD, [*words, word]) for word in last] if words else []
        elif len(words) > 1:
            in_a_row = [terms.phrase(_FIELD, words)]
        return self._store.load(terms.best(all_of(musts, in_a_row), limit))

    def _endings(self, partial: str, beside: Query | None) -> list[str]:
        """Words that the last one may become; a hyphen ends a word as the index has it."""
        parts = _terms_of([partial])
        if not parts:
            return []
        if beside is None or len(parts[-1]) < 2:
            found = self._terms.beginning(_FIELD, parts[-1], _ENDINGS)
            return [word for word, _ in found if len(word) > 1]
        found = self._terms.beginning_beside(_FIELD, parts[-1], beside, _ENDINGS)
        return [word for word, _ in found]

    def _following(self, before: Sequence[tuple[int, str]], limit: int) -> list[FoundPhrase]:
        tail = self._tail
        context = _terms_of([word for _, word in before])
        start = before[0][0] if before else tail.at
        if not tail.partial:
            return self._tallied(context, "", self._terms.phrase(_FIELD, context), start, limit)
        parts = _terms_of([tail.partial])
        if not parts:
            return []
        stem = context + parts[:-1]
        beside = self._terms.phrase(_FIELD, stem) if stem else None
        endings = self._endings(parts[-1], beside)
        if not endings:
            return []
        query = any_of([self._terms.phrase(_FIELD, [*stem, word]) for word in endings])
        return self._tallied(stem, parts[-1], query, start, limit)

    def _tallied(
        self, stem: list[str], partial: str, query: Query, start: int, limit: int
    ) -> list[FoundPhrase]:
        """The phrases of a sample of titles by how many titles have them."""
        counts: Counter[str] = Counter()
        shown: dict[str, Counter[str]] = {}
        titles = self._store.headings(self._terms.newest(query, _SAMPLE))
        typed = _typed(stem, partial)
        for paper in titles:
            for said in set(_continuations(paper.title, typed)):
                folded = fold(said)
                counts[folded] += 1
                shown.setdefault(folded, Counter())[said] += 1
        least = 2 if len(titles) >= 10 else 1
        likely = [phrase for phrase in counts if counts[phrase] >= least]
        likely.sort(key=lambda p: (-counts[p] * (1 + 0.6 * p.count(" ")), p))
        chosen: dict[tuple[str, ...], str] = {}
        for phrase in likely:
            key = tuple(STEMMED.analyze(phrase))
            if key not in chosen and not _is_told(phrase, chosen.values(), counts):
                chosen[key] = phrase
            if len(chosen) == limit:
                break
        return [
            FoundPhrase(shown[p].most_common(1)[0][0], start, self._papers(p))
            for p in sorted(chosen.values(), key=lambda p: -counts[p])
        ]

    def _papers(self, phrase: str) -> int:
        words = list(phrase_terms(phrase))
        if len(words) == 1:
            return self._terms.frequency(_FIELD, words[0])
        return self._terms.generation.count(self._terms.phrase(_FIELD, words)) if words else 0

    def _run_query(self, run: str) -> Query:
        words = list(phrase_terms(run))
        if len(words) == 1 and is_east_asian_character(words[0]):
            found = self._terms.beginning(_FIELD, words[0], _ENDINGS)
            return any_of([self._terms.term(_FIELD, pair) for pair, _ in found])
        return self._terms.phrase(_FIELD, words)

    def _runs(self, limit: int) -> list[FoundPhrase]:
        """How a run of Chinese, Japanese or Korean goes on, up to where the run ends."""
        tail = self._tail
        run = _EAST_ASIAN.findall(tail.partial)[-1]
        counts: Counter[str] = Counter()
        for paper in self._store.headings(self._terms.newest(self._run_query(run), _SAMPLE)):
            for whole in _EAST_ASIAN.findall(paper.title):
                at = whole.find(run)
                if at >= 0:
                    counts[whole[at : at + max(_LONGEST_RUN, len(run))]] += 1
        start = len(tail.text) - len(run)
        return [FoundPhrase(said, start, 0) for said, _ in counts.most_common(limit) if said != run]


def _terms_of(words: Sequence[str]) -> list[str]:
    return [term for word in words for term in phrase_terms(word)]


def _typed(stem: list[str], partial: str) -> re.Pattern[str]:
    """What is looked for in a folded title: the words in a row, the last one as a beginning."""
    words = [*map(re.escape, stem), re.escape(partial) + r"[^\W_]*" if partial else r"[^\W_]+"]
    return re.compile(r"(?<![^\W_])" + r"[\W_]+".join(words))


def _continuations(title: str, typed: re.Pattern[str]) -> Iterator[str]:
    """The parts of a title that begin as typed and go on for a few words, within a clause."""
    plain = render_plain(title)
    folded = fold(plain)
    if len(folded) != len(plain):
        plain = folded
    for match in typed.finditer(folded):
        said: list[str] = []
        length, longest = match.end() - match.start(), 0
        most = max(_LONGER, match[0].count(" ") + 1)
        for piece in plain[match.start() :].split()[:_MOST_WORDS]:
            word = piece.strip(_AROUND)
            completes = longest + len(piece) >= length
            if not word or (completes and (len(said) > most or word.lower() in _LINKS)):
                break
            said.append(_as_said(word))
            longest += len(piece) + 1
            if longest > length and word.lower() not in _WEAK:
                yield " ".join(said)
            if piece.endswith(_BREAK):
                break


def _as_said(word: str) -> str:
    """A word as a query has it: in small letters, but for names such as GPT-4 and LoRA."""
    if word.islower():
        return word
    return "-".join(
        part.lower() if part[1:] == part[1:].lower() else part for part in word.split("-")
    )


def _is_told(phrase: str, chosen: Iterable[str], counts: Counter[str]) -> bool:
    """Whether a chosen phrase says nearly the same: one is the other's beginning and hardly more frequent."""
    for other in chosen:
        longer, shorter = (phrase, other) if len(phrase) > len(other) else (other, phrase)
        if longer.startswith(shorter + " ") and counts[longer] >= 0.7 * counts[shorter]:
            return True
    return False
