"""Each call that users make meets a fault at each of its steps: it says so, leaves no half, and can be made again."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.faults import deeds
from tests.faults.books import audit, plan_of
from tests.faults.stage import STORES, WHENS, MakeStore
from tickwright.errors import ConflictingIdError, JobLookupError, JobStoreUnavailableError
from tickwright.jobstores.base import JobStore
from tickwright.testing import Faults, FaultyStore, ManualScheduler
from tickwright.testing.faults import When


class NoError(Exception):
    """Never raised."""


class Deed(NamedTuple):
    """Something that a user asks for, and what is so once it is done."""

    do: Callable[[ManualScheduler], Any]
    is_done: Callable[[ManualScheduler], Any]
    again: type[Exception] = NoError
    """What asking once more raises, where it was done although nobody answered."""


def exported() -> io.StringIO:
    """Return what `export_jobs` wrote of three jobs."""
    scheduler = ManualScheduler()
    for number in range(3):
        scheduler.add_job(deeds.note, "interval", minutes=1, id=f"imported{number}")
    file = io.StringIO()
    scheduler.export_jobs(file)
    file.seek(0)
    return file


def next_of(job_id: str) -> Callable[[ManualScheduler], Any]:
    def look(scheduler: ManualScheduler) -> Any:
        job = scheduler.get_job(job_id)
        return job and (job.next_run_time, job.trigger, job.coalesce, job._stored.schedule.paused)

    return look


def all_ids(scheduler: ManualScheduler) -> list[str]:
    return sorted(job.id for job in scheduler.get_jobs())


def new_ones(*ids: str) -> list[dict[str, Any]]:
    return [{"id": job_id, "trigger": "interval", "seconds": 9} for job_id in ids]


DEEDS: dict[str, Deed] = {
    "add_job": Deed(
        lambda it: it.add_job(deeds.note, "interval", seconds=9, id="new"), next_of("new"), again=ConflictingIdError
    ),
    "add_job once more": Deed(
        lambda it: it.add_job(deeds.note, "interval", seconds=9, id="tick", replace_existing=True), next_of("tick")
    ),
    "add_jobs": Deed(
        lambda it: it.add_jobs(new_ones("new", "newer", "newest"), func=deeds.note),
        all_ids,
        again=ConflictingIdError,
    ),
    "add_jobs once more": Deed(
        lambda it: it.add_jobs(new_ones("tick", "new", "paused"), func=deeds.note, replace_existing=True),
        lambda it: [next_of(job_id)(it) for job_id in ("tick", "new", "paused")],
    ),
    "remove_jobs": Deed(lambda it: it.remove_jobs(["tick", "paused"]), all_ids, again=JobLookupError),
    "remove_jobs by a filter": Deed(lambda it: it.remove_jobs(where=lambda job: job.id == "tick"), all_ids),
    "pause_jobs": Deed(lambda it: it.pause_jobs(["tick", "paused"]), next_of("tick")),
    "resume_jobs": Deed(lambda it: it.resume_jobs(["paused", "tick"]), next_of("paused")),
    "modify_job": Deed(lambda it: it.modify_job("tick", coalesce=False), next_of("tick")),
    "reschedule_job": Deed(lambda it: it.reschedule_job("tick", trigger="interval", seconds=7), next_of("tick")),
    "pause_job": Deed(lambda it: it.pause_job("tick"), next_of("tick")),
    "resume_job": Deed(lambda it: it.resume_job("paused"), next_of("paused")),
    "remove_job": Deed(lambda it: it.remove_job("tick"), all_ids, again=JobLookupError),
    "remove_all_jobs": Deed(lambda it: it.remove_all_jobs(), all_ids),
    "import_jobs": Deed(lambda it: it.import_jobs(exported()), all_ids, again=ConflictingIdError),
    "run_job": Deed(lambda it: it.run_job("tick"), lambda it: it.step() or bool(deeds.noted)),
}
LOOKS: dict[str, Callable[[ManualScheduler], Any]] = {
    "get_job": lambda it: it.get_job("tick") is not None,
    "get_jobs": all_ids,
    "get_runs": lambda it: it.get_runs(),
    "get_unreadable_jobs": lambda it: it.get_unreadable_jobs(),
    "preview": lambda it: [one.job_id for one in it.preview(it.now + timedelta(minutes=1))],
    "print_jobs": lambda it: it.print_jobs(out=io.StringIO()),
    "export_jobs": lambda it: it.export_jobs(io.StringIO()),
}


class Scene:
    """A scheduler with two jobs, one of them paused, on a store that fails."""

    def __init__(self, inner: JobStore) -> None:
        deeds.noted.clear()
        self.faults = Faults()
        self.scheduler = ManualScheduler(jobstores={"default": FaultyStore(inner, self.faults)})
        self.scheduler.add_job(deeds.note, "interval", seconds=5, id="tick")
        self.plan = plan_of(self.scheduler)
        self.scheduler.add_job(deeds.note, "interval", seconds=5, id="paused", next_run_time=None)


@pytest.fixture(params=list(STORES.values()), ids=list(STORES))
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Scene]:
    """Return a function that makes a new scene."""
    make: MakeStore = request.param
    made: list[int] = []

    def new() -> Scene:
        made.append(1)
        folder = tmp_path / str(len(made))
        folder.mkdir()
        return Scene(make(folder))

    return new


def calls_of(scene: Scene, deed: Callable[[ManualScheduler], Any]) -> int:
    """Return how many calls of the store a deed makes when nothing goes wrong."""
    before = scene.faults.seen.total()
    deed(scene.scheduler)
    return scene.faults.seen.total() - before


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_that_meets_a_fault_raises_it_and_is_done_by_asking_again(
    scene: Callable[[], Scene], name: str, when: When
) -> None:
    deed, clean = DEEDS[name], scene()
    steps = calls_of(clean, deed.do)
    assert steps >= 1
    wanted = deed.is_done(clean.scheduler)
    for step in range(steps):
        one = scene()
        before = all_ids(one.scheduler)
        one.faults.fail(spare=step, when=when, error=JobStoreUnavailableError("planned"))
        with pytest.raises(JobStoreUnavailableError, match="planned"):
            deed.do(one.scheduler)
        if name == "import_jobs":
            assert all_ids(one.scheduler) == before, "all of them or, at an error, none"
        if name.startswith(("add_jobs", "remove_jobs")):
            assert all_ids(one.scheduler) in (before, all_ids(clean.scheduler)), "all of them or none"
        with suppress(deed.again):
            deed.do(one.scheduler)
        assert deed.is_done(one.scheduler) == wanted, f"step {step}"
        assert len(one.faults.struck) == 1
        one.scheduler.advance(seconds=30)
        assert one.scheduler.health().ok
        calls = {note.run_id for note in deeds.noted}
        assert calls == {run.id for run in one.scheduler.get_runs() if run.status == "succeeded"}
        assert len(calls) == len(deeds.noted)


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize("name", LOOKS)
def test_a_look_that_meets_a_fault_raises_it_and_changes_nothing(
    scene: Callable[[], Scene], name: str, when: When
) -> None:
    look, clean = LOOKS[name], scene()
    steps = calls_of(clean, look)
    assert steps >= 1
    wanted = look(clean.scheduler)
    for step in range(steps):
        one = scene()
        one.faults.fail(spare=step, when=when, error=JobStoreUnavailableError("planned"))
        with pytest.raises(JobStoreUnavailableError, match="planned"):
            look(one.scheduler)
        assert look(one.scheduler) == wanted
        one.scheduler.advance(seconds=30)
        assert audit(one.scheduler, one.plan, deeds.noted).complaints == []


def test_jobs_that_cannot_be_taken_out_again_are_named(scene: Callable[[], Scene]) -> None:
    # All of them or none cannot be promised where the store goes away in the middle of it.
    one = scene()
    one.faults.fail("add_job", spare=2, error=ConnectionResetError("gone")).fail("remove_job", times=None)
    with pytest.raises(ConnectionResetError, match="gone") as raised:
        one.scheduler.import_jobs(exported())
    (note,) = raised.value.__notes__
    assert "'imported0', 'imported1', 'imported2'" in note
    assert "remove_job" in note


def test_a_job_that_was_there_is_not_taken_out_by_an_import_that_fails(scene: Callable[[], Scene]) -> None:
    one = scene()
    one.scheduler.add_job(deeds.note, "interval", minutes=1, id="imported1")
    before = all_ids(one.scheduler)
    with pytest.raises(ConflictingIdError, match="imported1"):
        one.scheduler.import_jobs(exported())
    assert all_ids(one.scheduler) == before
