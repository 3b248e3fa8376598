"""What the loose words of a query are worth: the wishes that rank papers.

Each word brings terms of several fields whose scores add up; words together lift the paper that they name, by
its title, its authors and its year. The weights were measured: docs/postil/search.md has each of them. Terms
and lifts are apart because the engine, asked for plain terms alone, passes over whole blocks of papers that
cannot come among the first.
"""

from collections.abc import Iterable, Sequence
from math import log1p

from tantivy import Query

from postil.search.analysis import FUNCTION_WORDS, WordTerms
from postil.search.clauses import Fields, intersection, union, weighted
from postil.text.query import Field

TITLE_WEIGHT = 0.5
FORM_WEIGHT = 0.15  # of a word in the very form that was asked for
USUAL_FORM = 0.9  # of the papers with a word: where so many have the very form, it sets few apart
OFTEN = 1_000  # papers with a word, from which on reading its form as well takes time
RARITY = 0.15  # the power of a word's weight (idf) by which rare words count for more than in BM25
_USUAL_WEIGHT = 6.0
TITLE_PHRASE_WEIGHT = 0.5
PAIR_WEIGHT = 0.3  # of two Chinese characters beside the word that they are
NAMES_WEIGHT = 3.0  # of authors and a year, in a query that they and words of the title are all of
_LONGEST_TITLE = 40  # words
_LONGEST_ITEM = 12

Loose = tuple[WordTerms, Field, int]
"""A word that stands beside others: its terms, the field it is asked of, and how often it stands there."""


