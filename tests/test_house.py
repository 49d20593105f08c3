"""The rules of the house, read off the sources: who may import whom, who may read a clock, what is public.

`HOUSE` below is the map. To add a room, or to move one to another floor, change the map on purpose, in the
same commit, and say there why. Each rule is a function from a `House` to the lines that tell what breaks it.
The tests here hold the rules against src/tickwright; those in test_house_rules.py hold them against small
made-up houses that break them.
"""

from __future__ import annotations

import ast
import importlib
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

# The map --------------------------------------------------------------------------------------------------
#
# The first line that names a module decides. `x` is that file or that folder's __init__.py, `x.*` everything
# below the folder, `*` any other file at the top of the package. The roof is the package's own __init__.py.

HOUSE = (
    # floor, name,   its modules
    (6, "roof", ("__init__",)),
    (5, "faces", ("cli", "cli.*", "dashboard", "dashboard.*", "testing", "testing.*")),
    (4, "shells", ("schedulers", "schedulers.*")),
    (2, "core", ("core", "core.*")),
    (1, "ports", ("jobstores.base", "jobstores.batches", "jobstores.body", "jobstores.history")),
    (1, "ports", ("jobstores.job_table", "jobstores.leases", "jobstores.trigger_code")),
    (1, "ports", ("executors.base", "executors.call", "executors.crew", "executors.crewed")),
    (1, "ports", ("serializers", "serializers.*")),
    (3, "adapters", ("jobstores", "jobstores.*", "executors", "executors.*")),
    (0, "words", ("triggers", "triggers.*", "*")),
)

WORDS, CORE, ADAPTERS, FACES, ROOF = 0, 2, 3, 5, 6

# These decide, and nothing else: they know words only, not even the ports.
WORDS_ONLY = ("core.backlog", "core.changing", "core.firing", "core.jitter", "core.settling", "core.taker")

# The folders whose __init__.py is a door: it says what is inside, at most hands it on, and makes nothing.
DOORS = ("__init__", "executors", "jobstores", "schedulers")

# The one file that reads a clock; everyone else is given `now`.
CLOCK_ROOM = "clock"

CLOCKS = frozenset(
    {
        "datetime.date.today",
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "time.clock_gettime",
        "time.clock_gettime_ns",
        "time.monotonic",
        "time.monotonic_ns",
        "time.perf_counter",
        "time.perf_counter_ns",
        "time.sleep",
        "time.time",
        "time.time_ns",
    }
)


class Library(NamedTuple):
    """Where a library from outside may be imported, and the extra that installs it for users."""

    rooms: tuple[str, ...]
    extra: str | None


EVERYWHERE = ("__init__", "*")
LIBRARIES = {
    # The core dependencies.
    "dateutil": Library(EVERYWHERE, None),
    "tzlocal": Library(EVERYWHERE, None),
    # The conformance suites are pytest classes; who subclasses one has pytest.
    "pytest": Library(("testing", "testing.*"), None),
    # It says some of what triggers describe, where it is installed.
    "cron_descriptor": Library(("triggers.cron.descriptor",), "describe"),
    # One adapter each.
    "sqlalchemy": Library(("jobstores.sqlalchemy", "jobstores.sqlalchemy.*"), "sqlalchemy"),
    "redis": Library(("jobstores.redis", "jobstores.redis.*"), "redis"),
    "pymongo": Library(("jobstores.mongodb", "jobstores.mongodb.*"), "mongodb"),
    "bson": Library(("jobstores.mongodb", "jobstores.mongodb.*"), "mongodb"),
    "pika": Library(("jobstores.rabbitmq", "jobstores.rabbitmq.*"), "rabbitmq"),
    "distributed": Library(("executors.dask", "executors.dask.*"), "dask"),
}

LONGEST_FILE = 400
LONG_FILES: dict[str, str] = {
    # "core.engine": "why it is one concept all the same",
}

LONGEST_FIRST_LINE = 120
NO_NAMES = frozenset({"common", "helper", "helpers", "misc", "util", "utils"})

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = "tickwright"


# Reading the sources --------------------------------------------------------------------------------------


