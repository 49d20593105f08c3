"""A job that cannot be loaded, whatever the cause: set aside, told once, never deleted, back by itself, books whole."""

from __future__ import annotations

import importlib
import pickle
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.bodies import altered
from tests.faults import deeds
from tests.faults.books import Planned, audit, plan_of
from tests.faults.stage import LEASE, LeasedScheduler, noting, take_no_more
from tests.jobstores.test_serialising_heart import SerialisingStore
from tests.schedulers.stage import SOON, Heard, in_time, soon
from tickwright import BackgroundScheduler, events
from tickwright.change import Change
from tickwright.core import tending
from tickwright.errors import UnreadableJobError
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.owner import Owner
from tickwright.run import Run, RunStatus
from tickwright.testing.suites.store.material import Host
from tickwright.virtual_clock import VirtualClock

MODULE = "tickwright_fragile_jobs"
SOURCE = """
from tests.faults import deeds

during = []

class Thing:
    def __init__(self, size):
        self.size = size

    def __setstate__(self, state):
        self.size = state["size"]

def work(thing):
    deeds.note()
    for do in during:
        do()
    return thing.size
"""
RENAMED = SOURCE.replace("def work", "def labour")
RESHAPED = SOURCE.replace('state["size"]', 'state["length"]')


class Shelf:
    """The module of the fragile job, as a file that can be changed, and what a running process makes of it."""

    def __init__(self, folder: Path, database: Path) -> None:
        self.file = folder / f"{MODULE}.py"
        self.database = database
        self.body = b""
        self.put(SOURCE)

    def put(self, source: str | None) -> None:
        """Deploy another version of the module, or none; as a reload does it, or a restart."""
        self.file.unlink(missing_ok=True)
        if source is not None:
            self.file.write_text(source)
        sys.modules.pop(MODULE, None)
        importlib.invalidate_caches()
        for cached in (self.file.parent / "__pycache__").glob(f"{MODULE}*"):
            cached.unlink()

    def write_body(self, change: Callable[[bytes], bytes] | None) -> None:
        """Change the stored body, or, with None, put the right one back."""
        sql = sqlite3.connect(self.database, timeout=30)
        key, body = sql.execute("SELECT key, body FROM jobs JOIN bodies USING (key) WHERE id = 'fragile'").fetchone()
        if change is not None:
            self.body = body
        sql.execute("UPDATE bodies SET body = ? WHERE key = ?", (change(body) if change else self.body, key))
        sql.commit()
        sql.close()

    def stored(self) -> Any:
        sql = sqlite3.connect(self.database, timeout=30)
        found = sql.execute("SELECT body FROM jobs JOIN bodies USING (key) WHERE id = 'fragile'").fetchone()
        sql.close()
        return found


class Cause(NamedTuple):
    """Why the job cannot be loaded, and what its reason must say."""

    damage: Callable[[Shelf], None]
    mend: Callable[[Shelf], None]
    says: str


