"""A scheduler's life: start, pause, restart, and shutdown from anywhere, in any state, without ever hanging."""

from __future__ import annotations

import atexit
import gc
import pickle
import threading
import weakref
from threading import Barrier, Thread, current_thread
from typing import Any

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import BreakableStore, Gate, Heard, end_off_the_record, in_time, running, soon
from tickwright import BackgroundScheduler, BlockingScheduler, events
from tickwright.errors import (
    ConfigurationError,
    ConflictingIdError,
    JobStoreNotFoundError,
    SchedulerAlreadyRunningError,
    SchedulerNotRunningError,
)
from tickwright.executors.debug import DebugExecutor
from tickwright.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.schedulers.base import STATE_PAUSED, STATE_RUNNING, STATE_STOPPED, BaseScheduler
from tickwright.testing import ManualScheduler

pytestmark = pytest.mark.timeout(60)


# -- start -----------------------------------------------------------------------------------------


def test_a_scheduler_that_runs_cannot_be_started_again(background):
    scheduler = background()
    with pytest.raises(SchedulerAlreadyRunningError, match=r"running already"):
        scheduler.start()
    assert scheduler.running


def test_a_scheduler_that_runs_cannot_be_configured(background):
    with pytest.raises(SchedulerAlreadyRunningError):
        background().configure(job_defaults={"coalesce": False})


def test_the_states_follow_start_pause_resume_and_shutdown(background):
    scheduler = background(start=False)
    seen = [scheduler.state, scheduler.running]
    scheduler.start(paused=True)
    seen += [scheduler.state, scheduler.running]
    scheduler.resume()
    seen += [scheduler.state, scheduler.running]
    scheduler.pause()
    seen += [scheduler.state, scheduler.running]
    scheduler.shutdown()
    seen += [scheduler.state, scheduler.running]
    assert seen == [STATE_STOPPED, False, STATE_PAUSED, True, STATE_RUNNING, True, STATE_PAUSED, True, 0, False]


def test_the_state_constants_have_the_values_that_the_field_knows():
    assert (STATE_STOPPED, STATE_RUNNING, STATE_PAUSED) == (0, 1, 2)


@pytest.mark.parametrize("call", ["pause", "resume"])
def test_pausing_and_resuming_a_stopped_scheduler_is_refused(background, call):
    with pytest.raises(SchedulerNotRunningError, match=r"start it first"):
        getattr(background(start=False), call)()


def test_started_paused_it_takes_nothing_until_it_is_resumed(background, heard):
    scheduler = background(start=False)
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.start(paused=True)
    scheduler.add_job(deeds.note, id="now")
    scheduler.wakeup()
    assert soon(lambda: scheduler.health().last_step is not None)
    assert scheduler.get_runs() == []
    scheduler.resume()
    run = heard.wait_for(events.EVENT_JOB_EXECUTED).run
    assert run.status == "succeeded"


def test_while_it_is_paused_runs_in_flight_go_on_and_end_on_record(background, heard, gate):
    scheduler = background()
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(gate, id="slow")
    gate.wait_until_entered()
    scheduler.pause()
    gate.open()
    heard.wait_for(events.EVENT_JOB_EXECUTED)
    assert [run.status for run in scheduler.get_runs("slow")] == ["succeeded"]


class StoreThatCannotStart(MemoryJobStore):
    def start(self, scheduler: Any, alias: str) -> None:
        raise ConnectionError("nobody there")


class PartThatRemembers(ThreadPoolExecutor):
    state = "new"

    def start(self, scheduler: Any, alias: str) -> None:
        super().start(scheduler, alias)
        self.state = "started"

    def shutdown(self, wait: bool = True) -> None:
        super().shutdown(wait)
        self.state = "stopped"


