"""arXiv's groups, archives and categories as its interfaces show them, and who is on which list."""

from collections.abc import Iterable
from functools import cache, lru_cache

from postil.categories import ALIASES, archive, canonical, categories, keys
from postil.paper import AnnouncementKind
from postil.testing.history import Action, Change

PHYSICS = frozenset(
    (
        "astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th "
        "math-ph nlin nucl-ex nucl-th physics quant-ph"
    ).split()
)
PHYSICS_LIST = "grp_physics"
_OTHER_NAMES = {first: second for second, first in ALIASES.items()}
_NAMES = {
    "astro-ph": "Astrophysics",
    "cond-mat": "Condensed Matter",
    "cs": "Computer Science",
    "econ": "Economics",
    "eess": "Electrical Engineering and Systems Science",
    "math": "Mathematics",
    "nlin": "Nonlinear Sciences",
    "physics": "Physics",
    "q-bio": "Quantitative Biology",
    "q-fin": "Quantitative Finance",
    "stat": "Statistics",
    PHYSICS_LIST: "Physics",
}


@cache
def archives() -> frozenset[str]:
    """Every archive in use."""
    return frozenset(archive(code) for code in categories())


@cache
def lists() -> frozenset[str]:
    """Every name that a list or catch-up page can be asked for by, both codes of an alias included."""
    return archives() | frozenset(categories()) | frozenset(ALIASES) | {PHYSICS_LIST}


def display(code: str) -> str:
    """A category as pages show it: `Machine Learning (cs.LG)`."""
    known = categories().get(canonical(code))
    return f"{known.name if known else code} ({code})"


def list_name(name: str) -> str:
    """The heading of a list."""
    if name in _NAMES:
        return _NAMES[name]
    known = categories().get(canonical(name))
    return known.name if known else name


def set_of(code: str) -> str:
    """The OAI set of a category, archive or group: `cs:cs:LG`, `physics:hep-th`, `physics`."""
    if code == PHYSICS_LIST:
        return "physics"
    own = archive(code)
    group = "physics" if own in PHYSICS else own
    return f"{group}:{code.replace('.', ':')}"


@lru_cache(maxsize=65_536)
def sets_of(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The sets in a record's header: each category, and the other code of one that has two."""
    found: dict[str, None] = {}
    for code in codes:
        found[set_of(code)] = None
        other = ALIASES.get(code) or _OTHER_NAMES.get(code)
        if other:
            found[set_of(other)] = None
    return tuple(found)


@lru_cache(maxsize=65_536)
def in_set(codes: tuple[str, ...], wanted: str) -> bool:
    """Whether a paper in `codes` is in the set."""
    return any(own == wanted or own.startswith(f"{wanted}:") for own in sets_of(codes))


@cache
def all_sets() -> dict[str, str]:
    """Every set with its name: groups, archives, categories."""
    groups = {"physics": "Physics"} | {a: _NAMES[a] for a in sorted(archives() - PHYSICS)}
    own = {set_of(a): list_name(a) for a in sorted(archives())}
    rest = {set_of(c): list_name(c) for c in sorted({*categories(), *ALIASES})}
    return groups | own | rest


@lru_cache(maxsize=65_536)
def on_list(codes: tuple[str, ...], name: str) -> bool:
    """Whether a paper in `codes` belongs to a list: a category, an archive or the physics group."""
    held = keys(codes)
    if name == PHYSICS_LIST:
        return not held.isdisjoint(PHYSICS)
    # A category's other code is never among the keys, an archive's name always is.
    return canonical(name) in held


def kind_on(name: str, change: Change) -> AnnouncementKind | None:
    """How a list shows a change, None where it does not."""
    codes = change.wording.categories
    if not change.listed or not on_list(codes, name):
        return None
    first = on_list(codes[:1], name)
    if change.action is Action.NEW:
        return AnnouncementKind.NEW if first else AnnouncementKind.CROSS
    if change.action is Action.CROSS:
        added = on_list(change.added, name) and not first
        return AnnouncementKind.CROSS if added else None
    return AnnouncementKind.REPLACE


def strongest_kind(change: Change, names: Iterable[str] | None) -> AnnouncementKind | None:
    """The strongest kind that a change has on the lists `names`; on any list where None."""
    if names is None:
        return AnnouncementKind(change.action.value) if change.listed else None
    found = {kind_on(name, change) for name in names} - {None}
    return next((kind for kind in AnnouncementKind if kind in found), None)
