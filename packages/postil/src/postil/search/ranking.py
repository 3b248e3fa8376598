"""The order of what a query finds: by words, and by words and meaning where there are vectors.

Meaning changes the order of the best of what the words find, and adds nothing to it: conditions hold, and
counts are those of the words. Only where the words find less than a page, papers that are near in a space of
an embedding model and meet every condition follow after; how many is said. Behind the papers that were put in
order together, the words alone go on, so that pages neither overlap nor leave a gap. The same code ranks for
readers and for `postil evaluate`. Candidates from the vectors' side were measured and refused: one of six
collections gained by them, .0017, and they cost a search of all vectors.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from tantivy import Occur, Query

from postil.search.lexical import Generation, Position
from postil.search.translation import Required
from postil.text.query import And, Every, Node, Or, Phrase, Word

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

    from postil.search.fusion import Candidates, Question
    from postil.search.vectors import Vectors

WINDOW = 200
"""How many of the best by words are put in order by meaning; half as many gave the same nDCG@10."""

_BY_WORDS = 50
"""How many are kept where words alone put them in order: two pages."""

FEW = 20
"""Fewer papers with any of the words than this, and meaning looks beyond them."""

NEAR = 0.35
"""How near a paper without the words must be: from 0, as papers at large, to 1, as the question itself."""

_WINDOWS_KEPT = 128


@dataclass(frozen=True, slots=True)
class Ranked:
    """A part of an order.

    Attributes:
        numbers: store numbers of the papers, best first.
        total: how many papers the whole order has; None where nobody has counted what has the words.
        beyond: how many of these have none of the words, and were found by their meaning.
    """

    numbers: tuple[int, ...]
    total: int | None
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class _Window:
    """The first papers of an order, put in order together.

    Attributes:
        numbers: their store numbers, best first.
        width: how many were asked for by their words.
        taken: how many there were.
        counted: how many papers have the words, where that is known.
    """

    numbers: tuple[int, ...]
    width: int
    taken: int
    counted: int | None

    @property
    def beyond(self) -> int:
        """How many were found by their meaning."""
        return len(self.numbers) - self.taken

    @property
    def is_all(self) -> bool:
        """Whether there are no more papers."""
        return self.taken < self.width


_Key = tuple[Position, Node, tuple[str, ...]]


class Ranker:
    """Ranks by words and by the spaces of vectors that are ready; without any, by words alone."""

    def __init__(self, spaces: Sequence["Vectors"] = ()) -> None:
        self._spaces = tuple(spaces)
        self._windows: OrderedDict[_Key, _Window] = OrderedDict()
        self._lock = Lock()

    def page(
        self, generation: Generation, root: Node, limit: int, offset: int = 0, *, counting: bool
    ) -> Ranked:
        """Some papers of an order; `counting` ranks and counts in one pass: less work, later done."""
        window = self._window(generation, root, self._ready(root), counting)
        numbers = window.numbers[offset : offset + limit]
        if window.is_all:
            return Ranked(numbers, len(window.numbers), window.beyond)
        if len(numbers) < limit:
            behind = max(0, offset - window.width)
            numbers += _behind(generation, root, window, limit - len(numbers), behind)
        return Ranked(numbers, window.counted)

    def first(self, generation: Generation, root: Node, limit: int) -> tuple[int, ...]:
        """The numbers alone of the first papers; nothing is counted."""
        return self.page(generation, root, limit, counting=False).numbers

    def shares(self, generation: Generation, root: Node, number: int) -> dict[str, float]:
        """What `words`, and each space by its name, add to the score by which a paper stands in the order.

        Empty where words alone put it there: without vectors, or behind those put in order together.
        """
        ready = self._ready(root)
        return _shares(generation, root, ready, number) if ready else {}

    def _ready(self, root: Node) -> tuple["Vectors", ...]:
        if not self._spaces or not _has_words(root):
            return ()
        return tuple(space for space in self._spaces if space.ready())

    def _window(
        self, generation: Generation, root: Node, ready: Sequence["Vectors"], counting: bool
    ) -> _Window:
        key = (generation.position, root, tuple(space.name for space in ready))
        with self._lock:
            if window := self._windows.get(key):
                self._windows.move_to_end(key)
                return window
        window = _ordered(generation, root, ready, counting)
        with self._lock:
            self._windows[key] = window
            while len(self._windows) > _WINDOWS_KEPT:
                self._windows.popitem(last=False)
        return window


def _behind(
    generation: Generation, root: Node, window: _Window, limit: int, offset: int
) -> tuple[int, ...]:
    """What the words alone rank behind a window; its papers are left out by number, whatever they score."""
    before = generation.numbered(window.numbers)
    wishes = generation.translator.query(root, Required.ANY)
    rest = Query.boolean_query([(Occur.Must, wishes), (Occur.MustNot, before)])
    return generation.rank(rest, limit, offset)


def _ordered(
    generation: Generation, root: Node, ready: Sequence["Vectors"], counting: bool
) -> _Window:
    width, translator, counted = WINDOW if ready else _BY_WORDS, generation.translator, None
    if counting:
        query = translator.query(root, Required.ANY)
        found, counted = generation.scored_and_counted(query, width)
    else:
        found = generation.scored(translator.ways(root), width)
    words = tuple(number for number, _ in found)
    by_words = _Window(words, width, len(words), counted)
    if not ready:
        return by_words
    # late, as NumPy takes a tenth of a second to load
    import numpy as np

    from postil.search import fusion

    asked = fusion.questions(ready, asked_text(root))
    if not asked:
        return by_words
    numbers = np.array(words, np.int64)
    candidates = _candidates(generation, root, found)
    ranked = numbers[fusion.order(candidates, asked)] if words else numbers
    beyond = _beyond(generation, root, asked, numbers) if len(words) < FEW else ()
    return _Window((*ranked.tolist(), *beyond), width, len(words), counted)


def _candidates(
    generation: Generation, root: Node, found: Sequence[tuple[int, float]]
) -> "Candidates":
    import numpy as np

    from postil.search import fusion

    numbers = [number for number, _ in found]
    named = generation.translator.named(root)
    names = generation.among(named, numbers) if named else set()
    return fusion.Candidates(
        np.array(numbers, np.int64),
        np.array([score for _, score in found], np.float64),
        np.array([number in names for number in numbers], np.bool_),
    )


def _shares(
    generation: Generation, root: Node, ready: Sequence["Vectors"], number: int
) -> dict[str, float]:
    """What words and meaning give to one paper of the papers that were put in order together."""
    import numpy as np

    from postil.search import fusion

    found = generation.scored(generation.translator.ways(root), WINDOW)
    asked = fusion.questions(ready, asked_text(root))
    places = [at for at, (each, _) in enumerate(found) if each == number]
    if not asked or not found:
        return {}
    if places:
        candidates = _candidates(generation, root, found)
        parts = fusion.parts(candidates, fusion.nearer(candidates, asked))
        return {name: float(scores[places[0]]) for name, scores in parts.items()}
    numbers = np.array([each for each, _ in found], np.int64)
    beyond = _beyond(generation, root, asked, numbers) if len(found) < FEW else ()
    if number not in beyond:
        return {}
    model = next(question for question in asked if question.space.name == "model")
    return {"model": float(fusion.meaning(model, np.array([number], np.int64))[0])}


def _beyond(
    generation: Generation, root: Node, asked: Sequence["Question"], found: "NDArray[int64]"
) -> tuple[int, ...]:
    """Papers that have none of the words and meet every condition, nearest first, in a model's space.

    A space learnt from the library's own words has nothing to say about a question that shares none of them.
    """
    import numpy as np

    from postil.search import fusion

    conditions = generation.translator.conditions(root)
    asked = [question for question in asked if question.space.name == "model"]
    if conditions is None or not asked:
        return ()
    near, _ = asked[0].space.nearest(asked[0].vector, 4 * FEW)
    near = near[~np.isin(near, found)]
    near = near[fusion.meaning(asked[0], near) >= NEAR]
    allowed = generation.among(conditions, near.tolist())
    return tuple(number for number in near.tolist() if number in allowed)[:FEW]


def _has_words(root: Node) -> bool:
    """Whether words that need not stand as written are looked for: a quotation alone says all it means."""
    match root:
        case Word():
            return True
        case And(children) | Every(children) | Or(children):
            return any(map(_has_words, children))
        case _:
            return False


def asked_text(root: Node) -> str:
    """The words and phrases of a tree that are looked for, in their order."""
    match root:
        case Word(text) | Phrase(text):
            return text
        case And(children) | Every(children) | Or(children):
            return " ".join(filter(None, map(asked_text, children)))
        case _:
            return ""
