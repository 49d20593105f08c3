"""The table answers as a plain list of jobs would, whatever happened to them, and does not grow without them."""

import sys
from collections.abc import Callable
from datetime import datetime
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.jobstores import job_table
from tickwright.jobstores.job_table import STALE_ALLOWED, JobTable
from tickwright.stored_job import Schedule, StoredJob
from tickwright.testing.suites.store.material import at, idle_job, made_job, moved

JOB_IDS = st.sampled_from("abc")
EXECUTORS = st.sampled_from(["default", "other"])
TIMES = st.one_of(st.none(), st.integers(0, 4).map(at))
# Left to itself, hypothesis makes lists of five: too short a life for one step to get in the way of another.
MOSTLY_LONG = 15

STEPS = st.one_of(
    st.tuples(st.just("put"), JOB_IDS, TIMES, EXECUTORS),
    st.tuples(st.just("reschedule"), JOB_IDS, TIMES),
    st.tuples(st.just("remove"), JOB_IDS),
    st.tuples(st.just("due"), st.integers(-1, 5).map(at), st.integers(0, 6)),
    st.tuples(st.just("next")),
    st.tuples(st.just("clear")),
)


class PlainTable:
    """What the table means, without a thought for speed."""

    def __init__(self) -> None:
        self.jobs: dict[str, StoredJob] = {}

    def due(self, now: datetime, limit: int, executors: set[str] | None) -> list[StoredJob]:
        wanted = [
            (job.schedule.next_run_time, job.id, job)
            for job in self.jobs.values()
            if job.schedule.next_run_time is not None and (executors is None or job.executor in executors)
        ]
        return [job for time, _, job in sorted(wanted, key=lambda one: one[:2]) if time <= now][:limit]


@given(st.lists(STEPS, min_size=MOSTLY_LONG, max_size=60))
def test_it_answers_as_a_plain_list_would(steps) -> None:
    table, plain = JobTable(), PlainTable()
    for step in steps:
        match step:
            case ("put", job_id, time, executor):
                job = made_job(job_id, due=time, executor=executor)
                table.put(job)
                plain.jobs[job_id] = job
            case ("reschedule", job_id, time) if job_id in plain.jobs:
                schedule = Schedule(next_fire_time=time, next_run_time=time, version=7)
                table.reschedule(job_id, schedule)
                plain.jobs[job_id] = plain.jobs[job_id].with_schedule(schedule)
            case ("remove", job_id):
                assert table.remove(job_id) == (plain.jobs.pop(job_id, None) is not None)
            case ("due", now, limit):
                for executors in (None, {"default"}, {"other"}, {"default", "other"}, set()):
                    assert table.due(now, limit, executors) == plain.due(now, limit, executors)
            case ("next",):
                for executors in (None, {"default"}, {"other"}, set()):
                    first = plain.due(at(100), 1, executors)
                    assert table.next_time(executors) == (first[0].schedule.next_run_time if first else None)
            case ("clear",):
                table.clear()
                plain.jobs.clear()
        schedules = {job_id: job.schedule for job_id, job in plain.jobs.items()}
        assert {job_id: table.schedule_of(job_id) for job_id in "abc" if job_id in table} == schedules
        assert len(table) == len(plain.jobs)
    for job_id in "abc":
        assert table.get(job_id) == plain.jobs.get(job_id)
    assert {job.id: job for job in table.all()} == plain.jobs


def entries_in(table: JobTable) -> int:
    return sum(len(queue._heap) + len(queue._front) for queue in table._queues.values())


def test_a_job_that_is_rescheduled_for_ever_leaves_no_trail() -> None:
    table = JobTable()
    for n in range(10):
        table.put(made_job(str(n), due=at(n)))
    for n in range(5000):
        table.reschedule("3", Schedule(next_fire_time=at(n), next_run_time=at(100_000 + n)))
        assert entries_in(table) <= 2 * 10 + STALE_ALLOWED + 1
    assert [job.id for job in table.due(at(10), 100)] == [str(n) for n in range(10) if n != 3]
    assert table.next_time() == at(0)


@pytest.mark.parametrize("read_between", [False, True])
def test_jobs_that_come_and_go_leave_no_trail(read_between: bool) -> None:
    table = JobTable()
    table.put(made_job("stays", due=at(10**6)))
    for n in range(3000):
        table.put(made_job(f"job {n}", due=at(n)))
        if read_between:
            table.due(at(n), 10)
        table.remove(f"job {n}")
        assert entries_in(table) <= 2 * 2 + STALE_ALLOWED + 1
    assert table.next_time() == at(10**6)


