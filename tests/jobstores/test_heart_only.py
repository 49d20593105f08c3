"""A store that implements the heart and nothing else passes the suite: the port's defaults are correct."""

from datetime import UTC, datetime
from threading import Lock

import pytest

from tickwright.change import Change
from tickwright.errors import ConflictingIdError, JobLookupError, JobStoreUnavailableError, UnreadableJobError
from tickwright.jobstores.base import JobStore
from tickwright.stored_job import StoredJob
from tickwright.testing.suites import JobStoreSuite
from tickwright.testing.suites.store.material import NOW, all_at_once, at, done, ids, made_job, made_run, moved


class HeartOnlyStore(JobStore):
    """A dict of jobs: all that a simple store has to write."""

    keeps_objects = True

    def __init__(self) -> None:
        self.jobs: dict[str, StoredJob] = {}
        self.lock = Lock()

    def lookup_job(self, job_id: str) -> StoredJob | None:
        return self.jobs.get(job_id)

    def get_due_jobs(self, now: datetime) -> list[StoredJob]:
        return [job for job in self.get_all_jobs() if (time := job.schedule.next_run_time) and time <= now]

    def get_next_run_time(self) -> datetime | None:
        times = (job.schedule.next_run_time for job in self.get_all_jobs())
        return min((time for time in times if time is not None), default=None)

    def get_all_jobs(self) -> list[StoredJob]:
        def by_time(job: StoredJob) -> tuple[bool, datetime, str]:
            time = job.schedule.next_run_time
            return time is None, time or datetime.max.replace(tzinfo=UTC), job.id

        with self.lock:
            return sorted(self.jobs.values(), key=by_time)

    def add_job(self, job: StoredJob) -> None:
        with self.lock:
            if job.id in self.jobs:
                raise ConflictingIdError(f"job {job.id!r} is stored already")
            self.jobs[job.id] = job

    def update_job(self, job: StoredJob) -> None:
        with self.lock:
            if job.id not in self.jobs:
                raise JobLookupError(f"there is no job {job.id!r}")
            self.jobs[job.id] = job

    def remove_job(self, job_id: str) -> None:
        with self.lock:
            if self.jobs.pop(job_id, None) is None:
                raise JobLookupError(f"there is no job {job_id!r}")

    def remove_all_jobs(self) -> None:
        with self.lock:
            self.jobs.clear()


class TestHeartOnlyStore(JobStoreSuite):
    def make_store(self) -> HeartOnlyStore:
        return HeartOnlyStore()


# -- what the defaults do when the heart fails in the middle of a commit -------------------------------


class FailingStore(HeartOnlyStore):
    """A store whose next writes fail as told: before they are carried out, or after."""

    def __init__(self) -> None:
        super().__init__()
        self.fail_before = 0
        self.fail_after = 0
        self.is_down = False

    def lookup_job(self, job_id: str) -> StoredJob | None:
        self.check(not self.is_down)
        return super().lookup_job(job_id)

    def update_job(self, job: StoredJob) -> None:
        self.spend("fail_before")
        super().update_job(job)
        self.spend("fail_after")

    def remove_job(self, job_id: str) -> None:
        self.spend("fail_before")
        super().remove_job(job_id)
        self.spend("fail_after")

    def spend(self, budget: str) -> None:
        if getattr(self, budget):
            setattr(self, budget, getattr(self, budget) - 1)
            self.is_down = True
            self.check(False)

    def check(self, is_up: bool) -> None:
        if not is_up:
            raise JobStoreUnavailableError("the network is down")


FIRING = Change(job_id="job", expected_version=1, schedule=moved(made_job(), at(60)), started=(made_run(),))


@pytest.fixture
def store():
    store = FailingStore()
    store.add_job(made_job())
    return store


def test_a_write_that_failed_leaves_neither_schedule_nor_run(store):
    store.fail_before = 1
    with pytest.raises(JobStoreUnavailableError):
        store.commit([FIRING])
    store.is_down = False
    assert ids(store.read_due(NOW, 9).due) == ["job"]
    assert store.get_runs() == []
    assert store.commit([FIRING]) == [True]
    assert store.get_unsettled_runs() == [made_run()]


def test_a_write_that_was_carried_out_but_not_answered_has_its_run_on_record(store):
    store.fail_after = 1
    with pytest.raises(JobStoreUnavailableError):
        store.commit([FIRING])
    store.is_down = False
    assert store.get_unsettled_runs() == [made_run()]
    assert store.read_standings(["job"])["job"].unsettled == (made_run(),)
    assert store.commit([FIRING]) == [False]
    assert store.get_runs() == [made_run()]


