"""Faults of arXiv itself: true, but against every expectation. The world changes, and its truth."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

from postil.categories import ALIASES, canonical
from postil.paper_id import PaperId
from postil.testing.fault import Fault, named
from postil.testing.history import Action, Change, History, Wording, evening_before
from postil.testing.phrases import invented_name, invented_wording
from postil.testing.world import World

_OLD_ARCHIVES = ("math", "hep-th", "astro-ph", "quant-ph", "cmp-lg")
_SECONDS = {first: second for second, first in ALIASES.items()}


def _each(change: Callable[[History, Random], History]) -> Callable[[World, Random], World]:
    """A change of some papers, one by one."""

    def reshape(world: World, dice: Random) -> World:
        return World((change(h, dice) for h in world.histories.values()), world.skipped)

    return reshape


def _reworded(history: History, change: Callable[[Wording], Wording]) -> History:
    changes = tuple(replace(c, wording=change(c.wording)) for c in history.changes)
    return replace(history, changes=changes)


def _more_categories(*codes: str) -> Callable[[History, Random], History]:
    def change(history: History, dice: Random) -> History:
        if dice.random() > 0.1:
            return history
        return _reworded(
            history, lambda w: replace(w, categories=tuple(dict.fromkeys((*w.categories, *codes))))
        )

    return change


def _second_names_first(history: History, dice: Random) -> History:
    """Every category that has two codes carries both; in half of the papers the second code comes first."""
    second_first = dice.random() < 0.5

    def both(words: Wording) -> Wording:
        codes: dict[str, None] = {}
        for code in words.categories:
            first = canonical(code)
            pair = [first, _SECONDS[first]] if first in _SECONDS else [code]
            codes |= dict.fromkeys(reversed(pair) if second_first else pair)
        return replace(words, categories=tuple(codes))

    return _reworded(history, both)


def _jumped(history: History, _: Random) -> History:
    """The second version was never public: what was to be v2 is v3."""
    changes = tuple(
        replace(c, version=c.version + 1)
        if c.version > 1 and history.changes[0].version == 1
        else c
        for c in history.changes
    )
    return replace(history, changes=changes)


def _twice(history: History, dice: Random) -> History:
    """A second version on the very list that announced the paper as new."""
    first = history.changes[0]
    alone = len(history.changes) == 1 and first.action is Action.NEW
    if not alone or dice.random() > 0.1:
        return history
    words = replace(first.wording, comment="Sent again within the hour")
    again = replace(
        first,
        action=Action.REPLACE,
        version=2,
        wording=words,
        submitted=first.submitted + timedelta(minutes=50),
        modified=first.modified + timedelta(minutes=30),
    )
    return replace(history, changes=(first, again))


def _old_style(world: World, dice: Random) -> World:
    """On each day, papers with ids of the nineties are replaced or cross-listed."""
    histories = list(world.histories.values())
    for number, day in enumerate(world.days):
        for more in range(2):
            serial = 2 * number + more + 1
            key = f"{_OLD_ARCHIVES[serial % 5]}/{92 + serial % 8:02d}{serial % 12 + 1:02d}{serial:03d}"
            histories.append(_old_paper(PaperId("arxiv", key), day, serial, dice))
    return World(histories, world.skipped)


def _old_paper(paper_id: PaperId, day: date, serial: int, dice: Random) -> History:
    begun = datetime(2005, 9, 16, 4, tzinfo=UTC)
    month = paper_id.month or (1999, 1)
    words = invented_wording(dice, 900_000 + serial)
    then = datetime(*month, 17, 11, 5, tzinfo=UTC)
    first = Change(Action.RECORD, begun.date(), begun, begun, 1, then, words)
    due = evening_before(day)
    second = replace(
        first,
        action=Action.REPLACE,
        day=day,
        public=due,
        modified=due + timedelta(seconds=4_000 + serial),
        version=2,
        submitted=due - timedelta(hours=9),
        wording=replace(words, comment="At last, the second version"),
    )
    return History(paper_id, invented_name(dice), (first, second))


def _month_within_a_day(world: World, _: Random) -> World:
    """The last papers of a month's last list have the first ids of the next month."""
    new: dict[tuple[int, int], dict[date, list[PaperId]]] = {}
    for history in world.histories.values():
        first, month = history.changes[0], history.id.month
        if month and first.action is Action.NEW:
            new.setdefault(month, {}).setdefault(first.day, []).append(history.id)
    months = sorted(new)
    names: dict[PaperId, PaperId] = {}
    for month, following in pairwise(months):
        last_day = max(new[month])
        last = sorted(new[month][last_day], key=lambda i: i.key)
        moved = last[len(last) - len(last) // 3 :]
        gone = {i for i in world.skipped if i.month == month and moved and i.key > moved[0].key}
        stem = next(iter(new[following].values()))[0].key.partition(".")[0]
        shifted = [i for i in (*world.histories, *world.skipped) if i.key.startswith(f"{stem}.")]
        names |= {i: _serial(stem, int(i.key.partition(".")[2]) + len(moved), i) for i in shifted}
        names |= {i: _serial(stem, n, i) for n, i in enumerate(moved, 1)}
        world = World(
            world.histories.values(), {i: r for i, r in world.skipped.items() if i not in gone}
        )
    return _renamed(world, names)


def _renamed(world: World, names: Mapping[PaperId, PaperId]) -> World:
    histories = (replace(h, id=names.get(h.id, h.id)) for h in world.histories.values())
    skipped = {names.get(i, i): reason for i, reason in world.skipped.items()}
    return World(histories, skipped)


def _serial(stem: str, number: int, like: PaperId) -> PaperId:
    digits = len(like.key.partition(".")[2])
    return PaperId("arxiv", f"{stem}.{number:0{digits}d}")


def _moved_to(world: World, chosen: Iterable[PaperId], day: date, new_day: date) -> World:
    """What the chosen papers had on the list of `day` comes out with that of `new_day`."""
    ids = frozenset(chosen)
    gap = evening_before(new_day) - evening_before(day)
    histories = []
    for history in world.histories.values():
        changes = history.changes
        if history.id in ids:
            changes = tuple(_later(c, new_day, gap) if c.day == day else c for c in changes)
        histories.append(replace(history, changes=changes))
    return World(histories, world.skipped)


def _later(change: Change, day: date, gap: timedelta) -> Change:
    return replace(change, day=day, public=change.public + gap, modified=change.modified + gap)


def _on(world: World, day: date) -> list[PaperId]:
    return sorted(
        (h.id for h in world.histories.values() if any(c.day == day for c in h.changes)),
        key=lambda i: i.key,
    )


def _list_on_saturday(world: World, dice: Random) -> World:
    """Half of a Friday's list comes out on Saturday."""
    fridays = [d for d in world.days if d.weekday() == 4] or list(world.days)
    day = dice.choice(fridays[:4])
    saturday = day + timedelta(days=1)
    return _moved_to(world, _on(world, day)[1::2], day, saturday)


def _no_list(world: World, dice: Random) -> World:
    """A day falls out without notice; all of it comes with the next list."""
    if len(world.days) < 2:
        return world
    day = dice.choice(world.days[:-1][:8])
    following = next(d for d in world.days if d > day)
    return _moved_to(world, _on(world, day), day, following)


def _ids_late(world: World, dice: Random) -> World:
    """Some new papers wait for the next list, and leave gaps in the ids until then."""
    for day in world.days[:-1]:
        following = next(d for d in world.days if d > day)
        alone = [
            i
            for i in _on(world, day)
            if world.histories[i].changes[0].day == day and len(world.histories[i].changes) == 1
        ]
        chosen = [i for i in alone if dice.random() < 0.05]
        world = _moved_to(world, chosen, day, following)
    return world


def _ids_skipped(world: World, dice: Random) -> World:
    """A run of ids in the middle of a month is never given out."""
    new = sorted(
        (h.id for h in world.histories.values() if h.changes[0].action is Action.NEW),
        key=lambda i: i.key,
    )
    if not new:
        return world
    at = dice.choice(new[len(new) // 3 :])
    stem, serial = at.key.split(".")[0], int(at.key.partition(".")[2])
    later = [i for i in (*world.histories, *world.skipped) if i.key.startswith(f"{stem}.")]
    names = {
        i: _serial(stem, int(i.key.partition(".")[2]) + 7, i)
        for i in later
        if int(i.key.partition(".")[2]) >= serial
    }
    changed = _renamed(world, names)
    run = {_serial(stem, serial + n, at): "the identifier was skipped" for n in range(7)}
    return World(changed.histories.values(), {**changed.skipped, **run})


_TRUE = "it is the truth of this world"

WORLD_FAULTS = named(
    Fault(
        "month-boundary",
        "The ids of a new month begin within a day's list.",
        _TRUE,
        reshape=_month_within_a_day,
    ),
    Fault(
        "old-style-ids",
        "Papers with ids such as hep-th/9403012 are replaced every day.",
        _TRUE,
        reshape=_old_style,
    ),
    Fault(
        "category-unknown",
        "Papers in a category and an archive that nobody has heard of.",
        _TRUE,
        reshape=_each(_more_categories("cs.ZZ", "new-arch.QQ")),
    ),
    Fault(
        "category-aliases",
        "Papers carry both codes of a category that has two, the second one first.",
        _TRUE,
        reshape=_each(_second_names_first),
    ),
    Fault("version-jump", "After version 1 comes version 3.", _TRUE, reshape=_each(_jumped)),
    Fault(
        "announced-twice",
        "A paper is new and replaced on one and the same day.",
        _TRUE,
        reshape=_each(_twice),
    ),
    Fault(
        "list-on-saturday",
        "A list on a day that no calendar has.",
        _TRUE,
        reshape=_list_on_saturday,
    ),
    Fault(
        "list-falls-out",
        "No list on a day of the calendar; the next one has it all.",
        _TRUE,
        reshape=_no_list,
    ),
    Fault(
        "ids-late",
        "Some ids of a day are announced with the next list only.",
        _TRUE,
        reshape=_ids_late,
    ),
    Fault(
        "ids-skipped",
        "Seven ids in a row are never given out.",
        _TRUE,
        reshape=_ids_skipped,
    ),
)