class Import(NamedTuple):
    """One name taken from one module: `from module import name`, or `import module` where name is empty."""

    module: str
    name: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One source file, named as the module below the package: "triggers.cron"; the roof is "__init__"."""

    name: str
    path: Path
    lines: int
    tree: ast.Module
    imports: tuple[Import, ...] = ()

    def at(self, line: int) -> str:
        return f"{self.path.name if self.name == '__init__' else self.name}:{line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """All rooms below one package folder, and what could not be read as Python."""

    root: Path
    rooms: MappingProxyType[str, Room]
    unreadable: tuple[str, ...] = field(default=())


def read_house(root: Path) -> House:
    """Read every source file below `root`, the folder of the package."""
    found: dict[str, tuple[Path, str, ast.Module]] = {}
    unreadable = []
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        source = path.read_text(encoding="utf-8")
        try:
            found[name] = path, source, ast.parse(source)
        except SyntaxError as error:
            unreadable.append(f"{name}:{error.lineno}: is not Python: {error.msg}")
    rooms = {
        name: Room(
            name=name,
            path=path,
            lines=len(source.splitlines()),
            tree=tree,
            imports=tuple(read_imports(tree, name, path, set(found))),
        )
        for name, (path, source, tree) in found.items()
    }
    return House(root=root, rooms=MappingProxyType(rooms), unreadable=tuple(unreadable))


def read_imports(tree: ast.Module, name: str, path: Path, rooms: set[str]) -> Iterator[Import]:
    """Yield what a file imports, wherever in it: inside functions and under TYPE_CHECKING too.

    Our own modules come out as "tickwright.NAME", the package itself as "tickwright.__init__".
    """
    package = [PACKAGE, *name.split(".")]
    if name == "__init__" or path.name != "__init__.py":
        package.pop()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(ours(alias.name), "", node.lineno)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                if f"{base}.{alias.name}".removeprefix(f"{PACKAGE}.") in rooms:  # a module, not a name in one
                    yield Import(ours(f"{base}.{alias.name}"), "", node.lineno)
                else:
                    yield Import(ours(base), alias.name, node.lineno)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            wanted = node.args[0].value
            if called in {"import_module", "__import__"} and isinstance(wanted, str):
                above = package[: len(package) - len(wanted) + len(wanted.lstrip(".")) + 1]
                full = ".".join([*above, wanted.lstrip(".")]) if wanted.startswith(".") else wanted
                yield Import(ours(full), "", node.lineno)


def ours(module: str) -> str:
    return f"{PACKAGE}.__init__" if module == PACKAGE else module


def own_imports(room: Room) -> Iterator[tuple[Import, str]]:
    """Yield the imports of our own modules with the name of the room they go to."""
    for imported in room.imports:
        if imported.module.startswith(f"{PACKAGE}."):
            yield imported, imported.module.removeprefix(f"{PACKAGE}.")


# Where a room is ------------------------------------------------------------------------------------------


def matches(name: str, pattern: str) -> bool:
    if pattern == "*":
        return "." not in name
    if pattern.endswith(".*"):
        return name.startswith(pattern[:-1])
    return name == pattern


def floor_of(name: str) -> int | None:
    """Return the floor of a room, or None where the map does not show it."""
    for floor, _, patterns in HOUSE:
        if any(matches(name, pattern) for pattern in patterns):
            return floor
    return None


def flat_of(name: str) -> str:
    """Return the part of its floor that a room shares with others.

    An adapter lives alone, a face too, each with the modules of its own folder; other floors are one flat.
    """
    floor = floor_of(name)
    if floor == ADAPTERS:
        return ".".join(name.split(".")[:2])
    if floor == FACES:
        return name.split(".")[0]
    return str(floor)


# The rules ------------------------------------------------------------------------------------------------


def every_room_is_on_the_map(house: House) -> Iterator[str]:
    yield from house.unreadable
    for name in house.rooms:
        if floor_of(name) is None:
            yield f"{name}: is on no floor; add it to HOUSE at the top of tests/test_house.py"
    folders = {name.rpartition(".")[0] or "__init__" for name in house.rooms}
    for folder in sorted(folders - set(house.rooms)):
        yield f"{folder}: the folder has no __init__.py that says what it is for"


def imports_point_down(house: House) -> Iterator[str]:
    for room in house.rooms.values():
        here = floor_of(room.name)
        for imported, target in own_imports(room):
            there = floor_of(target)
            if here is None or there is None:
                continue  # told by every_room_is_on_the_map
            if there > here:
                yield f"{room.at(imported.line)}: floor {here} imports {target} from floor {there} above it"
            elif there == here and flat_of(target) != flat_of(room.name):
                if room.name in DOORS and target.startswith(f"{room.name}."):
                    continue  # a door hands on what is in its own folder
                what = "an adapter imports another adapter" if here == ADAPTERS else "a face imports another"
                yield f"{room.at(imported.line)}: {what}, {target}; what they share belongs a floor below"
            elif room.name in WORDS_ONLY and there != WORDS and target not in WORDS_ONLY:
                yield (
                    f"{room.at(imported.line)}: decides, so it may import words and other deciding rooms only, "
                    f"not {target}"
                )


def imports_make_no_cycle(house: House) -> Iterator[str]:
    below = {
        room.name: sorted({target for _, target in own_imports(room)} & set(house.rooms))
        for room in house.rooms.values()
    }
    finished: set[str] = set()

    def walk(name: str, way: list[str]) -> Iterator[str]:
        if name in way:
            yield "an import cycle: " + " -> ".join([*way[way.index(name) :], name])
        elif name not in finished:
            for target in below[name]:
                yield from walk(target, [*way, name])
            finished.add(name)

    for name in sorted(below):
        yield from walk(name, [])


def faces_use_public_names_only(house: House) -> Iterator[str]:
    for room in house.rooms.values():
        if floor_of(room.name) != FACES:
            continue
        for imported, target in own_imports(room):
            names = [*target.removeprefix("__init__").split("."), imported.name]
            private = [name for name in names if name.startswith("_") and not name.endswith("__")]
            if private and flat_of(target) != flat_of(room.name):
                yield f"{room.at(imported.line)}: a face uses {private[0]} of {target}, which users cannot"


def only_the_clock_room_reads_a_clock(house: House) -> Iterator[str]:
    for room in house.rooms.values():
        if room.name == CLOCK_ROOM:
            continue
        known: dict[str, str] = {}  # what a name in this file stands for: {"dt": "datetime.datetime"}
        for node in ast.walk(room.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    known[alias.asname or alias.name.split(".")[0]] = alias.name
            elif isinstance(node, ast.ImportFrom) and node.module in {"time", "datetime"} and not node.level:
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    known[alias.asname or alias.name] = full
                    if full in CLOCKS or alias.name == "*":
                        yield f"{room.at(node.lineno)}: imports {full}; only clock.py reads a clock"
        for node in ast.walk(room.tree):
            if isinstance(node, ast.Attribute):
                first, *rest = ast.unparse(node).split(".")
                full = ".".join([known.get(first, "?"), *rest])
                if full in CLOCKS:
                    yield f"{room.at(node.lineno)}: uses {full}; only clock.py reads a clock, `now` is given"


def libraries_stay_in_their_adapter(house: House) -> Iterator[str]:
    for room in house.rooms.values():
        for imported in room.imports:
            library = imported.module.split(".")[0]
            if library in sys.stdlib_module_names or library == PACKAGE:
                continue
            allowed = LIBRARIES.get(library)
            if allowed is None:
                yield (
                    f"{room.at(imported.line)}: imports {library}; every library belongs to one adapter, "
                    f"named in LIBRARIES at the top of tests/test_house.py"
                )
            elif allowed.rooms != EVERYWHERE and not any(matches(room.name, p) for p in allowed.rooms):
                yield f"{room.at(imported.line)}: imports {library}, which belongs to {allowed.rooms[0]}"


def extras_and_imports_agree(house: House, extras: set[str]) -> Iterator[str]:
    used = {
        LIBRARIES[library].extra
        for room in house.rooms.values()
        for library in {imported.module.split(".")[0] for imported in room.imports} & set(LIBRARIES)
    } - {None}
    known = {library.extra for library in LIBRARIES.values()}
    for extra in sorted(map(str, used - extras)):
        yield f"pyproject.toml has no extra {extra!r}, which an adapter tells its users to install"
    for extra in sorted(extras - used):
        why = "nothing imports what it installs" if extra in known else "LIBRARIES does not know it"
        yield f"pyproject.toml has an extra {extra!r}, but {why}"


def every_room_says_what_it_is_for(house: House) -> Iterator[str]:
    for room in house.rooms.values():
        first = (ast.get_docstring(room.tree, clean=False) or "").split("\n")[0]
        if not first:
            yield f"{room.at(1)}: has no docstring that says on its first line what the room is for"
        elif not first.endswith("."):
            yield f"{room.at(1)}: the first line of its docstring is no sentence: {first!r}"
        elif len(first) > LONGEST_FIRST_LINE:
            yield f"{room.at(1)}: the first line of its docstring has {len(first)} characters"


def names_say_what_is_inside(house: House) -> Iterator[str]:
    for name in house.rooms:
        for part in name.split("."):
            if part.strip("_") in NO_NAMES:
                yield f"{name}: {part!r} says nothing; name a file by the noun in it"


def files_are_short(house: House) -> Iterator[str]:
    for room in house.rooms.values():
        if room.lines > LONGEST_FILE and room.name not in LONG_FILES:
            yield (
                f"{room.name}: has {room.lines} lines; look for the second concept in it, "
                f"or list it with the reason in LONG_FILES at the top of tests/test_house.py"
            )
    for name in LONG_FILES:
        if name not in house.rooms or house.rooms[name].lines <= LONGEST_FILE:
            yield f"{name}: is no long file any more; take it out of LONG_FILES"


def doors_only_hand_on(house: House) -> Iterator[str]:
    for name in DOORS:
        room = house.rooms.get(name)
        for node in room.tree.body if room else ():
            match node:
                case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom():
                    continue
                case ast.FunctionDef(name="__getattr__" | "__dir__"):
                    continue
                case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Assign(targets=[ast.Name(id="TYPE_CHECKING")]):
                    continue
                case ast.Assign() | ast.AnnAssign():
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    if all(isinstance(target, ast.Name) and target.id.startswith("_") for target in targets):
                        continue
            yield f"{name}:{node.lineno}: this __init__.py only hands names on; what it makes needs a room"


def all_is_sorted_and_whole(house: House) -> Iterator[str]:
    roof = house.rooms.get("__init__")
    if roof is None:
        return  # told by every_room_is_on_the_map
    listed = public_list(roof)
    if listed is None:
        yield "__init__.py: has no literal __all__, the list of the public names"
        return
    if listed != sorted(set(listed)):
        wrong = next((a for a, b in zip(listed, sorted(set(listed)), strict=False) if a != b), listed[-1])
        yield f"__init__.py: __all__ is not as sorted() has it, or has a name twice, from {wrong!r} on"
    if missing := sorted({name for name in handed_on(roof) if not name.startswith("_")} - set(listed)):
        yield f"__init__.py: public, but not in __all__: {', '.join(missing)}"


def public_list(room: Room) -> list[str] | None:
    for node in room.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
                try:
                    return list(ast.literal_eval(node.value))
                except ValueError:
                    return None
    return None


def handed_on(room: Room) -> Iterator[str]:
    """Yield the names that a file takes from our other modules or makes itself, outside of functions."""
    waiting: list[ast.stmt] = list(room.tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If):
            waiting += [*node.body, *node.orelse]
        elif isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] == PACKAGE):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = (target.id for target in targets if isinstance(target, ast.Name))
            yield from (name for name in names if name != "TYPE_CHECKING")


def the_version_stands_in_one_place(house: House) -> Iterator[str]:
    for room in house.rooms.values():
        for node in ast.walk(room.tree):
            match node:
                case ast.Assign(targets=[ast.Name(id="__version__")], value=ast.Constant()):
                    yield f"{room.at(node.lineno)}: the version stands in pyproject.toml only"


Rule = Callable[[House], Iterator[str]]

RULES: tuple[Rule, ...] = (
    every_room_is_on_the_map,
    imports_point_down,
    imports_make_no_cycle,
    faces_use_public_names_only,
    only_the_clock_room_reads_a_clock,
    libraries_stay_in_their_adapter,
    every_room_says_what_it_is_for,
    names_say_what_is_inside,
    files_are_short,
    doors_only_hand_on,
    all_is_sorted_and_whole,
    the_version_stands_in_one_place,
)


# Our house ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def our_house() -> House:
    return read_house(PROJECT / "src" / PACKAGE)


def told(rule: Rule, house: House) -> str:
    return "\n".join(dict.fromkeys(rule(house)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_our_house_keeps_the_rule(rule, our_house):
    assert not (broken := told(rule, our_house)), f"\n{broken}"


def test_our_extras_install_what_our_adapters_import(our_house):
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    broken = list(extras_and_imports_agree(our_house, set(project.get("optional-dependencies", {}))))
    assert not broken, broken


def test_every_public_name_can_be_had_from_the_roof():
    roof = importlib.import_module(PACKAGE)
    assert roof.__file__, f"src/{PACKAGE}/__init__.py is not written yet: the public names are listed there"
    missing = [name for name in roof.__all__ if not hasattr(roof, name)]
    assert not missing, f"in __all__, but not there: {missing}"