def test_executors_that_nobody_names_any_more_leave_no_trail() -> None:
    table = JobTable()
    for n in range(100):
        table.put(made_job("job", executor=f"executor {n}"))
    assert list(table._queues) == ["executor 99"]
    table.put(idle_job("job", paused=True))
    assert not table._queues


class CountingTable(JobTable):
    """A table that knows how often an entry was held against its job."""

    looks = 0

    def job_at(self, entry, executor):
        self.looks += 1
        return super().job_at(entry, executor)

    def is_current(self, entry, executor):
        self.looks += 1
        return super().is_current(entry, executor)


def test_a_backlog_that_is_only_partly_taken_is_not_read_again_and_again() -> None:
    table = CountingTable()
    for n in range(2000):
        table.put(made_job(f"{n:04}", due=at(n)))
    for n in range(0, 2000, 10):
        batch = table.due(at(5000), 10)
        assert [job.id for job in batch] == [f"{m:04}" for m in range(n, n + 10)]
        for job in batch:
            table.reschedule(job.id, job.schedule._replace(next_run_time=None))
    # Once when it is read, and once to see that it has gone on.
    assert table.looks <= 2.1 * 2000


def test_entries_that_went_stale_hide_none_of_those_behind_them() -> None:
    table = JobTable()
    for n in range(9):
        table.put(made_job(f"{n}", due=at(n)))
    assert [job.id for job in table.due(at(9), 3)] == ["0", "1", "2"]
    for job_id in ("0", "2", "3", "4", "5"):
        table.reschedule(job_id, made_job(job_id, due=at(20)).schedule)
    table.put(made_job("new", due=at(0)))
    assert [job.id for job in table.due(at(9), 3)] == ["new", "1", "6"]
    assert [job.id for job in table.due(at(1), 3)] == ["new", "1"]
    assert [job.id for job in table.due(at(9), 0)] == []
    assert [job.id for job in table.due(at(30), 99)] == ["new", "1", "6", "7", "8", "0", "2", "3", "4", "5"]


def interrupted(call: Callable[[], object], at_line: int) -> bool:
    """Call it, and raise in it where the table's `at_line`-th line is reached; return whether that came to be."""
    lines = 0

    def trace(frame: FrameType, what: str, arg: object) -> Any:
        nonlocal lines
        if frame.f_code.co_filename != job_table.__file__:
            return None
        if what == "line":
            lines += 1
            if lines == at_line:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


CHANGES: dict[str, Callable[[JobTable], object]] = {
    "put": lambda table: table.put(made_job("new", due=at(5))),
    "put again, later": lambda table: table.put(made_job("other", due=at(9))),
    "put again, paused": lambda table: table.put(idle_job("other")),
    "reschedule": lambda table: table.reschedule("other", made_job("other", due=at(7)).schedule),
    "remove": lambda table: table.remove("other"),
    "due": lambda table: table.due(at(3), 10),
    "next_time": lambda table: table.next_time(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_is_interrupted_anywhere_costs_no_job_a_fire_time(change: str) -> None:
    at_line = 0
    while True:
        at_line += 1
        table = JobTable()
        for job_id in ("tick", "other"):
            table.put(made_job(job_id, due=at(1)))
            table.reschedule(job_id, made_job(job_id, due=at(2)).schedule)
        if not interrupted(lambda table=table: CHANGES[change](table), at_line):  # type: ignore[misc]
            break
        # Whatever became of the others, each job that is there with a time is found when that has come.
        for _ in range(3):
            wanted = {job.id: job.schedule.next_run_time for job in table.all()}
            assert wanted["tick"] == at(2), at_line
            assert wanted.get("other") in (at(2), at(7), at(9), None), at_line
            due = {job.id: job.schedule.next_run_time for job in table.due(at(99), 10)}
            assert due == {job_id: time for job_id, time in wanted.items() if time is not None}, at_line
            assert table.next_time() == at(2), at_line
            # Nor when what was left half done is done again, and undone.
            CHANGES[change](table)
            table.remove("other")
            table.remove("new")
            assert [job.id for job in table.due(at(99), 10)] == ["tick"], at_line
            table.put(made_job("other", due=at(2)))
    assert at_line > 3


@pytest.mark.parametrize("add", [JobTable.add, lambda table, job: table.add_all([job])], ids=["add", "add_all"])
def test_what_an_interrupted_removal_has_left_is_not_the_next_jobs(add):
    table = JobTable()
    old = made_job(due=at(0))
    table.put(old)
    table.reschedule("job", moved(old, at(60)))
    del table._jobs["job"]  # Ctrl-C between the two halves of `remove`
    add(table, made_job(due=at(5)))
    assert table.next_time() == at(5)
    assert [job.schedule.next_run_time for job in table.due(at(5), 9)] == [at(5)]