def test_where_one_part_cannot_start_nothing_is_left_running():
    executor = PartThatRemembers()
    scheduler = BackgroundScheduler(jobstores={"default": StoreThatCannotStart()}, executors={"default": executor})
    with pytest.raises(ConnectionError):
        scheduler.start()
    assert (scheduler.running, executor.state) == (False, "stopped")
    assert not scheduler.health().loop_alive
    scheduler.remove_jobstore("default")
    scheduler.start()
    assert scheduler.running
    scheduler.shutdown()


def test_where_no_thread_can_be_had_nothing_is_left_running(monkeypatch):
    executor = PartThatRemembers()
    scheduler = BackgroundScheduler(executors={"default": executor})
    real_start = Thread.start

    def start(thread: Thread) -> None:
        if thread.name == "tickwright-scheduler":
            raise RuntimeError("can't start new thread")
        real_start(thread)

    with monkeypatch.context() as patch:
        patch.setattr(Thread, "start", start)
        with pytest.raises(RuntimeError, match=r"can't start new thread"):
            scheduler.start()
    assert (scheduler.running, scheduler.state, executor.state) == (False, STATE_STOPPED, "stopped")
    scheduler.start()
    assert scheduler.running
    in_time(scheduler.shutdown)


def test_a_pending_job_for_an_unknown_store_stops_the_start_and_says_which():
    scheduler = BackgroundScheduler()
    scheduler.add_job(deeds.note, "interval", hours=1, jobstore="elsewhere")
    with pytest.raises(JobStoreNotFoundError, match=r"elsewhere"):
        scheduler.start()
    assert not scheduler.running
    scheduler.add_jobstore("memory", "elsewhere")
    scheduler.start()
    assert len(scheduler.get_jobs("elsewhere")) == 1
    scheduler.shutdown()


def test_a_start_that_fails_keeps_the_pending_jobs_that_it_did_not_store():
    store = MemoryJobStore()
    with running(BackgroundScheduler(jobstores={"default": store})) as first:
        first.add_job(deeds.note, "interval", hours=1, id="b")
    scheduler = BackgroundScheduler(jobstores={"default": store})
    for job_id in "abc":
        scheduler.add_job(deeds.note, "interval", hours=1, id=job_id)
    with pytest.raises(ConflictingIdError, match=r"'b'"):
        scheduler.start()
    scheduler.remove_job("b")
    scheduler.start()
    assert {job.id for job in scheduler.get_jobs()} == {"a", "b", "c"}
    scheduler.shutdown()


# -- shutdown --------------------------------------------------------------------------------------


def test_shutting_down_before_the_start_and_twice_is_fine(background, heard):
    scheduler = background(start=False)
    scheduler.add_listener(heard, events.EVENT_SCHEDULER_SHUTDOWN)
    in_time(scheduler.shutdown)
    scheduler.start()
    in_time(scheduler.shutdown)
    in_time(scheduler.shutdown)
    in_time(lambda: scheduler.shutdown(wait=False))
    assert len(heard.events) == 1


