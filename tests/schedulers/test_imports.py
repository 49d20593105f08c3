"""What a program pays for at which moment: modules that are imported, counted, because a time would be noise."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest

from tickwright import BackgroundScheduler, BlockingScheduler
from tickwright.schedulers import adding, background, base, blocking, fitting, jobs, looking, outfit

# What none of this needs, and what each costs several milliseconds or more.
HEAVY = {
    "asyncio",
    "concurrent.futures",
    "ctypes",
    "dateutil",
    "email",
    "http",
    "importlib.metadata",
    "multiprocessing",
    "socketserver",
    "sqlite3",
    "ssl",
    "subprocess",
    "unittest",
    "xml",
}

# What a scheduler needs once it is made, and its class does not.
NOT_BY_IMPORT = {
    "dataclasses",
    "datetime",
    "hashlib",
    "inspect",
    "json",
    "logging",
    "pathlib",
    "pickle",
    "random",
    "re",
    "socket",
    "traceback",
    "typing",
    "uuid",
    "zoneinfo",
}

MOMENTS = """
import json, sys
seen, found = set(sys.modules), {}

def note(moment):
    found[moment] = sorted(set(sys.modules) - seen)
    seen.update(sys.modules)

from tickwright import BackgroundScheduler
note("imported")
from threading import Event
scheduler, failed = BackgroundScheduler(timezone="UTC"), Event()
scheduler.add_listener(lambda _: failed.set(), 1 << 12)
note("made")
scheduler.start()
note("started")

def fails():
    raise ValueError("on purpose")

scheduler.add_job(fails, id="fails")
failed.wait(10)
note("run")
scheduler.get_jobs(), scheduler.get_runs(), scheduler.health(), scheduler.pause(), scheduler.resume()
scheduler.remove_all_jobs()
scheduler.shutdown()
note("shut down")
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def imports() -> dict[str, list[str]]:
    """The modules that are imported first at each moment of a small program."""
    done = subprocess.run([sys.executable, "-c", MOMENTS], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_importing_the_scheduler_imports_few_modules(imports: dict[str, list[str]]) -> None:
    """40 at most, and 34 when this was written, 13 of them ours; APScheduler 3 imports 203."""
    assert len(imports["imported"]) <= 40, imports["imported"]
    assert len([name for name in imports["imported"] if name.startswith("tickwright")]) <= 16


def test_importing_the_scheduler_imports_nothing_that_only_its_work_needs(imports: dict[str, list[str]]) -> None:
    assert not NOT_BY_IMPORT & set(imports["imported"])


def test_the_engine_comes_with_the_first_scheduler_and_not_with_its_class(imports: dict[str, list[str]]) -> None:
    assert "tickwright.core.engine" not in imports["imported"]
    assert "tickwright.core.engine" in imports["made"]


@pytest.mark.parametrize("moment", ["imported", "made", "started", "run", "shut down"])
def test_a_scheduler_in_memory_needs_no_heavy_module(imports: dict[str, list[str]], moment: str) -> None:
    assert not HEAVY & set(imports[moment])


@pytest.mark.parametrize("moment", ["run", "shut down"])
def test_a_running_scheduler_imports_nothing(imports: dict[str, list[str]], moment: str) -> None:
    """What is first needed then would be imported in a signal's handler, in a fork, or as the interpreter ends."""
    assert imports[moment] == []


def test_all_modules_of_the_class_have_the_whole_outfit_once_a_scheduler_is_made() -> None:
    BackgroundScheduler()
    assert issubclass(BlockingScheduler, base.BaseScheduler)
    for room in (adding, background, base, blocking, fitting, jobs, looking):
        assert set(outfit.__all__) <= set(vars(room)), room.__name__


@pytest.mark.parametrize("scheduler", [BackgroundScheduler, BlockingScheduler])
def test_the_types_of_the_public_calls_can_be_asked_for(scheduler: type[base.BaseScheduler]) -> None:
    scheduler()
    for name in dir(scheduler):
        if not name.startswith("_") and callable(call := getattr(scheduler, name)):
            assert get_type_hints(call), name


def test_names_that_a_module_has_stay_when_the_outfit_is_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "is_dead", len)
    BackgroundScheduler()
    assert vars(base)["is_dead"] is len


# -- the rooms that are outfitted later ---------------------------------------------------------------------

OUTFIT = "tickwright.schedulers.outfit"
ROOMS = sorted(
    path for path in Path(outfit.__file__).parent.glob("*.py") if f"from {OUTFIT} import" in path.read_text("utf-8")
)


class Uses(ast.NodeVisitor):
    """Collects the names that a module uses while it runs, and those that only type checkers import."""

    def __init__(self, path: Path) -> None:
        self.used: set[str] = set()
        self.unseen: set[str] = set()
        self.visit(ast.parse(path.read_text("utf-8")))

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for one in node.body:
                if isinstance(one, ast.ImportFrom) and one.module != OUTFIT:
                    self.unseen.update(alias.asname or alias.name for alias in one.names)
        else:
            self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> None:
        """Its annotation is not evaluated."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for part in (*node.decorator_list, node.args, *node.body):
            self.visit(part)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Name(self, node: ast.Name) -> None:
        self.used.add(node.id)


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: path.stem)
def test_who_works_with_the_outfit_asks_for_it(path: Path) -> None:
    assert "\noutfit_later(globals())\n" in path.read_text("utf-8")


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: path.stem)
def test_what_else_only_type_checkers_see_is_used_in_annotations_only(path: Path) -> None:
    uses = Uses(path)
    assert not uses.used & uses.unseen, f"take it from {OUTFIT}, which is there at run time"


def test_the_rooms_are_found() -> None:
    assert {path.stem for path in ROOMS} >= {"adding", "background", "base", "blocking", "fitting", "jobs", "looking"}
