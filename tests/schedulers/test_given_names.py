"""What stands for an id or an alias and is none is refused with what to give: "there is none" would be wrong."""

from __future__ import annotations

import pytest

from tests.schedulers import deeds
from tickwright import Job
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.run import Run
from tickwright.testing import ManualScheduler

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(params=["memory", "sqlite"])
def scheduler(request, tmp_path) -> ManualScheduler:
    """Return a scheduler on each kind of store."""
    store = MemoryJobStore() if request.param == "memory" else SQLiteJobStore(tmp_path / "jobs.sqlite")
    return ManualScheduler("2026-01-01 12:00", jobstores={"default": store})


@pytest.fixture
def job(scheduler) -> Job:
    """Return a job that runs every hour."""
    return scheduler.add_job(deeds.note, "interval", hours=1, id="j")


CALLS_BY_ID = [
    "get_job",
    "get_runs",
    "remove_job",
    "modify_job",
    "reschedule_job",
    "pause_job",
    "resume_job",
    "run_job",
]


@pytest.mark.parametrize("is_started", [True, False])
@pytest.mark.parametrize("call", CALLS_BY_ID)
def test_what_is_no_id_is_refused_and_not_looked_for(background, call, is_started):
    scheduler = background(start=is_started)
    job = scheduler.add_job(deeds.note, "interval", hours=1, id="j")
    run = Run(id="r", job_id="j", fire_time=scheduler.clock.now(), due_at=scheduler.clock.now())
    ask = getattr(scheduler, call)
    for given, hint in (
        (job, "give job.id"),
        (run, "give its job_id"),
        (5, "5$"),
        ([], r"\[\]$"),
        (b"j", "b'j'"),
    ):
        with pytest.raises(TypeError, match=rf"job_id must be the id of a job, a text, not .*{hint}"):
            ask(given)
    with pytest.raises(TypeError, match=r"jobstore must be the alias of a job store, a text, not \["):
        ask("j", jobstore=[])
    assert [job.id for job in scheduler.get_jobs()] == ["j"]


@pytest.mark.parametrize("call", ["get_jobs", "get_unreadable_jobs", "print_jobs", "get_runs", "remove_all_jobs"])
@pytest.mark.parametrize("is_started", [True, False])
def test_a_store_is_named_by_its_alias(background, call, is_started):
    scheduler = background(start=is_started)
    with pytest.raises(TypeError, match="jobstore must be the alias of a job store, a text, not <"):
        getattr(scheduler, call)(jobstore=MemoryJobStore())


def test_a_run_is_cancelled_by_its_id(scheduler, job):
    run = job.run()
    for given, hint in ((run, "give run.id"), (job, r"get_runs\(job.id\)"), (5, "5$"), ([], r"\[\]$")):
        with pytest.raises(TypeError, match=rf"run_id must be the id of a run, a text, not .*{hint}"):
            scheduler.cancel_run(given)


@pytest.mark.parametrize("call", ["pause_jobs", "resume_jobs", "remove_jobs"])
def test_many_jobs_are_named_by_their_ids(scheduler, job, call):
    run, ask = job.run(), getattr(scheduler, call)
    for given, hint in (
        (job, "give job.id in a list"),
        (run, "give its job_id in a list"),
        ("j", "'j'$"),
        (7, "7$"),
    ):
        with pytest.raises(TypeError, match=rf"ids must be a list of ids, not .*{hint}"):
            ask(given)
    for given, hint in ((job, "give job.id$"), (run, "give its job_id$"), ([], r"\[\]$")):
        with pytest.raises(TypeError, match=rf"ids must be texts, not .*{hint}"):
            ask(["j", given])
    assert scheduler.get_job("j") == job
