"""A query's tree as a query of the engine.

There are two ways to take the words that stand side by side: as wishes (a paper needs one of them, or none
beside a word marked with +; more of them rank it higher) and as demands (it needs every one). What is only
counted is asked for in fewer terms than what is ranked.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tantivy import FieldType, Occur, Query, Schema, Searcher

from postil.search.analysis import WordTerms, word_terms
from postil.search.clauses import Clause, Fields, but, combined, everything, intersection, union
from postil.search.wishes import Loose, Wishes
from postil.text.names import Reading, asked_readings
from postil.text.query import (
    And,
    Author,
    Category,
    DateRange,
    Every,
    Field,
    Identifier,
    Node,
    Not,
    Or,
    Phrase,
    Word,
)


class Required(StrEnum):
    """How many of the loose words of a query a paper must have."""

    ANY = "any"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Ways:
    """What ranks papers, in two parts that the engine answers faster than the whole.

    Attributes:
        words: what each word is worth, and no more where `lifted` has the rest.
        lifted: everything, of the papers that the words name together; None where `words` is everything.
    """

    words: Query
    lifted: Query | None = None


class Translator:
    """Translates trees for one state of the index."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self._schema = schema
        self._fields = Fields(schema, searcher)
        self._wishes = Wishes(self._fields)

    def query(self, root: Node, required: Required) -> Query:
        """The engine's query for a tree."""
        match root:
            case And(children):
                return self._side_by_side(children, required)
            case Every(children):
                return self._all_of(children, required)
            case Or(children):
                return union([self.query(child, required) for child in children])
            case Not(child):
                return but(self.query(child, required))
            case Word():
                return self._side_by_side((root,), required)
            case Phrase(text, field):
                return self._fields.phrase(text, field)
            case condition:
                return Query.const_score_query(self._condition(condition), 0.0)

    def ways(self, root: Node) -> Ways:
        """What `query` ranks by; a paper's score is its greatest in either part."""
        if _words_alone(root):
            loose, telling = _loose_words(_side_by_side_in(root))
            each, lifting = self._wishes.of_each(telling), self._wishes.lifting(loose, telling)
            if each and lifting:
                added: list[Clause] = [(Occur.Should, query) for query in each]
                return Ways(combined(added), combined([(Occur.Must, union(lifting)), *added]))
        return Ways(self.query(root, Required.ANY))

    def countable(self, root: Node, required: Required) -> Query:
        """Finds what `query` finds, and scores otherwise."""
        if required is Required.ANY and _words_alone(root):
            _, telling = _loose_words(_side_by_side_in(root))
            if telling:
                return union(self._wishes.finding(telling))
        return self.query(root, required)

    def conditions(self, root: Node) -> Query | None:
        """What a tree asks for beside words that stand side by side; None where it is of another form."""
        if isinstance(root, Word):
            return everything()
        if not isinstance(root, And):
            return None
        others = tuple(child for child in root.children if not isinstance(child, Word))
        return self._side_by_side(others, Required.ANY) if others else everything()

    def named(self, root: Node) -> Query | None:
        """Papers that the words of a tree name: by a part of the title, or by the names of authors."""
        words = dict.fromkeys(c for c in _side_by_side_in(root) if isinstance(c, Word))
        loose = [(word_terms(word.text), word.field, 1) for word in words]
        ways = self._wishes.as_title(loose)
        telling = [terms for terms, field, _ in loose if terms.stems and not field]
        names = [name for terms in telling if (name := self._fields.as_name(terms))]
        if len(telling) > 1:
            demands = [self._demand(terms, Field.TITLE) for terms in telling]
            ways.append(intersection(demands))
        if names:
            ways.append(intersection([self._fields.term("byline", name) for name in names]))
        ways += self._wishes.as_item([entry for entry in loose if entry[0].stems])
        return union(ways) if ways else None

    def _condition(self, node: Author | Category | Identifier | DateRange) -> Query:
        match node:
            case Author(name):
                return union([self._named(reading) for reading in asked_readings(name)])
            case Category(code):
                return self._fields.term("category", code)
            case Identifier(paper):
                return self._fields.term("id", str(paper))
            case DateRange(first, last):
                return Query.range_query(
                    self._schema,
                    "day",
                    FieldType.Integer,
                    first,
                    last,
                    use_inverted_index=True,
                )

    def _named(self, reading: Reading) -> Query:
        """Papers whose authors' keys have one of each alternatives of a name."""
        return intersection(
            [
                union([self._fields.term("byline", key) for key in alternatives])
                for alternatives in reading
            ]
        )

    def _side_by_side(self, children: Sequence[Node], required: Required) -> Query:
        loose, telling = _loose_words(children)
        if not loose and any(isinstance(child, Word) for child in children):
            return Query.empty_query()
        clauses: list[Clause] = []
        for child in children:
            if isinstance(child, Not):
                clauses.append((Occur.MustNot, self.query(child.child, required)))
            elif not isinstance(child, Word):
                clauses.append((Occur.Must, self.query(child, required)))
        if required is Required.EVERY:
            clauses += [(Occur.Must, self._demand(terms, field)) for terms, field, _ in telling]
        elif loose:
            wishes = self._wishes.of(loose, telling)
            others = any(occur is Occur.Must for occur, _ in clauses)
            if others and not any(isinstance(c, Every) and len(c.children) == 1 for c in children):
                clauses.append((Occur.Must, union(wishes)))
            else:
                clauses += [(Occur.Should, query) for query in wishes]
        return combined(clauses)

    def _demand(self, terms: WordTerms, field: Field) -> Query:
        """A query that a paper meets if it has the word, whatever it scores."""
        if terms.is_function_word:
            return union(self._fields.as_they_are(terms, field))
        if field is Field.ABSTRACT:
            parts = [self._fields.forms("abstract_exact", stem) for stem in terms.parts]
        else:
            where = "title" if field is Field.TITLE else "text"
            parts = [self._fields.stem(where, stem) for stem in terms.parts]
            if terms.whole:
                return union([self._fields.term(where, terms.whole), intersection(parts)])
            if not field and (name := self._fields.as_name(terms)):
                return union([*parts, self._fields.term("byline", name)])
        if terms.east_asian and not terms.chinese and len(parts) > 2:
            # pairs across two words need not be there: half of them is as much as one can ask
            return Query.boolean_query(
                [(Occur.Should, part) for part in parts],
                minimum_number_should_match=(len(parts) + 1) // 2,
            )
        return intersection(parts)

    def _all_of(self, children: Sequence[Node], required: Required) -> Query:
        clauses: list[Clause] = []
        for child in children:
            match child:
                case Not(inner):
                    clauses.append((Occur.MustNot, self.query(inner, required)))
                case Word(text, field) if (terms := word_terms(text)).forms:
                    clauses.append((Occur.Must, self._demand(terms, field)))
                    if required is Required.ANY and field is not Field.ABSTRACT:
                        scoring = self._wishes.scoring(terms, field, 1.0)
                        clauses += [(Occur.Should, query) for query in scoring]
                case _:
                    clauses.append((Occur.Must, self.query(child, required)))
        return combined(clauses)


def has_choice(root: Node) -> bool:
    """Whether any word and every word are two questions: not where at most one word stands by itself."""
    match root:
        case Word(text):
            return len(word_terms(text).forms) > 1
        case And(children):
            # a word beside one marked with + is a wish alone
            words = sum(isinstance(child, Word | Every) for child in children)
            return words > 1 or any(map(has_choice, children))
        case Or(children) | Every(children):
            return any(map(has_choice, children))
        case Not(child):
            return has_choice(child)
        case _:
            return False


def _side_by_side_in(root: Node) -> Sequence[Node]:
    return root.children if isinstance(root, And) else (root,)


def _words_alone(root: Node) -> bool:
    return all(isinstance(child, Word) for child in _side_by_side_in(root))


def _loose_words(children: Sequence[Node]) -> tuple[list[Loose], list[Loose]]:
    """The words among children that have anything to look for, and those that say something by themselves."""
    words = Counter(child for child in children if isinstance(child, Word))
    loose = [(word_terms(word.text), word.field, times) for word, times in words.items()]
    loose = [entry for entry in loose if entry[0].forms]
    return loose, [entry for entry in loose if not entry[0].is_function_word] or loose
