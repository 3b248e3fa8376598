"""The layer lists of ARCHITECTURE.md hold for every import in the source, late ones included."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VALUES = {"postil": {"paper", "paper_id", "categories", "clock", "errors", "settings", "status"}}
BLOCK = re.compile(r"^```layers (\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Room:
    """What one room may import."""

    rooms: frozenset[str]
    packages: frozenset[str]


def read_layers(document: str) -> dict[str, dict[str, Room]]:
    """The lists of a document: distribution -> room -> what it may import."""
    layers: dict[str, dict[str, Room]] = {}
    for name, body in BLOCK.findall(document):
        layers[name] = {}
        for line in filter(None, map(str.strip, body.splitlines())):
            room, _, allowed = line.partition(":")
            rooms, _, packages = allowed.partition("|")
            layers[name][room] = Room(frozenset(rooms.split()), frozenset(packages.split()))
    return layers


def imported_names(tree: ast.AST, package: str) -> Iterator[str]:
    """Every dotted name that a module imports, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                kept = parents[: len(parents) - node.level + 1]
                base = ".".join([*kept, *filter(None, [node.module])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in {"import_module", "__import__"} and isinstance(node.args[0].value, str):
                yield node.args[0].value


def room_of(name: str, distribution: str) -> str | None:
    """The room that a dotted name lies in; None for the distribution's own top."""
    parts = name.split(".")
    if len(parts) < 2:
        return None
    return "values" if parts[1] in VALUES.get(distribution, set()) else parts[1]


def crossings(source: Path, distribution: str) -> Iterator[tuple[Path, str, str, bool]]:
    """(file, room, what it imports, whether that is a room) for every import that leaves its room."""
    for path in sorted((source / distribution).rglob("*.py")):
        dotted = ".".join(path.relative_to(source).with_suffix("").parts)
        room = room_of(dotted, distribution)
        if room in {None, "__init__"}:
            room = "top"
        package = dotted.rpartition(".")[0]
        if path.stem == "__init__":
            package = dotted.removesuffix(".__init__")
        for name in imported_names(ast.parse(path.read_text("utf-8")), package):
            top = name.partition(".")[0]
            if top == distribution:
                other = room_of(name, distribution)
                exists = other and (
                    other == "values"
                    or (source / distribution / other).is_dir()
                    or (source / distribution / f"{other}.py").is_file()
                )
                if exists and other != room:
                    yield path, room, str(other), True
            elif top not in sys.stdlib_module_names:
                yield path, room, top, False


def broken_rules(source: Path, distribution: str, layers: dict[str, Room]) -> list[str]:
    """One line for each import that the lists do not allow."""
    complaints = []
    for path, room, target, is_room in crossings(source, distribution):
        allowed = layers.get(room, Room(frozenset(), frozenset()))
        if target not in (allowed.rooms if is_room else allowed.packages):
            complaints.append(f"{path.relative_to(source)}: {room} may not import {target}")
    return sorted(set(complaints))


LAYERS = read_layers((ROOT / "ARCHITECTURE.md").read_text("utf-8"))


@pytest.mark.parametrize("distribution", ["postil", "lemmata"])
def test_every_import_is_allowed_by_the_lists(distribution):
    source = ROOT / "packages" / distribution / "src"
    assert broken_rules(source, distribution, LAYERS[distribution]) == []


@pytest.mark.parametrize("distribution", ["postil", "lemmata"])
def test_the_lists_allow_nothing_that_is_not_used(distribution):
    source = ROOT / "packages" / distribution / "src"
    used = {(room, target) for _, room, target, _ in crossings(source, distribution)}
    listed = {
        (room, target)
        for room, allowed in LAYERS[distribution].items()
        for target in allowed.rooms | allowed.packages
    }
    assert listed - used == set()


@pytest.mark.parametrize("distribution", ["postil", "lemmata"])
def test_dependence_points_one_way(distribution):
    seen: set[str] = set()
    remaining = dict(LAYERS[distribution])
    while remaining:
        free = [room for room, allowed in remaining.items() if allowed.rooms <= seen]
        assert free, f"a ring among {sorted(remaining)}"
        for room in free:
            seen.add(room)
            del remaining[room]


def test_lemmata_never_imports_postil():
    source = ROOT / "packages" / "lemmata" / "src"
    assert "postil" not in {target for _, _, target, _ in crossings(source, "lemmata")}


WRONG = {
    "upward": "from reader.web import page",
    "upward inside a function": "def f():\n    import reader.web.page",
    "upward by name": "import importlib\nimportlib.import_module('reader.web')",
    "relative": "from ..web import page",
    "an unlisted package": "import requests",
    "only for types": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import reader.web",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_a_forbidden_import_is_seen(tmp_path, text):
    layers = read_layers("```layers reader\nstore: |\nweb: store |\n```\n")["reader"]
    for room, content in {"web": "from reader.store import page\n", "store": text}.items():
        folder = tmp_path / "reader" / room
        folder.mkdir(parents=True)
        (folder / "page.py").write_text(content, "utf-8")
    assert len(broken_rules(tmp_path, "reader", layers)) == 1