def test_a_removal_that_was_carried_out_but_not_answered_has_its_outcome_on_record(store):
    store.commit([Change(job_id="job", started=(made_run(),))])
    store.fail_after = 1
    with pytest.raises(JobStoreUnavailableError):
        store.commit([Change(job_id="job", expected_version=1, remove=True, settled=(done(made_run()),))])
    store.is_down = False
    assert store.get_runs() == [done(made_run())]
    assert store.get_unsettled_runs() == []


def test_a_removal_that_failed_leaves_the_run_without_an_outcome(store):
    store.commit([Change(job_id="job", started=(made_run(),))])
    store.fail_before = 1
    last = Change(job_id="job", expected_version=1, remove=True, settled=(done(made_run()),))
    with pytest.raises(JobStoreUnavailableError):
        store.commit([last])
    store.is_down = False
    assert store.get_unsettled_runs() == [made_run()]
    assert store.commit([last]) == [True]
    assert store.get_runs() == [done(made_run())]


def test_while_the_store_is_down_nobody_is_told_a_history_that_may_be_wrong(store):
    store.fail_after = 1
    with pytest.raises(JobStoreUnavailableError):
        store.commit([FIRING])
    for ask in (store.get_runs, store.get_unsettled_runs, lambda: store.get_run("x"), lambda: store.commit([FIRING])):
        with pytest.raises(JobStoreUnavailableError):
            ask()
    store.is_down = False
    assert store.get_runs() == [made_run()]


def test_changes_in_front_of_the_one_that_failed_are_whole(store):
    store.add_job(made_job("other"))
    first = FIRING._replace(job_id="other", started=(made_run(1, "other"),))
    assert store.commit([first]) == [True]
    store.fail_before = 1
    with pytest.raises(JobStoreUnavailableError):
        store.commit([Change(job_id="other", recorded=(made_run(7, "other"),)), FIRING])
    store.is_down = False
    assert ids(store.get_runs()) == ["other-run-7", "other-run-1"]


def test_a_run_that_the_history_refuses_leaves_the_job_untouched(store):
    stranger = Change(job_id="job", expected_version=1, schedule=moved(made_job()), settled=(done(made_run()),))
    assert store.commit([stranger]) == [False]
    assert store.get_all_jobs() == [made_job()]
    removal = Change(job_id="job", expected_version=1, remove=True, settled=(done(made_run()),))
    assert store.commit([removal]) == [False]
    assert store.get_all_jobs() == [made_job()]


def test_a_job_that_another_process_removes_in_the_middle_is_a_refusal(store, monkeypatch):
    def gone(_: object) -> None:
        raise JobLookupError("removed a moment ago")

    monkeypatch.setattr(store, "update_job", gone)
    assert store.commit([FIRING]) == [False]
    assert not store.update_job_if(made_job(version=2), 1)
    monkeypatch.setattr(store, "remove_job", gone)
    last = Change(job_id="job", expected_version=1, remove=True)
    assert store.commit([last]) == [False]
    assert store.get_runs() == []


def test_a_job_that_became_unreadable_is_a_refusal_and_stops_no_other(store, monkeypatch):
    store.add_job(made_job("other"))

    def lookup(job_id: str) -> StoredJob | None:
        if job_id == "job":
            raise UnreadableJobError("its module is gone")
        return store.jobs.get(job_id)

    monkeypatch.setattr(store, "lookup_job", lookup)
    fine = FIRING._replace(job_id="other", started=(made_run(1, "other"),))
    assert store.commit([FIRING, fine]) == [False, True]
    assert set(store.read_standings(["job", "other"])) == {"other"}


def test_a_job_that_is_gone_already_counts_as_removed_where_no_version_is_asked_for(store):
    assert store.commit([Change(job_id="nobody", remove=True)]) == [True]
    assert store.commit([Change(job_id="job", remove=True)]) == [True]
    assert store.get_all_jobs() == []


def test_threads_of_one_process_do_not_overtake_each_other_though_the_heart_has_no_condition():
    store, rounds = HeartOnlyStore(), 300
    job = made_job()
    store.add_job(job)

    def fire(writer: int) -> int:
        changes = [
            Change(
                job_id="job",
                expected_version=version,
                schedule=moved(job, at(version), by=version),
                started=(made_run(version, id=f"{version} by {writer}"),),
            )
            for version in range(1, rounds + 1)
        ]
        return sum(store.commit([change])[0] for change in changes)

    shares = all_at_once(*(lambda writer=writer: fire(writer) for writer in range(4)))
    assert sum(shares) == rounds
    assert len(store.get_unsettled_runs()) == rounds
