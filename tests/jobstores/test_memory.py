"""The memory store passes the suite of all stores, and keeps what it promises beyond it."""

import gc
import weakref
from datetime import datetime, timedelta
from threading import Thread

import pytest

from tickwright.change import Change
from tickwright.errors import ConfigurationError, ReentrantCallError
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.stored_job import Schedule
from tickwright.testing.suites import JobStoreSuite
from tickwright.testing.suites.store.material import (
    NOW,
    Host,
    Unstorable,
    all_at_once,
    at,
    committed,
    done,
    ids,
    made_job,
    made_run,
    moved,
    passed_over,
)


class TestMemoryJobStore(JobStoreSuite):
    def make_store(self) -> MemoryJobStore:
        return MemoryJobStore()

    def make_store_keeping(
        self, *, keep_runs: int | None = None, keep_runs_for: timedelta | None = None
    ) -> MemoryJobStore:
        return MemoryJobStore(keep_runs=keep_runs, keep_runs_for=keep_runs_for)


@pytest.fixture
def store() -> MemoryJobStore:
    return MemoryJobStore()


# -- objects -------------------------------------------------------------------------------------------


def test_jobs_and_outcomes_are_kept_as_the_objects_they_are(store: MemoryJobStore) -> None:
    job, result, error = made_job(args=(Unstorable(),)), Unstorable(), Unstorable()
    store.add_job(job)
    assert store.lookup_job("job") is job
    assert store.read_due(NOW, 1).due[0].job is job
    runs = (made_run(1), made_run(2))
    committed(store, Change(job_id="job", started=runs))
    committed(store, Change(job_id="job", settled=(done(runs[0], result=result), done(runs[1], exception=error))))
    assert store.get_runs()[1].result is result
    assert store.get_runs()[0].exception is error


def test_a_removed_job_and_a_run_that_was_let_go_are_not_held_on_to(store: MemoryJobStore) -> None:
    class Big:
        pass

    argument, result = Big(), Big()
    freed = [weakref.ref(argument), weakref.ref(result)]
    job, run = made_job(args=(argument,)), made_run()
    store.add_job(job)
    committed(store, Change(job_id="job", started=(run,)))
    store.read_due(at(9), 9)
    committed(store, Change(job_id="job", expected_version=1, remove=True, settled=(done(run, result=result),)))
    store.keep_runs = 0
    assert store.prune_runs(at(9), 9) == 1
    del argument, result, job, run
    gc.collect()
    assert [ref() for ref in freed] == [None, None]


# -- retention -----------------------------------------------------------------------------------------


def test_the_last_run_of_a_stored_job_is_kept_however_old_it_is() -> None:
    store = MemoryJobStore(keep_runs=2, keep_runs_for=timedelta(seconds=10))
    store.add_job(made_job("monthly"))
    store.add_job(made_job("every second"))
    committed(store, Change(job_id="monthly", recorded=(passed_over(1, "monthly"), passed_over(2, "monthly"))))
    for n in range(3, 9):
        committed(store, Change(job_id="every second", recorded=(passed_over(n, "every second"),)))
    assert store.prune_runs(at(8), 100) == 5
    assert ids(store.get_runs()) == ["every second-run-8", "every second-run-7", "monthly-run-2"]
    assert store.prune_runs(at(1000), 100) == 1
    assert ids(store.get_runs()) == ["every second-run-8", "monthly-run-2"]


def test_the_last_run_goes_when_another_follows_it() -> None:
    store = MemoryJobStore(keep_runs=0)
    store.add_job(made_job())
    committed(store, Change(job_id="job", recorded=(passed_over(1),)))
    assert store.prune_runs(at(9), 100) == 0
    second = made_run(2)
    committed(store, Change(job_id="job", started=(second,)))
    assert store.prune_runs(at(9), 100) == 1
    assert ids(store.get_runs()) == ["job-run-2"]
    committed(store, Change(job_id="job", settled=(done(second),)))
    assert store.prune_runs(at(9), 100) == 0


@pytest.mark.parametrize("removed_by", ["hand", "all", "change"])
def test_the_last_run_goes_when_its_job_is_gone(removed_by: str) -> None:
    store = MemoryJobStore(keep_runs=0)
    store.add_job(made_job())
    committed(store, Change(job_id="job", recorded=(passed_over(1),)))
    assert store.prune_runs(at(9), 100) == 0
    if removed_by == "hand":
        store.remove_job("job")
    elif removed_by == "all":
        store.remove_all_jobs()
    else:
        committed(store, Change(job_id="job", expected_version=1, remove=True))
    assert store.prune_runs(at(9), 100) == 1
    assert store.get_runs() == []


