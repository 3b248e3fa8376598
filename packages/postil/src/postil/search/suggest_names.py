"""Authors whose names begin as typed, as they are written on their newest papers."""

from collections import Counter
from collections.abc import Iterator, Sequence

from tantivy import Query

from postil.search.suggest_terms import Terms, all_of, any_of
from postil.store.protocol import Store
from postil.text.names import name_words

_SHORTEST = 3  # letters from which a beginning is looked up; there are too many names before
_LOOKED_AT = 40  # words and pairs of words that begin so
_WORDS, _PAIRS = 6, 8
_PAPERS = 40
_OF_GROUPS = frozenset({"the", "collaboration", "team", "group"})


def named_authors(
    terms: Terms, store: Store, given: Sequence[str], partial: str, limit: int
) -> list[tuple[str, int]]:
    """Names with all of the words `given` and one that begins with `partial`, and how many papers have them.

    `partial` may be empty where `given` is not. Names written in several ways stand once, as most write them.
    """
    query = _papers_by(terms, [word for word in given if word], partial)
    if query is None:
        return []
    longest = max([*given, partial], key=len)
    tally: dict[tuple[str, str], Counter[str]] = {}
    for paper in store.headings(terms.newest(query, _PAPERS)):
        for name in _with(longest, paper.authors):
            words = name_words(name)
            if '"' not in name and _agrees(words, given, partial):
                tally.setdefault((words[0], words[-1]), Counter())[name] += 1
    counted = [
        (
            max(spellings, key=lambda name: (spellings[name], name)),
            _papers_of(terms, ends, spellings),
        )
        for ends, spellings in tally.items()
    ]
    return sorted(counted, key=lambda entry: (-entry[1], entry[0]))[:limit]


def _with(word: str, names: Sequence[str]) -> Iterator[str]:
    """The names that may have a word; a collaboration has thousands that are passed over at once."""
    folded = "\n".join(names).lower().replace("'", "").split("\n")
    for name, said in zip(names, folded, strict=False):
        if word in said or not said.isascii():
            yield name


def _papers_by(terms: Terms, given: Sequence[str], partial: str) -> Query | None:
    """A query for papers by them; None where nobody is called so."""
    searched = [terms.term("byline", word) for word in given]
    if partial and len(partial) < _SHORTEST and not partial.isascii():
        found = terms.beginning("byline", partial, _LOOKED_AT)
        searched.append(any_of([terms.term("byline", term) for term, _ in found]))
    elif partial and len(partial) < _SHORTEST and not given:
        if not terms.frequency("byline", partial) or len(partial) < 2:
            return None
        searched.append(terms.term("byline", partial))
    elif len(partial) >= _SHORTEST:
        found = terms.beginning("byline", partial, _LOOKED_AT)
        words = [term for term, _ in found if "|" not in term][:_WORDS]
        pairs = [term for term, _ in found if _is_of_whole_words(term)][:_PAIRS]
        if given:
            pairs = [term for one in given for term in _pairs(terms, one, partial, words)]
            words = [] if pairs else words
        if not words and not pairs:
            return None
        searched.append(any_of([terms.term("byline", term) for term in [*words, *pairs]]))
    return all_of(searched) if searched else None


def _pairs(terms: Terms, one: str, partial: str, words: Sequence[str]) -> list[str]:
    """The keys of names that have both `one` and a word that begins so."""
    after = [term for term, _ in terms.beginning("byline", f"{one}|{partial}", _PAIRS)]
    before = [f"{word}|{one}" for word in words]
    return after + [term for term in before if terms.frequency("byline", term)]


def _is_of_whole_words(term: str) -> bool:
    one, bar, other = term.partition("|")
    return bool(bar) and len(one.rstrip(".")) > 1 and len(other.rstrip(".")) > 1


def _agrees(words: Sequence[str], given: Sequence[str], partial: str) -> bool:
    left = list(words)
    for each in given:
        if each not in left:
            # a single letter is the beginning of a name, where no name is that letter
            each = next((w for w in left if len(each) == 1 and w.startswith(each)), "")  # noqa: PLW2901
            if not each:
                return False
        left.remove(each)
    return any(word.startswith(partial) for word in left) if partial else bool(given)


def _papers_of(terms: Terms, ends: tuple[str, str], spellings: Counter[str]) -> int:
    """How many papers have this name: those with its first and last words of one author."""
    if not _OF_GROUPS.isdisjoint(ends):
        return sum(spellings.values())
    one, other = sorted(ends)
    key = one if one == other else f"{one}|{other}"
    return max(terms.frequency("byline", key), sum(spellings.values()))
