"""Tests of the faults that a test plans: they strike when they should, as often as they should, and nowhere else."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from threading import Thread

import pytest

from tickwright.change import Change
from tickwright.errors import JobStoreUnavailableError
from tickwright.jobstores.base import JobStore
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.testing import Faults, FaultyStore, ManualScheduler, VirtualClock
from tickwright.testing.faults import CALLS, Strike
from tickwright.testing.suites.store.material import NOW, Host, at, done, ids, made_job, made_run


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def store(faults: Faults) -> FaultyStore:
    store = FaultyStore(MemoryJobStore(), faults)
    store.start(Host(), "default")
    return store


def test_every_call_of_the_port_goes_through_the_faults() -> None:
    # A call that a later version adds must not slip by.
    passed_on = {name for name in CALLS if name in vars(FaultyStore)}
    assert passed_on == CALLS
    assert {"commit", "read_due", "renew_lease", "start", "shutdown"} <= CALLS
    assert "pack" not in CALLS
    assert "pack" in vars(FaultyStore)


def test_a_call_that_fails_before_leaves_the_store_as_it_was(store: FaultyStore, faults: Faults) -> None:
    faults.fail("add_job")
    with pytest.raises(JobStoreUnavailableError, match="add_job fails as planned by Faults: nothing was done"):
        store.add_job(made_job())
    assert store.get_all_jobs() == []
    store.add_job(made_job())  # once was asked for
    assert ids(store.get_all_jobs()) == ["job"]
    assert faults.struck == [Strike("add_job", "before")]
    assert faults.seen["add_job"] == 2


def test_a_call_that_fails_after_was_done(store: FaultyStore, faults: Faults) -> None:
    faults.fail("add_job", when="after", error=ConnectionResetError)
    with pytest.raises(ConnectionResetError, match="it was done"):
        store.add_job(made_job())
    assert ids(store.get_all_jobs()) == ["job"]


def test_half_a_commit_is_its_first_changes_whole(store: FaultyStore, faults: Faults) -> None:
    for job_id in "abcde":
        store.add_job(made_job(job_id))
    faults.fail("commit", when="half")
    with pytest.raises(JobStoreUnavailableError, match="first half"):
        store.commit([Change(job_id=job_id, started=(made_run(1, job_id),)) for job_id in "abcde"])
    assert [run.job_id for run in store.get_unsettled_runs()] == ["a", "b"]


def test_half_of_all_jobs_and_half_of_the_history_go(store: FaultyStore, faults: Faults) -> None:
    store.inner.keep_runs = 0
    for number in range(4):
        run = made_run(number, "gone")
        store.commit([Change(job_id="gone", started=(run,))])
        store.commit([Change(job_id="gone", settled=(done(run),))])
        store.add_job(made_job(str(number), due=at(number)))
    faults.fail(when="half", times=2, error=OSError("half"))
    with pytest.raises(OSError, match="half"):
        store.prune_runs(at(100), 4)
    with pytest.raises(OSError, match="half"):
        store.remove_all_jobs()
    assert len(store.get_runs()) == 2
    assert ids(store.get_all_jobs()) == ["2", "3"]


def test_half_of_what_cannot_be_halved_is_done_and_not_answered(store: FaultyStore, faults: Faults) -> None:
    faults.fail("add_job", "get_all_jobs", when="half", times=2)
    with pytest.raises(JobStoreUnavailableError):
        store.add_job(made_job())
    with pytest.raises(JobStoreUnavailableError):
        store.get_all_jobs()
    assert ids(store.get_all_jobs()) == ["job"]


def test_so_many_calls_are_spared_and_so_many_fail(store: FaultyStore, faults: Faults) -> None:
    faults.fail("get_runs", spare=2, times=3)
    went_well = []
    for _ in range(8):
        try:
            store.get_runs()
        except JobStoreUnavailableError:
            went_well.append(False)
        else:
            went_well.append(True)
    assert went_well == [True, True, False, False, False, True, True, True]


def test_where_no_call_is_named_all_fail_but_start_and_shutdown(store: FaultyStore, faults: Faults) -> None:
    faults.fail(times=None)
    store.shutdown()
    store.start(Host(), "default")
    for call in (store.get_runs, store.get_all_jobs, lambda: store.read_due(NOW, 1), lambda: store.commit([])):
        with pytest.raises(JobStoreUnavailableError):
            call()
    faults.clear()
    assert store.get_runs() == []
    faults.fail("start", "shutdown", times=2)
    with pytest.raises(JobStoreUnavailableError):
        store.start(Host(), "default")
    with pytest.raises(JobStoreUnavailableError):
        store.shutdown()


def test_plans_are_chained_and_the_first_that_strikes_counts(store: FaultyStore, faults: Faults) -> None:
    faults.fail("get_runs", error=OSError("first")).fail(times=2, error=KeyError("second"))
    with pytest.raises(OSError, match="first"):
        store.get_runs()
    for _ in range(2):
        with pytest.raises(KeyError, match="second"):
            store.get_runs()
    store.get_runs()


def test_a_share_fails_by_chance_and_the_seed_repeats_it() -> None:
    def struck(seed: int) -> list[bool]:
        faults = Faults().at_random(0.2, "get_runs", seed=seed)
        store = FaultyStore(MemoryJobStore(), faults)
        found = []
        for _ in range(1_000):
            before = len(faults.struck)
            with suppress(JobStoreUnavailableError):
                store.get_runs()
            found.append(len(faults.struck) > before)
        assert {strike.when for strike in faults.struck} == {"before", "after", "half"}
        return found

    assert struck(1) == struck(1) != struck(2)
    assert 130 < sum(struck(1)) < 270


def test_an_outage_lasts_from_one_instant_to_another_by_the_schedulers_clock() -> None:
    faults = Faults().outage("2026-01-01 00:05", "2026-01-01 00:10", error=ConnectionRefusedError)
    store = FaultyStore(MemoryJobStore(), faults)
    scheduler = ManualScheduler("2026-01-01", jobstores={"default": store})
    is_out = []
    for _ in range(15):
        is_out.append(not scheduler.health().jobstores["default"].ok)
        scheduler.advance(minutes=1)
    # What is out at 00:05 is noticed when the store is next asked, and over when it is asked again.
    assert is_out[:5] == [False] * 5
    assert is_out[6:10] == [True] * 4
    assert is_out[11:] == [False] * 4


def test_an_outage_may_begin_now_and_last_for_a_while() -> None:
    faults, clock = Faults(), VirtualClock()
    store = FaultyStore(MemoryJobStore(), faults)
    faults.clock = clock
    faults.outage(end=timedelta(seconds=60))
    with pytest.raises(JobStoreUnavailableError):
        store.get_runs()
    clock.advance(59.9)
    with pytest.raises(JobStoreUnavailableError):
        store.get_runs()
    clock.advance(0.1)
    assert store.get_runs() == []


def test_a_slow_call_takes_virtual_time_where_there_is_some() -> None:
    faults = Faults().delay("get_all_jobs", seconds=30, times=1)
    scheduler = ManualScheduler("2026-01-01", jobstores={"default": FaultyStore(MemoryJobStore(), faults)})
    before = scheduler.now
    scheduler.get_jobs()
    scheduler.get_jobs()
    assert scheduler.now - before == timedelta(seconds=30)


def test_a_slow_call_takes_real_time_where_there_is_no_other(store: FaultyStore, faults: Faults) -> None:
    faults.delay("get_runs", seconds=0.2)
    before = faults.clock.monotonic()
    store.get_runs()
    assert faults.clock.monotonic() - before >= 0.2


def test_an_answer_that_is_not_to_come_is_that_of_the_call_and_of_no_other_threads(
    store: FaultyStore, faults: Faults
) -> None:
    answers: list[object] = []

    class Inner(MemoryJobStore):
        def get_runs(self, **wanted: object) -> list:
            other = Thread(target=lambda: answers.append(store.get_all_jobs()))
            other.start()
            other.join(10)
            return []

    store.inner = Inner()
    faults.fail("get_runs", when="after")
    with pytest.raises(JobStoreUnavailableError):
        store.get_runs()
    assert answers == [[]]


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (lambda faults: faults.fail("comit"), "'comit' is no call of a job store .* commit"),
        (lambda faults: faults.fail("pack"), "'pack' is no call"),
        (lambda faults: faults.fail("commit", when="during"), "when must be .* not 'during'"),
        (lambda faults: faults.fail("commit", times=-1), "times must be"),
        (lambda faults: faults.fail("commit", spare=0.5), "spare must be"),
        (lambda faults: faults.delay("commit", seconds=-1), "seconds must be"),
        (lambda faults: faults.at_random(20, seed=1), "share must be .* not 20"),
        (lambda faults: faults.at_random(0.2, seed=1, when="now"), "when must be"),
        (lambda faults: faults.outage("tomorrow"), "start"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(faults: Faults, plan, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plan(faults)


def test_a_store_tells_what_the_real_one_promises(store: FaultyStore) -> None:
    for flag in ("checks_versions", "survives_restart", "keeps_objects", "is_always_open"):
        assert getattr(store, flag) == getattr(store.inner, flag)
        assert hasattr(JobStore, flag)
