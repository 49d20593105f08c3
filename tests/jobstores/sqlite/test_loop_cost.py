"""What the loop asks costs the same however many jobs are not due and however long the history is."""

import sqlite3
from datetime import timedelta

import pytest

from tickwright.change import Change
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.report import Started
from tickwright.testing.suites.store.material import (
    NOW,
    at,
    committed,
    done,
    ids,
    made_job,
    made_run,
    moved,
    passed_over,
)


def round_of_the_loop(store: SQLiteJobStore) -> None:
    """Call all that a round of the loop may call."""
    job = store.read_due(at(1), 10, {"default"}).due[0].job
    store.read_due(at(1), 10)
    store.next_due_time()
    store.next_due_time({"default"})
    store.read_standings([job.id])
    run = made_run(10_000_000, job.id)
    committed(
        store,
        Change(
            job_id=job.id,
            expected_version=job.schedule.version,
            schedule=moved(job, at(5)),
            started=(run,),
            recorded=(passed_over(10_000_001, job.id),),
        ),
        Change(job_id=job.id, begun=(Started(run_id=run.id, started_at=NOW),)),
        Change(job_id=job.id, expected_version=job.schedule.version + 1, remove=True, settled=(done(run),)),
    )
    store.get_unsettled_runs("me")
    store.prune_runs(at(1), 100)
    store.readmit_jobs()


class Steps:
    """Counts the virtual machine's steps: what SQLite has to do, whatever the machine is busy with."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> int:
        self.count += 1
        return 0


@pytest.fixture
def steps(store: SQLiteJobStore) -> Steps:
    steps = Steps()
    assert store._database is not None
    store._database._short.sql.set_progress_handler(steps, 10)
    return steps


def fill(store: SQLiteJobStore, number: int) -> None:
    """Put so many jobs that are not due into the store, and as many settled runs."""
    store.add_job(made_job("pattern", due=at(1000)))
    committed(store, Change(job_id="pattern", recorded=(passed_over(1, "pattern"),)))
    count = f"WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < {number})"

    def fill_tables(sql: sqlite3.Connection) -> None:
        sql.execute(
            f"{count} INSERT INTO jobs (id, executor, next_fire_time, next_run_time, paused, version)"
            " SELECT id || n, executor, next_fire_time, next_run_time + n, paused, version FROM jobs, n"
        )
        sql.execute("INSERT INTO bodies SELECT jobs.key, body FROM jobs, bodies WHERE jobs.key > 1")
        columns = "owner, job_id, fire_time, due_at, lateness, attempt, coalesced, executor, host, status, ended"
        sql.execute(f"{count} INSERT INTO runs (id, {columns}) SELECT id || n, {columns} FROM runs, n")

    store._file.write(fill_tables)


def test_a_round_costs_no_more_with_thousands_of_jobs_and_runs(store: SQLiteJobStore, steps: Steps) -> None:
    costs = []
    for size in (1, 20_000):
        store.remove_all_jobs()
        if size > 1:
            fill(store, size)
        store.add_job(made_job(f"due {size}"))
        # Most of the history is of the very job that is due.
        store._file.write(lambda sql, job_id: sql.execute("UPDATE runs SET job_id = ?", (job_id,)), f"due {size}")
        steps.count = 0
        round_of_the_loop(store)
        costs.append(steps.count)
    few, many = costs
    assert 0 < many <= few + 20, costs


def test_a_backlog_for_a_full_executor_costs_those_of_another_nothing(store: SQLiteJobStore, steps: Steps) -> None:
    fill(store, 20_000)
    store.add_job(made_job("lonely", due=at(2000), executor="idle"))
    steps.count = 0
    assert [due.job.id for due in store.read_due(at(10**6), 10, {"idle"}).due] == ["lonely"]
    assert store.next_due_time({"idle"}) == at(2000)
    assert steps.count < 50


def test_last_runs_that_are_spared_are_passed_over_once(store: SQLiteJobStore, steps: Steps) -> None:
    store.retention.keep_runs_for = timedelta(0)
    for number in range(1000):
        store.add_job(made_job(str(number), due=at(5000)))
    committed(store, *(Change(job_id=str(n), recorded=(passed_over(n, str(n)),)) for n in range(1000)))
    while store.prune_runs(at(2000), 100):
        pass
    steps.count = 0
    assert store.prune_runs(at(2000), 100) == 0
    assert steps.count < 50
    assert len(store.get_runs()) == 1000


def test_a_last_run_is_spared_until_another_follows_it_or_its_job_goes(store: SQLiteJobStore) -> None:
    store.retention.keep_runs = 0
    for job_id in "abc":
        store.add_job(made_job(job_id))
        committed(store, Change(job_id=job_id, recorded=(passed_over(1, job_id), passed_over(2, job_id))))
    assert store.prune_runs(NOW, 100) == 3
    assert store.prune_runs(NOW, 100) == 0
    assert ids(store.get_runs()) == ["c-run-2", "b-run-2", "a-run-2"]
    committed(store, Change(job_id="a", started=(made_run(3, "a"),)))
    store.remove_job("b")
    assert store.prune_runs(NOW, 100) == 2
    assert ids(store.get_runs()) == ["a-run-3", "c-run-2"]
    store.remove_all_jobs()
    assert store.prune_runs(NOW, 100) == 1
    assert ids(store.get_runs()) == ["a-run-3"]