def test_a_restarted_scheduler_goes_on_with_its_jobs_and_their_history(background, heard):
    scheduler = background()
    scheduler.add_listener(heard, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(deeds.note, "interval", hours=1, id="hourly")
    scheduler.run_job("hourly")
    heard.wait_for(events.EVENT_JOB_EXECUTED)
    planned = scheduler.get_job("hourly").next_run_time
    scheduler.shutdown()
    scheduler.start()
    assert scheduler.get_job("hourly").next_run_time == planned
    assert len(scheduler.get_runs("hourly")) == 1
    scheduler.run_job("hourly")
    heard.wait_for(events.EVENT_JOB_EXECUTED, 2)


def test_shutdown_waits_for_a_run_and_records_it(background, gate):
    store = MemoryJobStore()
    scheduler = background(jobstores={"default": store})
    scheduler.add_job(gate, id="slow")
    gate.wait_until_entered()
    Thread(target=lambda: (soon(lambda: scheduler.health().state == "stopping"), gate.open())).start()
    in_time(scheduler.shutdown)
    assert [(run.status, run.result) for run in store.get_runs()] == [("succeeded", "through")]


def test_shutdown_returns_as_soon_as_the_last_run_has_ended(background, gate):
    scheduler = background()
    scheduler.add_job(gate)
    gate.wait_until_entered()
    stopping = Thread(target=scheduler.shutdown, daemon=True)
    stopping.start()
    assert soon(lambda: scheduler.health().state == "stopping")
    gate.open()
    # A loop that goes to sleep once more sleeps for a second.
    stopping.join(0.7)
    assert not stopping.is_alive()


def test_all_events_have_been_told_when_shutdown_returns(background, heard):
    for _ in range(30):
        listening = Heard()
        scheduler = background(start=False)
        scheduler.add_listener(listening)
        scheduler.start()
        scheduler.shutdown()
        assert listening.codes()[-1] == events.EVENT_SCHEDULER_SHUTDOWN


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("executor", ["threadpool", "debug"])
def test_a_job_may_shut_its_scheduler_down(background, executor, wait):
    store = MemoryJobStore()
    scheduler = background(jobstores={"default": store}, executors={"default": {"type": executor}})

    def job() -> str:
        scheduler.shutdown(wait=wait)
        return "came back"

    scheduler.add_job(job, id="last")
    assert soon(lambda: not scheduler.running)
    if wait:
        assert [(run.status, run.result) for run in store.get_runs()] == [("succeeded", "came back")]


def test_an_async_job_may_shut_its_scheduler_down(background):
    store = MemoryJobStore()
    scheduler = background(jobstores={"default": store})

    async def job() -> str:
        scheduler.shutdown()
        return "came back"

    scheduler.add_job(job)
    assert soon(lambda: not scheduler.running)
    assert [run.result for run in store.get_runs()] == ["came back"]


@pytest.mark.parametrize("wait", [True, False])
def test_shutdown_while_a_process_works(background, tmp_path, wait):
    started = tmp_path / "started"
    store = SQLiteJobStore(tmp_path / "jobs.sqlite")
    scheduler = background(jobstores={"default": store}, executors={"default": ProcessPoolExecutor(1)})
    scheduler.add_job(deeds.doze, args=(0.5, str(started)), id="dozing")
    assert soon(started.exists)
    in_time(lambda: scheduler.shutdown(wait=wait))
    scheduler.start(paused=True)
    expected = "succeeded" if wait else "lost"
    assert soon(lambda: [run.status for run in scheduler.get_runs("dozing")] == [expected])


@pytest.mark.parametrize("wait", [True, False])
def test_a_listener_may_shut_the_scheduler_down(background, heard, wait):
    scheduler = background()
    scheduler.add_listener(lambda event: scheduler.shutdown(wait=wait), events.EVENT_JOB_EXECUTED)
    scheduler.add_listener(heard, events.EVENT_SCHEDULER_SHUTDOWN)
    scheduler.add_job(deeds.note)
    heard.wait_for(events.EVENT_SCHEDULER_SHUTDOWN)
    assert not scheduler.running


def test_two_threads_may_shut_it_down_at_once(background, gate, heard):
    scheduler = background()
    scheduler.add_listener(heard, events.EVENT_SCHEDULER_SHUTDOWN)
    scheduler.add_job(gate)
    gate.wait_until_entered()
    both = Barrier(3)

    def stop() -> None:
        both.wait()
        scheduler.shutdown()

    threads = [Thread(target=stop, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    both.wait()
    gate.open()
    for thread in threads:
        thread.join(15)
        assert not thread.is_alive()
    assert len(heard.events) == 1


def test_a_job_and_the_main_program_may_shut_it_down_at_once(background, gate):
    scheduler = background()

    def job() -> None:
        gate()
        scheduler.shutdown()

    scheduler.add_job(job)
    gate.wait_until_entered()
    Thread(target=lambda: (soon(lambda: scheduler.health().state == "stopping"), gate.open())).start()
    in_time(scheduler.shutdown)
    assert not scheduler.running


def test_a_timeout_ends_the_wait_for_a_job_that_hangs(background, gate):
    scheduler = background()
    scheduler.add_job(gate)
    gate.wait_until_entered()
    in_time(lambda: scheduler.shutdown(timeout=0.1), 5)
    assert not scheduler.running


def test_without_wait_it_does_not_wait_for_a_job_that_hangs(background, gate):
    scheduler = background()
    scheduler.add_job(gate)
    gate.wait_until_entered()
    in_time(lambda: scheduler.shutdown(wait=False), 5)
    assert not scheduler.running


@pytest.mark.parametrize("second", [{"wait": False}, {"timeout": 0.1}, {"timeout": 0}])
def test_a_second_less_patient_shutdown_ends_the_patience_of_the_first(background, gate, second):
    scheduler = background()
    scheduler.add_job(gate)
    gate.wait_until_entered()
    first = Thread(target=scheduler.shutdown, daemon=True)
    first.start()
    assert soon(lambda: scheduler.health().state == "stopping")
    in_time(lambda: scheduler.shutdown(**second), 5)
    first.join(5)
    assert not first.is_alive()


def test_a_second_more_patient_shutdown_does_not_lengthen_the_first(background, gate):
    scheduler = background()
    scheduler.add_job(gate)
    gate.wait_until_entered()
    first = Thread(target=lambda: scheduler.shutdown(timeout=1), daemon=True)
    first.start()
    assert soon(lambda: scheduler.health().state == "stopping")
    in_time(lambda: scheduler.shutdown(timeout=50), 10)
    assert not scheduler.running


def test_runs_that_wait_for_a_worker_are_recorded_as_cancelled(background, gate, heard):
    store = MemoryJobStore()
    scheduler = background(jobstores={"default": store}, executors={"default": ThreadPoolExecutor(1)})
    scheduler.add_listener(heard, events.EVENT_JOB_CANCELLED)
    scheduler.add_job(gate, id="busy")
    gate.wait_until_entered()
    for number in range(3):
        scheduler.add_job(deeds.note, id=f"waiting-{number}")
    assert soon(lambda: len(store.get_runs()) == 4)
    in_time(lambda: scheduler.shutdown(wait=False))
    queued = [run for run in store.get_runs() if run.job_id != "busy"]
    assert [run.status for run in queued] == ["cancelled"] * 3
    assert all(run.reason and run.started_at is None for run in queued)
    heard.wait_for(events.EVENT_JOB_CANCELLED, 3)
    assert {event.job_id for event in heard.events} == {"waiting-0", "waiting-1", "waiting-2"}
    assert deeds.called == []


def test_a_run_that_went_on_after_the_shutdown_is_found_lost_at_the_next_start(background, gate, heard):
    store = MemoryJobStore()
    scheduler = background(jobstores={"default": store})
    scheduler.add_job(gate, id="endless")
    gate.wait_until_entered()
    in_time(lambda: scheduler.shutdown(wait=False))
    scheduler.add_listener(heard, events.EVENT_JOB_LOST)
    scheduler.start()
    event = heard.wait_for(events.EVENT_JOB_LOST)
    assert (event.job_id, event.run.status) == ("endless", "lost")
    assert [run.status for run in scheduler.get_runs("endless")] == ["lost"]


def test_a_lost_run_that_is_to_run_again_does_so_as_soon_as_a_paused_scheduler_is_resumed(background, heard):
    gate = Gate()
    scheduler = background()
    scheduler.add_listener(heard)
    scheduler.add_job(gate, id="again", on_lost="rerun")
    gate.wait_until_entered()
    scheduler.shutdown(wait=False)
    gate.open()
    scheduler.start(paused=True)
    scheduler.wakeup()
    assert soon(lambda: scheduler.health().jobstores)
    scheduler.resume()
    # Not when it is time to look for the dead the next time, seconds later.
    heard.wait_for(events.EVENT_JOB_LOST, seconds=3)
    assert heard.wait_for(events.EVENT_JOB_EXECUTED, seconds=3).run.attempt == 2


def test_shutdown_while_the_store_is_out_comes_back(background, gate):
    store = BreakableStore()
    scheduler = background(jobstores={"default": store}, jobstore_retry_interval=0.1)
    scheduler.add_job(gate)
    gate.wait_until_entered()
    store.is_out = True
    gate.open()
    in_time(lambda: scheduler.shutdown(timeout=0.2), 5)
    assert not scheduler.running


def test_what_an_outage_kept_from_the_record_is_found_lost_at_the_next_start(background, gate, heard):
    store = BreakableStore()
    scheduler = background(jobstores={"default": store}, jobstore_retry_interval=0.1)
    scheduler.add_listener(heard, events.EVENT_JOB_LOST)
    scheduler.add_job(gate, id="x")
    gate.wait_until_entered()
    store.is_out = True
    gate.open()
    in_time(lambda: scheduler.shutdown(timeout=0), 5)
    store.is_out = False
    scheduler.start()
    # At once: nobody waits for the lease of a scheduler that is known to have stopped.
    assert heard.wait_for(events.EVENT_JOB_LOST, seconds=3).job_id == "x"


def test_shutdown_without_wait_while_the_store_is_out_comes_back(background, gate):
    store = BreakableStore()
    scheduler = background(jobstores={"default": store}, jobstore_retry_interval=0.1)
    end_off_the_record(scheduler, store, gate)
    in_time(lambda: scheduler.shutdown(wait=False), 5)
    assert not scheduler.running


def test_outcomes_are_written_when_the_store_answers_again_during_the_shutdown(background, gate):
    store = BreakableStore()
    scheduler = background(jobstores={"default": store}, jobstore_retry_interval=0.1)
    end_off_the_record(scheduler, store, gate, id="slow")
    stopping = Thread(target=scheduler.shutdown, daemon=True)
    stopping.start()
    assert soon(lambda: scheduler.health().state == "stopping")
    store.is_out = False
    stopping.join(15)
    assert not stopping.is_alive()
    assert [run.status for run in store.get_runs()] == ["succeeded"]


def test_a_hanging_run_of_a_removed_store_does_not_hold_the_shutdown_up(background, gate):
    scheduler = background()
    scheduler.add_jobstore("memory", "other")
    scheduler.add_job(gate, jobstore="other")
    gate.wait_until_entered()
    scheduler.remove_jobstore("other")
    in_time(lambda: scheduler.shutdown(timeout=0.2), 5)


def test_a_listener_that_hangs_does_not_hold_a_shutdown_without_wait(background, gate):
    scheduler = background()
    scheduler.add_listener(gate, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(deeds.note)
    gate.wait_until_entered()
    in_time(lambda: scheduler.shutdown(wait=False), 5)


def test_an_application_may_use_the_scheduler_after_its_shutdown(background, heard):
    scheduler = background()
    scheduler.add_listener(heard)
    scheduler.shutdown()
    job = scheduler.add_job(deeds.note, id="later")
    assert job.pending
    with pytest.raises(SchedulerNotRunningError):
        scheduler.run_job("later")
    scheduler.start()
    heard.wait_for(events.EVENT_JOB_EXECUTED)


def test_the_threads_of_a_scheduler_end_with_it():
    before = set(threading.enumerate())
    scheduler = BackgroundScheduler()
    scheduler.add_listener(Heard())
    with scheduler:
        scheduler.add_job(deeds.note)
    assert soon(lambda: set(threading.enumerate()) <= before)


def test_a_scheduler_that_is_started_often_leaves_one_note_for_the_end_of_the_program(background, monkeypatch):
    notes: list[Any] = []
    unregister = atexit.unregister
    monkeypatch.setattr(atexit, "register", notes.append)
    # Schedulers of earlier tests are forgotten at any time, and take their notes back then.
    monkeypatch.setattr(atexit, "unregister", lambda note: (notes.remove if note in notes else unregister)(note))
    scheduler = background(start=False)
    for _ in range(5):
        scheduler.start()
        scheduler.shutdown()
    assert len(notes) == 1
    scheduler.start()
    notes[0]()
    assert not scheduler.running


def test_a_scheduler_that_is_forgotten_is_let_go():
    scheduler = BackgroundScheduler()
    with scheduler:
        scheduler.add_job(deeds.note)
    reference = weakref.ref(scheduler)
    del scheduler
    assert soon(lambda: gc.collect() >= 0 and reference() is None)


# -- context managers ------------------------------------------------------------------------------


def test_a_background_scheduler_runs_in_its_block_and_waits_at_the_end(gate):
    store = MemoryJobStore()
    with BackgroundScheduler(jobstores={"default": store}) as scheduler:
        assert scheduler.running
        scheduler.add_job(gate)
        gate.wait_until_entered()
        Thread(target=lambda: (soon(lambda: scheduler.health().state == "stopping"), gate.open())).start()
    assert not scheduler.running
    assert [run.status for run in store.get_runs()] == ["succeeded"]


def test_the_block_ends_the_scheduler_where_it_raises():
    scheduler = BackgroundScheduler()
    with pytest.raises(ZeroDivisionError), scheduler:
        raise ZeroDivisionError
    assert not scheduler.running


def test_a_blocking_scheduler_is_started_by_its_block_and_stopped_at_its_end():
    ran = []
    with BlockingScheduler() as scheduler:
        assert not scheduler.running

        def job() -> None:
            ran.append(current_thread())
            scheduler.shutdown()

        scheduler.add_job(job)
        scheduler.start()
        assert not scheduler.running
    assert len(ran) == 1


# -- the blocking scheduler in any thread ----------------------------------------------------------


def test_a_blocking_scheduler_runs_in_a_thread_that_is_not_the_main_one(heard):
    scheduler = BlockingScheduler()
    scheduler.add_listener(heard)
    scheduler.add_job(deeds.note)
    thread = Thread(target=scheduler.start, daemon=True)
    thread.start()
    heard.wait_for(events.EVENT_JOB_EXECUTED)
    assert thread.is_alive()
    assert scheduler.health().ok
    in_time(scheduler.shutdown)
    thread.join(15)
    assert not thread.is_alive()


def test_the_main_thread_may_wait_for_a_blocking_scheduler_that_its_own_job_stops():
    scheduler = BlockingScheduler(executors={"default": DebugExecutor()})
    scheduler.add_job(scheduler.shutdown)
    scheduler.start()
    assert not scheduler.running


# -- what cannot be --------------------------------------------------------------------------------


def test_a_scheduler_cannot_be_pickled_and_says_what_to_do_instead(background):
    with pytest.raises(TypeError, match=r"cannot be pickled.*module"):
        pickle.dumps(background(start=False))


def test_a_base_scheduler_says_that_it_cannot_start():
    with pytest.raises(NotImplementedError, match=r"BaseScheduler"):
        BaseScheduler().start()


def test_an_alias_is_taken_once(background):
    scheduler = background(start=False)
    scheduler.add_executor("threadpool", "a")
    with pytest.raises(ConfigurationError, match=r"'a' already.*remove it first"):
        scheduler.add_executor("debug", "a")
    scheduler.add_jobstore("memory", "a")
    with pytest.raises(ConfigurationError, match=r"'a' already.*remove it first"):
        scheduler.add_jobstore("memory", "a")


# -- the manual scheduler --------------------------------------------------------------------------


def test_a_job_may_shut_a_manual_scheduler_down_and_the_step_ends():
    scheduler = ManualScheduler()
    scheduler.add_job(scheduler.shutdown, "interval", hours=1, id="last")
    scheduler.advance(days=1)
    assert not scheduler.running
    with pytest.raises(SchedulerNotRunningError):
        scheduler.step()


def test_a_manual_scheduler_can_be_shut_down_while_its_store_is_out():
    store = BreakableStore()
    scheduler = ManualScheduler(jobstores={"default": store})
    scheduler.add_job(lambda: setattr(store, "is_out", True), id="breaks it")
    scheduler.step()
    in_time(scheduler.shutdown, 10)
    assert not scheduler.running
    assert [run.status for run in store.get_runs()] == ["scheduled"]
    store.is_out = False
    scheduler.start()
    assert [run.status for run in store.get_runs()] == ["lost"]


def test_a_manual_scheduler_waits_for_runs_in_other_threads_at_its_end(gate):
    store = MemoryJobStore()
    scheduler = ManualScheduler(jobstores={"default": store}, executors={"default": ThreadPoolExecutor(1)})
    scheduler.add_job(gate)
    scheduler.step()
    gate.wait_until_entered()
    Thread(target=lambda: (soon(lambda: scheduler.health().state == "stopping"), gate.open())).start()
    in_time(scheduler.shutdown, 10)
    assert [run.status for run in store.get_runs()] == ["succeeded"]


def test_a_manual_scheduler_advances_through_an_outage():
    store = BreakableStore()
    scheduler = ManualScheduler("2026-01-01", jobstores={"default": store})
    scheduler.add_job(deeds.note, "interval", minutes=1, id="each")
    store.is_out = True
    in_time(lambda: scheduler.advance(minutes=10), 30)
    assert scheduler.get_runs() == []
    store.is_out = False
    scheduler.advance(minutes=1)
    assert sum(run.coalesced for run in scheduler.get_runs("each")) == 11


def test_a_manual_scheduler_is_healthy_after_a_day():
    scheduler = ManualScheduler()
    scheduler.add_job(deeds.note, "interval", hours=5)
    scheduler.advance(days=1)
    assert scheduler.health().ok, scheduler.health().problems


def test_a_listener_may_shut_a_manual_scheduler_down_from_anywhere():
    scheduler = ManualScheduler()
    scheduler.add_listener(lambda event: scheduler.shutdown(), events.EVENT_JOB_ADDED)
    scheduler.add_job(deeds.note, "interval", hours=1, id="x")
    if scheduler.running:  # it ends with the next step at the latest
        scheduler.step()
    assert not scheduler.running
    scheduler.start()
    assert scheduler.get_job("x") is not None


def test_time_does_not_run_back_by_advancing():
    scheduler = ManualScheduler("2026-01-01")
    with pytest.raises(ValueError, match=r"jump"):
        scheduler.advance_to("2025-12-31")


def test_a_blocking_start_returns_when_the_listeners_have_been_told():
    scheduler = BlockingScheduler()
    entered, gate = threading.Event(), threading.Event()
    order: list[str] = []

    def listen(event: events.Event) -> None:
        entered.set()
        gate.wait(10)
        order.append("told")

    def live() -> None:
        scheduler.start()
        order.append("returned")

    scheduler.add_listener(listen, events.EVENT_JOB_EXECUTED)
    scheduler.add_job(deeds.note, id="once")
    living = Thread(target=live)
    living.start()
    assert entered.wait(10)
    loop = scheduler._loop
    assert loop is not None
    loop.ask_to_stop(wait=True)  # as the handler of a signal does, which cannot wait itself
    assert loop.stopped.wait(10)
    living.join(0.1)  # where it waits for nobody, it has returned by now
    gate.set()
    living.join(10)
    assert order == ["told", "returned"]