@pytest.mark.parametrize("retention", [{"keep_runs": -1}, {"keep_runs_for": timedelta(seconds=-1)}])
def test_a_retention_that_makes_no_sense_is_refused(retention: dict) -> None:
    with pytest.raises(ConfigurationError, match="keep_runs"):
        MemoryJobStore(**retention)


# -- harm is kept out ----------------------------------------------------------------------------------


def test_a_time_without_a_zone_is_refused_and_harms_no_other_job(store: MemoryJobStore) -> None:
    store.add_job(made_job("good"))
    naive = Schedule(next_fire_time=NOW, next_run_time=datetime(2030, 1, 1), version=2)
    with pytest.raises(ValueError, match="time zone"):
        store.add_job(made_job("bad", schedule=naive))
    with pytest.raises(ValueError, match="time zone"):
        store.update_job(made_job("good", schedule=naive))
    with pytest.raises(ValueError, match="time zone"):
        store.commit([Change(job_id="good", expected_version=1, schedule=naive, started=(made_run(1, "good"),))])
    assert store.get_all_jobs() == [made_job("good")]
    assert ids(store.read_due(NOW, 9).due) == ["good"]
    assert store.get_runs() == []


def test_a_batch_in_which_one_time_has_no_zone_does_nothing(store: MemoryJobStore) -> None:
    there = [made_job("a"), made_job("b", due=at(1))]
    assert store.add_jobs(there)
    naive = Schedule(next_fire_time=NOW, next_run_time=datetime(2030, 1, 1), version=2)
    fine = made_job("a", due=at(5), version=2)
    with pytest.raises(ValueError, match="time zone"):
        store.add_jobs([made_job("new", due=at(-5)), fine, made_job("b", schedule=naive)], {"a": 1, "b": 1})
    with pytest.raises(ValueError, match="time zone"):
        store.add_jobs([made_job("new", due=at(-5)), fine, made_job("bad", schedule=naive)], {"a": 1})
    changes = [
        Change(job_id="a", expected_version=1, schedule=fine.schedule),
        Change(job_id="b", expected_version=1, schedule=naive),
    ]
    with pytest.raises(ValueError, match="time zone"):
        store.commit_all(changes)
    assert store.get_all_jobs() == there
    assert store.next_due_time() == NOW
    assert ids(store.read_due(at(9), 9).due) == ["a", "b"]


@pytest.mark.parametrize("spare", range(3))
def test_ctrl_c_in_the_middle_of_a_batch_leaves_no_half_of_it(
    store: MemoryJobStore, monkeypatch: pytest.MonkeyPatch, spare: int
) -> None:
    there = [made_job("a"), made_job("b", due=at(1)), made_job("c", due=at(2))]
    store.add_jobs(there)
    table, left = store._jobs, [spare]

    def interrupted(name: str) -> None:
        call = getattr(table, name)

        def once(*given: object) -> object:
            left[0] -= 1
            if left[0] == -1:
                raise KeyboardInterrupt
            return call(*given)

        monkeypatch.setattr(table, name, once)

    for name in ("put", "remove", "reschedule"):
        interrupted(name)
    again = [made_job(job.id, due=at(7), version=2) for job in there]
    deeds = (
        lambda: store.add_jobs([made_job("new"), *again], {"a": 1, "b": 1, "c": 1}),
        lambda: store.remove_jobs(["a", "b", "c"]),
        lambda: store.commit_all(
            [Change(job_id=job.id, expected_version=1, schedule=moved(job, at(7))) for job in there]
        ),
    )
    for deed in deeds:
        left[0] = spare
        with pytest.raises(KeyboardInterrupt):
            deed()
        assert store.get_all_jobs() == there
        assert ids(store.read_due(at(9), 9).due) == ["a", "b", "c"]