class Wishes:
    """What words wish for in one state of the index."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields

    def of(self, loose: Sequence[Loose], telling: Sequence[Loose]) -> list[Query]:
        """All that a paper may be ranked by, of which it must match one."""
        return [*self.of_each(telling), *self.lifting(loose, telling)]

    def of_each(self, telling: Iterable[Loose]) -> list[Query]:
        """What each word is worth by itself."""
        return [
            query
            for terms, field, times in telling
            for query in self.scoring(terms, field, float(times))
        ]

    def lifting(self, loose: Sequence[Loose], telling: Sequence[Loose]) -> list[Query]:
        """What lifts the papers that the words name together."""
        return [*self.as_title(loose), *self.as_item(telling)]

    def finding(self, telling: Sequence[Loose]) -> list[Query]:
        """Fewer terms that find the very papers that `of` finds, for counting them.

        Words of a title are among those of the text, and a word's forms have its stem. Only authors and a
        year together find papers that have none of the words.
        """
        found = [query for terms, field, _ in telling for query in self._having(terms, field)]
        return [*found, *self._as_names(telling)]

    def _having(self, terms: WordTerms, field: Field) -> list[Query]:
        if terms.is_function_word or field:
            return self.scoring(terms, field, 1.0)
        if terms.chinese:
            return [self._fields.stem("text", term) for term, _ in self._worth(terms, 1.0)]
        found = [self._fields.stem("text", stem) for stem in _stems(terms)]
        if name := self._fields.as_name(terms):
            found.append(self._fields.term("byline", name))
        return found

    def as_title(self, loose: Sequence[Loose]) -> list[Query]:
        """What lifts a paper whose title has these very words in this order, function words too.

        Whoever types a part of a title wants that paper. A paper that has the phrase has the words, so this
        changes the order of what matches and nothing else.
        """
        forms: list[str | tuple[int, str]] = [form for terms, _, _ in loose for form in terms.forms]
        if not 2 <= len(forms) <= _LONGEST_TITLE or any(field for _, field, _ in loose):
            return []
        phrase = Query.phrase_query(self._fields.schema, "title_exact", forms)
        return [weighted(phrase, TITLE_PHRASE_WEIGHT)]

    def as_item(self, telling: Sequence[Loose]) -> list[Query]:
        """What lifts a paper whose title has all the words, or whose authors and year have, or both together.

        Whoever types `halko tropp 2009` or `oord wavenet` wants the paper by them, not one that mentions them
        often. Title and byline count together only where a word is a year, or a name more than a word.
        """
        if not _may_be_item(telling):
            return []
        return [intersection(self._in_titles(telling)), *self._as_names(telling)]

    def _as_names(self, telling: Sequence[Loose]) -> list[Query]:
        if len(telling) == 1 or not _may_be_item(telling):
            return []
        names = [self._in_bylines(terms) for terms, _, _ in telling]
        if not any(names):
            return []
        in_bylines = [
            weighted(self._fields.term("byline", name), NAMES_WEIGHT) if name else None
            for name in names
        ]
        if all(names):
            return [intersection([query for query in in_bylines if query])]
        if any(map(_is_year, names)) or any(self._fields.as_name(t) for t, _, _ in telling):
            titles = self._in_titles(telling)
            either = [
                union([title, byline]) if byline else title
                for title, byline in zip(titles, in_bylines, strict=True)
            ]
            return [intersection(either)]
        return []

    def _in_titles(self, telling: Sequence[Loose]) -> list[Query]:
        """Each word as one of the title."""
        return [
            intersection([self._fields.stem("title", part) for part in _title_parts(terms)])
            for terms, _, _ in telling
        ]

    def _in_bylines(self, terms: WordTerms) -> str:
        """The word as a name or year, where any paper is by somebody of that name or of that year."""
        name = "".join(terms.forms)
        return name if len(name) > 1 and self._fields.frequency("byline", name) else ""

    def scoring(self, terms: WordTerms, field: Field, times: float) -> list[Query]:
        """Plain term queries whose scores add up to what a word is worth."""
        if terms.is_function_word:
            return [weighted(query, times) for query in self._fields.as_they_are(terms, field)]
        if field is Field.ABSTRACT:
            parts = [self._fields.forms("abstract_exact", stem) for stem in terms.parts]
            return [weighted(query, times) for query in parts]
        if terms.chinese:
            return self._chinese(terms, field, times)
        stems = _stems(terms)
        if field is Field.TITLE:
            return [weighted(self._fields.stem("title", stem), times) for stem in stems]
        forms = [] if terms.east_asian else _telling_forms(terms)
        usual = len(forms) == len(stems) == 1 and self._is_usual(forms[0], stems[0])
        found = []
        for stem in stems:
            weight = times * self._rarity(stem)
            found.append(weighted(self._fields.stem("title", stem), weight * TITLE_WEIGHT))
            weight += times * FORM_WEIGHT if usual else 0.0
            found.append(weighted(self._fields.stem("text", stem), weight))
        if not usual:
            found += [
                weighted(self._fields.term("abstract_exact", form), times * FORM_WEIGHT)
                for form in forms
            ]
        if name := self._fields.as_name(terms):
            found.append(weighted(self._fields.term("byline", name), times))
        return found

    def _is_usual(self, form: str, stem: str) -> bool:
        """Whether a frequent word nearly always stands in this form, which then sets few papers apart.

        Its weight goes to the stem: the order hardly changes, and there is a term less to read.
        """
        having = self._fields.frequency("text", stem)
        if having < OFTEN:
            return False
        return self._fields.frequency("abstract_exact", form) >= USUAL_FORM * having

    def _rarity(self, stem: str) -> float:
        """What a rare word counts for beyond its weight in BM25: about 1."""
        papers, having = self._fields.searcher.num_docs, self._fields.frequency("text", stem)
        return float((log1p((papers - having + 0.5) / (having + 0.5)) / _USUAL_WEIGHT) ** RARITY)

    def _worth(self, terms: WordTerms, times: float) -> list[tuple[str, float]]:
        """Words where the index has them as words, and what else the text has; pairs alone elsewhere.

        The pairs that two words make where they meet say nothing.
        """
        worth = [(stem, times) for stem in terms.beside]
        for word in terms.chinese:
            known = self._fields.frequency("text", word.term) > 0
            worth += [(word.term, times)] if known else []
            worth += [(pair, times * (PAIR_WEIGHT if known else 1.0)) for pair in word.pairs]
        return worth

    def _chinese(self, terms: WordTerms, field: Field, times: float) -> list[Query]:
        found = []
        for term, weight in self._worth(terms, times):
            if field is Field.TITLE:
                found.append(weighted(self._fields.stem("title", term), weight))
            else:
                found.append(weighted(self._fields.stem("text", term), weight))
                found.append(weighted(self._fields.stem("title", term), weight * TITLE_WEIGHT))
        return found


def _is_year(name: str) -> bool:
    return len(name) == 4 and name.isdecimal()


def _title_parts(terms: WordTerms) -> tuple[str, ...]:
    return (terms.whole,) if terms.whole else terms.parts


def _may_be_item(telling: Sequence[Loose]) -> bool:
    """Whether words may be all that somebody remembers of one paper."""
    words = sum(len(terms.forms) for terms, _, _ in telling)
    return 2 <= words <= _LONGEST_ITEM and not any(field for _, field, _ in telling)


def _stems(terms: WordTerms) -> list[str]:
    """The stems that a word may match by, and the whole of a torn one."""
    whole = [terms.whole] if terms.whole else []
    if terms.east_asian:
        return [*terms.stems, *whole]
    parts = [stem for stem in terms.stems if _tells(stem, terms)]
    return [*(parts or terms.stems), *whole]


def _tells(part: str, terms: WordTerms) -> bool:
    """Whether a part of a torn word may match by itself: not the 4 of GPT-4, nor the c of Lambda_c."""
    return len(terms.forms) == 1 or (len(part) > 1 and not (terms.whole and part.isdigit()))


def _telling_forms(terms: WordTerms) -> list[str]:
    return [form for form in terms.forms if form not in FUNCTION_WORDS and _tells(form, terms)]