CAUSES = {
    "function renamed": Cause(
        lambda shelf: shelf.put(RENAMED), lambda shelf: shelf.put(SOURCE), r"has no .work.; if it was renamed or moved"
    ),
    "module missing": Cause(
        lambda shelf: shelf.put(None), lambda shelf: shelf.put(SOURCE), rf"{MODULE}|No module named"
    ),
    "module broken": Cause(
        lambda shelf: shelf.put("raise RuntimeError('not today')"), lambda shelf: shelf.put(SOURCE), "not today"
    ),
    "module that leaves": Cause(
        lambda shelf: shelf.put("raise SystemExit('usage: me')"), lambda shelf: shelf.put(SOURCE), "usage: me"
    ),
    "class changed shape": Cause(
        lambda shelf: shelf.put(RESHAPED), lambda shelf: shelf.put(SOURCE), r"KeyError: 'length'"
    ),
    "bytes damaged": Cause(
        lambda shelf: shelf.write_body(lambda body: body[: len(body) // 2]),
        lambda shelf: shelf.write_body(None),
        "truncated|damaged|ran out",
    ),
    "newer version": Cause(
        lambda shelf: shelf.write_body(lambda body: pickle.dumps(altered(pickle.loads(body), {"version": 99}))),
        lambda shelf: shelf.write_body(None),
        r"version 99 .* a newer one wrote it, so run that one here too",
    ),
}
each_cause = pytest.mark.parametrize("cause", list(CAUSES.values()), ids=list(CAUSES))


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    folder = tmp_path / "modules"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield Shelf(folder, tmp_path / "jobs.db")
    sys.modules.pop(MODULE, None)
    deeds.noted.clear()


class Scene:
    """A scheduler on a virtual clock, with one job that may become unreadable and two that may not."""

    def __init__(self, shelf: Shelf, clock: VirtualClock | None = None) -> None:
        self.shelf = shelf
        self.clock = clock or VirtualClock("2026-01-01")
        self.told: list[Any] = []
        self.records: list[Any] = []
        self.store = SQLiteJobStore(shelf.database, synchronous="NORMAL", keep_runs=None)
        self.scheduler = LeasedScheduler(
            clock=self.clock, jobstores={"default": self.store}, logger=noting(self.records)
        )
        self.scheduler.add_listener(self.told.append, events.EVENT_JOB_UNREADABLE | events.EVENT_JOB_READABLE)

    def add_jobs(self, **options: Any) -> dict[str, Planned]:
        deeds.noted.clear()
        module = importlib.import_module(MODULE)
        self.scheduler.add_job(f"{MODULE}:work", "interval", seconds=2, args=[module.Thing(3)], id="fragile", **options)
        self.scheduler.add_job(deeds.note, "interval", seconds=1, id="steady")
        self.scheduler.add_job(deeds.note, "date", run_date="2026-01-01 00:00:20", id="once")
        return plan_of(self.scheduler)

    def restarted(self) -> Scene:
        self.scheduler.shutdown()
        return Scene(self.shelf, self.clock)

    def codes(self) -> list[int]:
        return [event.code for event in self.told]


@each_cause
def test_it_is_set_aside_told_once_never_deleted_and_back_by_itself(shelf: Shelf, cause: Cause) -> None:
    scene = Scene(shelf)
    scheduler = scene.scheduler
    plan = scene.add_jobs()
    scheduler.advance(seconds=5)
    cause.damage(shelf)
    body = shelf.stored()
    scheduler.advance(seconds=60)

    assert scene.codes() == [events.EVENT_JOB_UNREADABLE]
    assert scene.told[0].job_id == "fragile"
    (unreadable,) = scheduler.get_unreadable_jobs()
    assert unreadable.job_id == "fragile"
    assert re.search(cause.says, unreadable.reason), unreadable.reason
    assert [record.getMessage() for record in scene.records if "set aside, not deleted" in record.getMessage()]
    assert "1 job(s) of store 'default' cannot be loaded here" in scheduler.health().problems
    assert scheduler.health().jobstores["default"].ok, "the store is fine, only the job is not"
    with pytest.raises(UnreadableJobError, match="'fragile' cannot be loaded here"):
        scheduler.get_job("fragile")
    deeds_of_users: list[Callable[[], Any]] = [
        lambda: scheduler.pause_job("fragile"),
        lambda: scheduler.run_job("fragile"),
        lambda: scheduler.reschedule_job("fragile", trigger="interval", seconds=1),
    ]
    for deed in deeds_of_users:
        with pytest.raises(UnreadableJobError, match="'fragile' cannot be loaded here"):
            deed()
    assert {job.id for job in scheduler.get_jobs()} == {"steady"}
    assert len(scheduler.get_runs("steady")) == 65
    assert [run.status for run in scheduler.get_runs("once")] == ["succeeded"]

    scheduler.remove_job("steady")
    scheduler.add_job(deeds.note, "interval", seconds=1, id="steady", replace_existing=True)
    del plan["steady"]
    scene.store.prune_runs(scheduler.now + timedelta(days=10_000), 10_000)
    scene = scene.restarted()
    scheduler = scene.scheduler
    scheduler.advance(seconds=30)
    assert shelf.stored() == body
    # The scheduler has been started when it is made, before anybody could listen: it is in the log.
    assert len([record for record in scene.records if "set aside, not deleted" in record.getMessage()]) == 1

    cause.mend(shelf)
    scheduler.advance(seconds=tending.TEND_EVERY + 1)
    assert scene.codes() == [events.EVENT_JOB_READABLE]
    assert scheduler.get_unreadable_jobs() == []
    assert scheduler.health().ok
    late = max(scheduler.get_runs("fragile"), key=lambda run: run.coalesced)
    assert late.status is RunStatus.SUCCEEDED
    assert late.result == 3
    assert late.coalesced >= 45
    books = audit(scheduler, plan, deeds.noted)
    assert books.complaints == []
    scheduler.advance(seconds=20)
    assert scene.codes() == [events.EVENT_JOB_READABLE]


@each_cause
def test_a_run_in_flight_is_recorded_although_its_job_cannot_be_loaded_any_more(shelf: Shelf, cause: Cause) -> None:
    scene = Scene(shelf)
    plan = scene.add_jobs()
    module = importlib.import_module(MODULE)
    module.during.append(lambda: (module.during.clear(), cause.damage(shelf)))
    scene.scheduler.advance(seconds=30)
    runs = scene.scheduler.get_runs("fragile")
    assert [(run.status, run.result) for run in runs] == [("succeeded", 3)]
    assert scene.codes() == [events.EVENT_JOB_UNREADABLE]
    cause.mend(shelf)
    scene.scheduler.advance(seconds=20)
    assert audit(scene.scheduler, plan, deeds.noted).complaints == []
    assert scene.codes() == [events.EVENT_JOB_UNREADABLE, events.EVENT_JOB_READABLE]


@each_cause
@pytest.mark.parametrize("on_lost", ["record", "rerun"])
def test_a_lost_run_waits_until_its_job_can_be_loaded(shelf: Shelf, cause: Cause, on_lost: str) -> None:
    scene = Scene(shelf)
    plan = scene.add_jobs(on_lost=on_lost)
    at = scene.scheduler.now
    scene.scheduler.shutdown()
    _die_in_the_middle(shelf, at, scene.clock)
    cause.damage(shelf)
    scene = Scene(shelf, scene.clock)
    scene.scheduler.advance(seconds=4 * LEASE)
    (run,) = scene.scheduler.get_runs("fragile")
    assert not run.is_settled
    assert scene.codes() == [events.EVENT_JOB_UNREADABLE]
    assert len(scene.scheduler.get_runs("steady")) >= 4 * LEASE - 1
    cause.mend(shelf)
    scene.scheduler.advance(seconds=20)
    assert scene.codes() == [events.EVENT_JOB_UNREADABLE, events.EVENT_JOB_READABLE]
    statuses = [run.status for run in scene.scheduler.get_runs("fragile") if run.fire_time == at][::-1]
    assert statuses == (["lost"] if on_lost == "record" else ["lost", "succeeded"])
    plan["fragile"] = Planned(plan["fragile"].trigger, at)
    assert audit(scene.scheduler, plan, deeds.noted).complaints == []


def _die_in_the_middle(shelf: Shelf, at: Any, clock: VirtualClock) -> None:
    store = SQLiteJobStore(shelf.database)
    store.start(Host(), "default")
    store.open_lease(Owner(id="dead", host="elsewhere"), LEASE, clock.now())
    run = Run(id="left", job_id="fragile", fire_time=at, due_at=at, owner="dead")
    assert store.commit([Change(job_id="fragile", started=(run,))]) == [True]
    store.shutdown()


@each_cause
def test_declaring_it_again_mends_it_and_keeps_its_schedule(shelf: Shelf, cause: Cause) -> None:
    scene = Scene(shelf)
    plan = scene.add_jobs()
    scene.scheduler.advance(seconds=5)
    cause.damage(shelf)
    scene.scheduler.advance(seconds=10)
    scene.scheduler.add_job(deeds.note, "interval", seconds=2, id="fragile", replace_existing=True)
    scene.scheduler.advance(seconds=20)
    assert scene.codes()[0] == events.EVENT_JOB_UNREADABLE
    assert scene.scheduler.get_unreadable_jobs() == []
    assert scene.scheduler.health().ok
    assert audit(scene.scheduler, plan, deeds.noted).complaints == []


@pytest.mark.parametrize("column", ["version = 'new'", "paused = 'perhaps'", "next_fire_time = 'soon'"])
def test_declaring_it_again_mends_a_job_of_which_not_even_the_schedule_can_be_read(shelf: Shelf, column: str) -> None:
    scene = Scene(shelf)
    scene.add_jobs()
    scene.scheduler.advance(seconds=5)
    sql = sqlite3.connect(shelf.database, isolation_level=None)
    sql.execute("PRAGMA ignore_check_constraints = ON")
    sql.execute(f"UPDATE jobs SET {column} WHERE id = 'fragile'")
    sql.close()
    scene.scheduler.advance(seconds=5)
    assert scene.codes() == [events.EVENT_JOB_UNREADABLE]
    in_time(lambda: scene.scheduler.add_job(deeds.note, "interval", seconds=2, id="fragile", replace_existing=True))
    before = len(scene.scheduler.get_runs("fragile"))
    scene.scheduler.advance(seconds=20)
    assert len(scene.scheduler.get_runs("fragile")) == before + 10
    assert scene.scheduler.get_unreadable_jobs() == []
    assert scene.scheduler.health().ok


def test_removing_it_is_the_users_to_do(shelf: Shelf) -> None:
    scene = Scene(shelf)
    scene.add_jobs()
    shelf.put(None)
    scene.scheduler.advance(seconds=5)
    scene.scheduler.remove_job("fragile")
    scene.scheduler.advance(seconds=20)
    assert scene.scheduler.get_unreadable_jobs() == []
    assert scene.scheduler.health().ok
    assert shelf.stored() is None


def test_jobs_in_memory_go_on_whatever_becomes_of_their_module(shelf: Shelf) -> None:
    scheduler = LeasedScheduler(jobstores={"default": MemoryJobStore()})
    module = importlib.import_module(MODULE)
    scheduler.add_job(module.work, "interval", seconds=2, args=[module.Thing(3)], id="fragile")
    scheduler.advance(seconds=4)
    shelf.put(None)
    scheduler.advance(seconds=20)
    assert len(scheduler.get_runs("fragile", status="succeeded")) == 12
    assert scheduler.get_unreadable_jobs() == []


# -- real threads, real processes -----------------------------------------------------------------------------------

PROGRAM = """
import sys
from tickwright import BackgroundScheduler
from tickwright.jobstores.sqlite import SQLiteJobStore

scheduler = BackgroundScheduler(timezone="UTC", jobstores={"default": SQLiteJobStore(sys.argv[1])}, lease=3)
scheduler.start()
print("up", flush=True)
sys.stdin.read()
scheduler.shutdown()
"""


def test_a_process_that_can_load_it_runs_it_while_another_has_it_set_aside(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tending, "TEND_EVERY", 0.3)
    heard = Heard()
    here = BackgroundScheduler(
        timezone="UTC", jobstores={"default": SQLiteJobStore(shelf.database, keep_runs=None)}, lease=3
    )
    here.add_listener(heard)
    here.start(paused=True)
    module = importlib.import_module(MODULE)
    # With room for several runs: that the machine stands still for a fifth of a second is no reason to skip one.
    here.add_job(module.work, "interval", seconds=0.2, args=[module.Thing(3)], id="fragile", max_instances=100)
    plan = plan_of(here)
    shelf.put(None)
    here.resume()
    heard.wait_for(events.EVENT_JOB_UNREADABLE)
    assert here.get_runs("fragile") == []

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / f"{MODULE}.py").write_text(SOURCE)
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(elsewhere)!r})\n{PROGRAM}"]
    with subprocess.Popen(
        [*command, str(shelf.database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as there:
        assert there.stdin is not None
        assert there.stdout is not None
        assert there.stdout.readline() == "up\n"
        assert soon(lambda: len(here.get_runs("fragile", status="succeeded")) >= 5)
        assert [one.job_id for one in here.get_unreadable_jobs()] == ["fragile"]
        there.stdin.close()
        there.wait(60)
    by_others = {run.owner for run in here.get_runs("fragile")}
    assert len(by_others) == 1
    assert len(heard.of(events.EVENT_JOB_UNREADABLE)) == 1

    shelf.put(SOURCE)
    heard.wait_for(events.EVENT_JOB_READABLE)
    assert soon(lambda: {run.owner for run in here.get_runs("fragile")} > by_others)
    take_no_more(here)
    assert soon(lambda: all(run.is_settled for run in here.get_runs()))
    notes = list(deeds.noted)
    runs = here.get_runs("fragile")
    assert {run.status for run in runs} == {"succeeded"}
    assert len({note.run_id for note in notes}) == len(notes)
    # The other process noted its calls in a memory of its own.
    notes += [deeds.Note(run.job_id, run.fire_time, 1, run.id) for run in runs if run.owner in by_others]
    assert audit(here, plan, notes).complaints == []
    in_time(lambda: here.shutdown(), SOON)


def test_declaring_it_again_mends_it_in_a_store_that_is_a_page_of_code(shelf: Shelf) -> None:
    # Its defaults know no schedule but that of a job that they can load.
    scheduler = LeasedScheduler(jobstores={"default": SerialisingStore()})
    module = importlib.import_module(MODULE)
    scheduler.add_job(module.work, "interval", seconds=2, args=[module.Thing(3)], id="fragile")
    scheduler.advance(seconds=4)
    shelf.put(None)
    scheduler.advance(seconds=4)
    assert [one.job_id for one in scheduler.get_unreadable_jobs()] == ["fragile"]
    in_time(lambda: scheduler.add_job(deeds.note, "interval", seconds=2, id="fragile", replace_existing=True))
    scheduler.advance(seconds=4)
    assert scheduler.get_unreadable_jobs() == []
    assert len(scheduler.get_runs("fragile", status="succeeded")) == 4