def test_no_user_code_runs_while_the_lock_is_held(store: MemoryJobStore) -> None:
    """An argument, a result and an iterable that call back into the store from another thread do not hang it."""
    entered = []

    def from_another_thread() -> None:
        entered.append(True)
        thread = Thread(target=store.get_all_jobs, daemon=True)
        thread.start()
        thread.join(10)
        assert not thread.is_alive(), "a lock was held while user code ran"

    class Nosy:
        def __eq__(self, other: object) -> bool:
            from_another_thread()
            return True

        def __hash__(self) -> int:
            from_another_thread()
            return 0

    def asked_for():
        from_another_thread()
        yield "job"

    job, run = made_job(args=(Nosy(),)), made_run()
    store.add_job(job)
    store.update_job(job)
    assert store.update_job_if(made_job(args=(Nosy(),), version=2), 1)
    committed(store, Change(job_id="job", started=(run,)))
    committed(store, Change(job_id="job", settled=(done(run, result=Nosy()),)))
    store.get_runs(job_id="job", since=NOW)
    store.get_all_jobs()
    store.read_due(at(1), 9)
    assert entered == []
    assert set(store.read_standings(asked_for())) == {"job"}
    assert entered == [True]


# -- threads -------------------------------------------------------------------------------------------


def test_no_thread_comes_between_the_look_at_a_version_and_the_write(store: MemoryJobStore) -> None:
    rounds, writers = 500, 4
    job = made_job()
    store.add_job(job)

    def fire(writer: int) -> int:
        taken = 0
        for version in range(1, rounds + 1):
            run = made_run(version, id=f"{version} by {writer}")
            schedule = Schedule(next_fire_time=at(version), next_run_time=at(version), version=version + 1)
            change = Change(job_id="job", expected_version=version, schedule=schedule, started=(run,))
            taken += store.commit([change])[0]
            assert store.read_standings(["job"])["job"].schedule.version > version
        return taken

    shares = all_at_once(*(lambda writer=writer: fire(writer) for writer in range(writers)))
    assert sum(shares) == rounds
    assert len(store.get_unsettled_runs()) == rounds


# -- size ----------------------------------------------------------------------------------------------


class Counted(str):
    """An id that counts how often ids are compared or hashed."""

    looks = 0

    def __hash__(self) -> int:
        Counted.looks += 1
        return super().__hash__()

    def __eq__(self, other: object) -> bool:
        Counted.looks += 1
        return super().__eq__(other)

    def __lt__(self, other: str) -> bool:
        Counted.looks += 1
        return super().__lt__(other)


def test_what_is_not_due_costs_nothing() -> None:
    def cost(waiting: int) -> int:
        store = MemoryJobStore()
        for n in range(waiting):
            store.add_job(made_job(Counted(f"waiting {n}"), due=at(1000)))
        job = made_job(Counted("due"))
        store.add_job(job)
        Counted.looks = 0
        assert len(store.read_due(NOW, 100).due) == 1
        assert store.next_due_time({"default"}) == NOW
        run = made_run(1, job.id)
        change = Change(job_id=job.id, expected_version=1, schedule=moved(job, at(500)), started=(run,))
        committed(store, change)
        committed(store, Change(job_id=job.id, settled=(done(run),)))
        assert store.next_due_time() == at(500)
        return Counted.looks

    assert cost(5000) <= cost(50) + 50


CALLS = {
    "lookup_job": ("a",),
    "lookup_jobs": (["a"],),
    "get_due_jobs": (at(9),),
    "get_next_run_time": (),
    "get_all_jobs": (),
    "add_job": (made_job("b"),),
    "add_job_unless_run": (made_job("b"),),
    "add_jobs": ([made_job("b")],),
    "update_job": (made_job("a", args=(1,)),),
    "update_job_if": (made_job("a", args=(1,)), 1),
    "remove_job": ("a",),
    "remove_jobs": (["a"],),
    "remove_all_jobs": (),
    "read_due": (at(9), 5),
    "next_due_time": (),
    "read_standings": (["a"],),
    "commit": ([Change("a", 1, remove=True)],),
    "commit_all": ([Change("a", 1, moved(made_job("a"), at(5)))],),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_breaks_in_on_another_one_of_its_thread_is_refused(call):
    """The handler of a signal may come between any two instructions of what is done under the lock."""
    store = MemoryJobStore()
    store.start(Host(), "default")
    store.add_job(made_job("a"))
    with store._lock, pytest.raises(ReentrantCallError, match="broke in on another one"):
        getattr(store, call)(*CALLS[call])
    assert store.get_all_jobs() == [made_job("a")]
    getattr(store, call)(*CALLS[call])
