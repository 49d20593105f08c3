"""The scheduler of an event loop: never blocks it, is awaited where it waits, and ends in good order."""

from __future__ import annotations

import asyncio
import inspect
import os
import threading
from collections.abc import Callable, Coroutine
from threading import Event, get_ident
from typing import Any

import pytest

from tests.schedulers.stage import SOON, in_time, soon
from tickwright import AsyncIOExecutor, AsyncIOScheduler, BackgroundScheduler, MemoryJobStore, RunStatus, events
from tickwright.errors import (
    ConfigurationError,
    ConflictingIdError,
    ForkedSchedulerError,
    JobLookupError,
    SchedulerAlreadyRunningError,
)
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.schedulers.asyncio.awaitable_calls import AwaitableCalls
from tickwright.testing import ManualScheduler

pytestmark = pytest.mark.timeout(60)


def scheduler_of(**options: Any) -> AsyncIOScheduler:
    return AsyncIOScheduler(timezone="UTC", **options)


def run(main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return asyncio.run(asyncio.wait_for(main(), 30), debug=True)


class Signal:
    """An event that jobs, listeners and tests may set from any thread, and await in the event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def set(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self) -> None:
        await asyncio.wait_for(self._event.wait(), SOON)


class Stay:
    """A job that says that it began, and stays until it may end."""

    def __init__(self) -> None:
        self.began, self.may_end = Signal(), asyncio.Event()

    async def __call__(self) -> str:
        self.began.set()
        await self.may_end.wait()
        return "ended"


async def where() -> int:
    await asyncio.sleep(0)
    return get_ident()


async def until_recorded(scheduler: AsyncIOScheduler, job_id: str) -> Any:
    while True:
        runs = await scheduler.aio.get_runs(job_id, limit=1)
        if runs and runs[0].is_settled:
            return runs[0]
        await asyncio.sleep(0.002)


# -- life ----------------------------------------------------------------------------------------------


def test_it_starts_in_the_loop_that_runs_and_runs_coroutines_there():
    async def main() -> None:
        scheduler = scheduler_of()
        scheduler.start()
        scheduler.add_job(where, id="coroutine")
        scheduler.add_job(get_ident, id="plain")
        assert (await until_recorded(scheduler, "coroutine")).result == get_ident()
        assert (await until_recorded(scheduler, "plain")).result != get_ident()
        await scheduler.aio.shutdown()
        assert not scheduler.running

    run(main)


def test_the_block_waits_for_what_is_running():
    async def main() -> None:
        job = Stay()

        async with scheduler_of() as scheduler:
            await scheduler.aio.add_job(job, id="job")
            await job.began.wait()
            asyncio.get_running_loop().call_later(0.05, job.may_end.set)
        [found] = scheduler.get_runs("job")
        assert (found.status, found.result) == (RunStatus.SUCCEEDED, "ended")

    run(main)


def test_without_an_event_loop_it_says_what_to_do():
    scheduler = scheduler_of()
    with pytest.raises(ConfigurationError, match=r"start it in a coroutine, or give AsyncIOScheduler\(event_loop="):
        scheduler.start()
    assert not scheduler.running
    closed = asyncio.new_event_loop()
    closed.close()
    with pytest.raises(ConfigurationError, match="is closed"):
        scheduler_of(event_loop=closed).start()
    with pytest.raises(TypeError, match="event_loop must be an event loop of asyncio, not 7"):
        scheduler_of(event_loop=7)


def test_a_loop_that_is_given_may_run_later():
    loop = asyncio.new_event_loop()
    scheduler = scheduler_of()
    scheduler.configure(event_loop=loop)
    scheduler.start()
    scheduler.add_job(where, id="job")
    assert soon(lambda: scheduler.get_runs("job"))
    found = loop.run_until_complete(until_recorded(scheduler, "job"))
    assert found.result == get_ident()
    scheduler.shutdown()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def test_it_starts_again_in_another_loop(tmp_path):
    store = SQLiteJobStore(tmp_path / "jobs.sqlite")
    scheduler = scheduler_of(jobstores={"default": store})
    threads: list[int] = []

    async def main() -> None:
        async with scheduler:
            assert scheduler.running
            with pytest.raises(SchedulerAlreadyRunningError):
                scheduler.start()
            job = await scheduler.aio.add_job(where, id=f"job-{len(threads)}")
            threads.append((await until_recorded(scheduler, job.id)).result)

    run(main)
    thread = threading.Thread(target=run, args=(main,))
    thread.start()
    thread.join()
    assert threads[0] == get_ident() != threads[1]


def test_a_loop_that_ends_cancels_the_runs_and_health_says_that_it_is_gone():
    began = Event()

    async def stay() -> None:
        began.set()
        await asyncio.Event().wait()

    async def main() -> AsyncIOScheduler:
        scheduler = scheduler_of()
        scheduler.start()
        scheduler.add_job(stay, id="stay")
        while not began.is_set():
            await asyncio.sleep(0)
        return scheduler

    scheduler = run(main)
    assert soon(lambda: scheduler.get_runs("stay")[0].status is RunStatus.CANCELLED)
    assert "the end of its event loop" in scheduler.get_runs("stay")[0].reason
    scheduler.add_job(where, id="late")
    health = scheduler.health()
    assert not health.ok
    assert "executor 'default': its event loop is closed. Shut the scheduler down" in health.problems[0]
    assert scheduler.get_job("late") is not None
    assert scheduler.get_runs("late") == []
    scheduler.shutdown()

    async def again() -> Any:
        async with scheduler:
            return await until_recorded(scheduler, "late")

    assert run(again).result == get_ident(), "it stayed due"


# -- shutdown ------------------------------------------------------------------------------------------


def test_a_plain_shutdown_in_the_event_loop_returns_at_once_and_goes_on():
    async def main() -> None:
        job = Stay()

        scheduler = scheduler_of()
        scheduler.start()
        scheduler.add_job(job, id="job")
        await job.began.wait()
        scheduler.shutdown(wait=True)
        assert scheduler.health().state == "stopping"
        job.may_end.set()
        await scheduler.aio.shutdown()
        assert scheduler.get_runs("job")[0].result == "ended"

    run(main)


def test_jobs_make_calls_while_the_shutdown_waits_for_them():
    async def main() -> None:
        began, may_go_on = Signal(), asyncio.Event()

        async def job() -> int:
            began.set()
            await may_go_on.wait()
            await scheduler.aio.pause_job("other")
            return len(await scheduler.aio.get_jobs())

        async with scheduler_of() as scheduler:
            scheduler.add_job(where, "interval", hours=1, id="other")
            scheduler.add_job(job, id="job")
            await began.wait()
            stopping = asyncio.create_task(scheduler.aio.shutdown())
            while scheduler.health().state != "stopping":
                await asyncio.sleep(0)
            may_go_on.set()
            await stopping
        assert scheduler.get_runs("job")[0].result == 2

    run(main)


@pytest.mark.parametrize("who", ["job", "listener"])
def test_who_shuts_down_what_it_is_a_part_of_does_not_wait_for_itself(who):
    async def main() -> None:
        done = Signal()

        async def shut_down(*_: object) -> None:
            assert scheduler._is_own_thread()
            await scheduler.aio.shutdown()
            done.set()

        scheduler = scheduler_of()
        await scheduler.aio.start()
        if who == "listener":
            scheduler.add_listener(shut_down, events.EVENT_JOB_EXECUTED)
        scheduler.add_job(where if who == "listener" else shut_down)
        await done.wait()
        await scheduler.aio.shutdown()
        assert not scheduler.running

    run(main)


def test_removing_an_executor_waits_for_its_runs_and_not_in_the_event_loop():
    async def main() -> None:
        began, may_end = Signal(), asyncio.Event()

        async def job() -> str:
            began.set()
            await may_end.wait()
            await scheduler.aio.get_jobs()
            return "ended"

        async with scheduler_of() as scheduler:
            await scheduler.aio.add_executor("asyncio", "other", max_running=4)
            scheduler.add_job(job, id="job", executor="other")
            await began.wait()
            removing = asyncio.create_task(scheduler.aio.remove_executor("other"))
            while "other" in scheduler.health().executors:
                await asyncio.sleep(0)
            assert not removing.done()
            may_end.set()
            await removing
            assert (await until_recorded(scheduler, "job")).result == "ended"

    run(main)


def test_a_plain_with_is_refused_in_a_coroutine():
    async def main() -> None:
        scheduler = scheduler_of()
        with pytest.raises(TypeError, match="write `async with`"), scheduler:
            pass
        assert not scheduler.running

    run(main)


def test_no_thread_is_left_after_the_shutdown():
    scheduler = scheduler_of()

    async def main() -> None:
        async with scheduler:
            await scheduler.aio.add_job(where)
        await asyncio.get_running_loop().shutdown_default_executor()

    before = threading.active_count()
    run(main)
    assert soon(lambda: threading.active_count() <= before)
    assert not scheduler.running


# -- the calls that are awaited --------------------------------------------------------------------------

NOT_AWAITED = {
    "add_listener",  # only notes something
    "remove_listener",
    "configure",
    "clock",
    "timezone",
    "state",
    "running",
    "health",
    "wakeup",
    "scheduled_job",  # decorates, before the start
    "read_job",  # for handles
    "is_pending",
    "aio",
}


def test_every_call_that_may_wait_can_be_awaited_and_takes_the_same_arguments():
    calls = {name for name in dir(AsyncIOScheduler) if not name.startswith("_")} - NOT_AWAITED
    forms = {name for name in dir(AwaitableCalls) if not name.startswith("_")} - {
        "begin_anew",
        "make",
        "make_unawaited",
        "scheduler",
    }
    assert forms == calls
    for name in calls:
        plain, awaited = getattr(AsyncIOScheduler, name), getattr(AwaitableCalls, name)
        assert inspect.iscoroutinefunction(awaited), name
        assert list(inspect.signature(awaited).parameters) == list(inspect.signature(plain).parameters), name


class SlowStore(MemoryJobStore):
    """Holds up whoever adds a job, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked, self.go_on = Event(), Event()

    def add_job(self, job: Any) -> None:
        self.is_asked.set()
        assert self.go_on.wait(SOON)
        super().add_job(job)


def test_a_store_that_hangs_does_not_hold_up_the_event_loop_nor_other_jobs():
    async def main() -> None:
        store = SlowStore()
        async with scheduler_of(jobstores={"slow": store}) as scheduler:
            adding = asyncio.create_task(scheduler.aio.add_job(where, id="slow", jobstore="slow"))
            while not store.is_asked.is_set():
                await asyncio.sleep(0)
            later = asyncio.create_task(scheduler.aio.get_job("slow", "default"))
            scheduler.add_job(where, id="quick")  # a plain call goes past those that are being made
            while not any(one.is_settled for one in scheduler.get_runs("quick", jobstore="default")):
                await asyncio.sleep(0)
            assert not adding.done()
            assert not later.done(), "one after the other"
            store.go_on.set()
            assert (await adding).id == "slow"
            assert await later is None

    run(main)


def test_a_call_that_is_cancelled_before_it_began_is_not_made():
    async def main() -> None:
        store = SlowStore()
        async with scheduler_of(jobstores={"slow": store}) as scheduler:
            first = asyncio.create_task(scheduler.aio.add_job(where, "interval", hours=1, id="a", jobstore="slow"))
            while not store.is_asked.is_set():
                await asyncio.sleep(0)
            second = asyncio.create_task(scheduler.aio.add_job(where, "interval", hours=1, id="b"))
            await asyncio.sleep(0)
            for task in (first, second):
                task.cancel()
            await asyncio.gather(first, second, return_exceptions=True)
            store.go_on.set()
            assert [job.id for job in await scheduler.aio.get_jobs()] == ["a"], "it had begun"

    run(main)


def test_what_a_call_raises_is_raised_where_it_is_awaited():
    async def main() -> None:
        async with scheduler_of() as scheduler:
            await scheduler.aio.add_job(where, "interval", hours=1, id="a")
            with pytest.raises(ConflictingIdError, match="'a'"):
                await scheduler.aio.add_job(where, id="a")
            with pytest.raises(JobLookupError):
                await scheduler.aio.remove_job("b")

    run(main)


def test_a_cancelled_run_is_told_in_the_history():
    async def main() -> None:
        stay = Stay()

        async with scheduler_of() as scheduler:
            scheduler.add_job(stay, id="job")
            await stay.began.wait()
            [found] = await scheduler.aio.get_runs("job")
            assert await scheduler.aio.cancel_run(found.id)
            ended = await until_recorded(scheduler, "job")
            assert (ended.status, ended.reason) == (RunStatus.CANCELLED, "it was asked to stop")

    run(main)


# -- listeners -----------------------------------------------------------------------------------------


def test_listeners_are_called_in_the_event_loop_in_order_and_awaited_one_by_one():
    async def main() -> None:
        heard: list[tuple[int, str, str]] = []
        async with scheduler_of() as scheduler:

            async def slow(event: Any) -> None:
                heard.append((get_ident(), "begins", event.job_id))
                await asyncio.sleep(0.001)
                heard.append((get_ident(), "ends", event.job_id))

            def quick(event: Any) -> None:
                heard.append((get_ident(), "quick", event.job_id))

            scheduler.add_listener(slow, events.EVENT_JOB_EXECUTED)
            scheduler.add_listener(quick, events.EVENT_JOB_EXECUTED)
            for number in range(20):
                scheduler.add_job(where, id=str(number))
                await until_recorded(scheduler, str(number))
        assert {thread for thread, _, _ in heard} == {get_ident()}
        told = [(what, job_id) for _, what, job_id in heard]
        assert told == [(what, str(number)) for number in range(20) for what in ("begins", "ends", "quick")]

    run(main)


def test_a_slow_listener_delays_no_job_and_one_that_raises_is_counted(caplog):
    async def main() -> None:
        is_held, let_go = Signal(), asyncio.Event()

        async def hold(event: Any) -> None:
            is_held.set()
            await let_go.wait()
            raise ValueError("not again")

        async with scheduler_of() as scheduler:
            scheduler.add_listener(hold, events.EVENT_JOB_EXECUTED)
            scheduler.add_job(where, id="first")
            await is_held.wait()
            scheduler.add_job(where, id="second")
            await until_recorded(scheduler, "second")
            let_go.set()
        assert scheduler.health().listener_errors == 2

    run(main)
    assert caplog.text.count("raised ValueError('not again')") == 2


def test_listeners_hear_what_happens_before_the_loop_runs_and_after_its_end():
    heard: list[int] = []
    both = Event()

    async def awaited(event: Any) -> None:
        await asyncio.sleep(0)
        heard.append(event.code)

    def plain(event: Any) -> None:
        heard.append(event.code)
        both.set()

    loop = asyncio.new_event_loop()
    scheduler = scheduler_of(event_loop=loop)
    scheduler.add_listener(awaited, events.EVENT_SCHEDULER_STARTED | events.EVENT_SCHEDULER_SHUTDOWN)
    scheduler.add_listener(plain, events.EVENT_SCHEDULER_STARTED | events.EVENT_SCHEDULER_SHUTDOWN)
    scheduler.start()
    assert both.wait(SOON)
    both.clear()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    scheduler.shutdown()
    assert both.wait(SOON)
    started, shutdown = events.EVENT_SCHEDULER_STARTED, events.EVENT_SCHEDULER_SHUTDOWN
    assert heard == [started, started, shutdown, shutdown]


def test_an_event_is_told_once_where_the_loop_stops_in_the_middle_of_telling():
    loop = asyncio.new_event_loop()
    heard: list[str] = []
    is_there, go_on = Event(), Event()

    def stop_here(event: Any) -> None:
        heard.append(event.job_id)
        if len(heard) == 1:
            is_there.set()
            assert go_on.wait(SOON)
            loop.stop()

    scheduler = scheduler_of(event_loop=loop)
    scheduler.start()
    scheduler.add_listener(stop_here, events.EVENT_JOB_ADDED)

    def add() -> None:
        scheduler.add_job(where, "interval", hours=1, id="0")
        assert is_there.wait(SOON)
        for number in range(1, 50):
            scheduler.add_job(where, "interval", hours=1, id=str(number))
        go_on.set()

    adding = threading.Thread(target=add)
    adding.start()
    loop.run_forever()
    adding.join()
    scheduler.shutdown()
    assert heard == [str(number) for number in range(50)]
    loop.run_until_complete(asyncio.sleep(0))  # what it had begun to pass on when it stopped
    loop.close()


@pytest.mark.parametrize("make", [BackgroundScheduler, ManualScheduler])
def test_a_coroutine_function_is_refused_as_a_listener_where_nobody_awaits_it(make):
    async def listen(event: Any) -> None: ...

    with pytest.raises(TypeError, match="is a coroutine function, which nobody here awaits"):
        make().add_listener(listen)


# -- forks ---------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_has_nothing_of_it_and_makes_its_own(tmp_path):
    read, write = os.pipe()

    async def child(scheduler: AsyncIOScheduler) -> bytes:
        with pytest.raises(ForkedSchedulerError):
            await scheduler.aio.get_jobs()
        async with scheduler_of() as own:
            await own.aio.add_job(where, id="own")
            return b"ran" if (await until_recorded(own, "own")).result == get_ident() else b"ran elsewhere"

    async def main() -> AsyncIOScheduler:
        scheduler = scheduler_of()
        await scheduler.aio.start()
        await scheduler.aio.get_jobs()
        return scheduler

    scheduler = run(main)
    pid = os.fork()
    if not pid:
        said = b"failed"
        try:
            said = asyncio.run(child(scheduler))
        finally:
            os.write(write, said)
            os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(read, 100) == b"ran"
    for end in (read, write):
        os.close(end)
    scheduler.shutdown()


# -- what others do to it ------------------------------------------------------------------------------


def test_a_block_that_is_cancelled_while_it_starts_leaves_nothing_running():
    async def main() -> None:
        store = SlowStart()
        scheduler = scheduler_of(jobstores={"default": store})
        entering = asyncio.create_task(scheduler.__aenter__())
        while not store.is_asked.is_set():
            await asyncio.sleep(0)
        entering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await entering
        store.go_on.set()
        await scheduler.aio.make(lambda: None)  # after what was asked for before
        await scheduler.aio.shutdown()
        assert not scheduler.running
        assert store.is_shut_down

    run(main)


class SlowStart(MemoryJobStore):
    """Holds up the start until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked, self.go_on = Event(), Event()
        self.is_shut_down = False

    def start(self, scheduler: Any, alias: str) -> None:
        self.is_asked.set()
        assert self.go_on.wait(SOON)
        super().start(scheduler, alias)

    def shutdown(self) -> None:
        self.is_shut_down = True


def test_a_start_that_is_refused_changes_nothing_of_the_one_under_way():
    store = SlowStart()
    scheduler = scheduler_of(jobstores={"default": store})

    async def other() -> None:
        with pytest.raises(SchedulerAlreadyRunningError):
            await asyncio.to_thread(scheduler._start_in, asyncio.get_running_loop())

    async def main() -> None:
        starting = asyncio.create_task(scheduler.aio.start())
        while not store.is_asked.is_set():
            await asyncio.sleep(0)
        await asyncio.to_thread(run, other)
        store.go_on.set()
        await starting
        heard: list[int] = []
        scheduler.add_listener(lambda event: heard.append(get_ident()), events.EVENT_JOB_EXECUTED)
        scheduler.add_job(where, id="job")
        assert (await until_recorded(scheduler, "job")).result == get_ident()
        await scheduler.aio.shutdown()
        assert heard == [get_ident()]

    run(main)


def test_a_start_in_the_next_loop_says_that_the_last_one_was_not_shut_down():
    async def main() -> AsyncIOScheduler:
        scheduler = scheduler_of()
        scheduler.start()
        return scheduler

    scheduler = run(main)

    async def again() -> None:
        with pytest.raises(SchedulerAlreadyRunningError, match="for an event loop that is closed; shut it down"):
            scheduler.start()
        await scheduler.aio.shutdown()
        assert scheduler.health().problems == ()
        async with scheduler:
            assert scheduler.running

    run(again)


def test_a_block_that_is_cancelled_cancels_what_runs_in_the_loop_and_records_it():
    async def main() -> None:
        stay = Stay()

        scheduler = scheduler_of()

        async def block() -> None:
            async with scheduler:
                scheduler.add_job(stay, id="stay")
                await asyncio.Event().wait()

        task = asyncio.create_task(block())
        await stay.began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert scheduler.get_runs("stay")[0].status is RunStatus.CANCELLED
        assert not scheduler.running

    run(main)


def test_coroutines_that_outlast_the_patience_of_a_shutdown_are_cancelled_on_record():
    async def main() -> None:
        stay = Stay()

        scheduler = scheduler_of()
        await scheduler.aio.start()
        scheduler.add_job(stay, id="stay")
        await stay.began.wait()
        await scheduler.aio.shutdown(timeout=0.01)
        assert scheduler.get_runs("stay")[0].status is RunStatus.CANCELLED

    run(main)


def test_the_runs_of_an_executor_that_was_removed_are_given_up_too():
    loop, began = asyncio.new_event_loop(), Event()

    async def stay() -> None:
        began.set()
        await asyncio.Event().wait()

    scheduler = scheduler_of(event_loop=loop)
    scheduler.start()
    scheduler.add_executor("asyncio", "other")
    scheduler.add_job(stay, id="stay", executor="other")

    async def main() -> None:
        while not began.is_set():
            await asyncio.sleep(0)
        scheduler.remove_executor("other")

    loop.run_until_complete(main())
    in_time(scheduler.shutdown)
    assert scheduler.get_runs("stay")[0].status is RunStatus.CANCELLED
    [task] = asyncio.all_tasks(loop)
    loop.run_until_complete(task)
    loop.close()


def test_a_background_scheduler_that_uses_the_loop_does_not_wait_in_it():
    async def main() -> None:
        job = Stay()

        scheduler = BackgroundScheduler(timezone="UTC", executors={"default": AsyncIOExecutor()})
        scheduler.start()
        scheduler.add_job(job, id="job")
        await job.began.wait()
        scheduler.shutdown()
        job.may_end.set()
        await asyncio.to_thread(scheduler.shutdown)
        assert scheduler.get_runs("job")[0].result == "ended"

    run(main)


def test_a_refused_executor_goes_on_for_whom_it_works():
    async def main() -> None:
        executor = AsyncIOExecutor()
        async with scheduler_of(executors={"default": executor}) as first:
            with pytest.raises(ConfigurationError, match="already runs as executor 'default'"):
                scheduler_of(executors={"default": executor}).start()
            first.add_job(where, id="job")
            assert (await until_recorded(first, "job")).status is RunStatus.SUCCEEDED

    run(main)


def test_a_task_that_outlives_its_job_waits_for_a_shutdown_as_anybody_does():
    async def main() -> None:
        began, may_end, is_down = Signal(), asyncio.Event(), asyncio.Event()
        tasks: list[asyncio.Task[None]] = []

        async def later(may_go_on: asyncio.Event) -> None:
            await may_go_on.wait()
            await scheduler.aio.shutdown()
            assert not scheduler.running
            is_down.set()

        async def leave_task(may_go_on: asyncio.Event) -> None:
            tasks.append(asyncio.create_task(later(may_go_on)))

        async def stay() -> None:
            began.set()
            await may_end.wait()

        scheduler = scheduler_of()
        await scheduler.aio.start()
        may_go_on = asyncio.Event()
        scheduler.add_job(leave_task, args=[may_go_on], id="leave")
        await until_recorded(scheduler, "leave")
        scheduler.add_job(stay)
        await began.wait()
        may_go_on.set()
        while scheduler.health().state != "stopping":
            await asyncio.sleep(0)
        assert not is_down.is_set()
        may_end.set()
        await asyncio.gather(*tasks)

    run(main)


def test_what_raises_stop_iteration_does_not_hang():
    async def main() -> None:
        async with scheduler_of() as scheduler:
            await scheduler.aio.add_job(where, "interval", hours=1)
            with pytest.raises(RuntimeError, match="raised StopIteration"):
                await scheduler.aio.remove_jobs(where=lambda job: next(iter(())))

    run(main)


# -- listeners that are cut off ------------------------------------------------------------------------


def test_every_listener_hears_of_what_happened_while_the_loop_ended():
    heard: list[str] = []
    is_held, all_heard = Event(), Event()

    async def first(event: Any) -> None:
        is_held.set()
        await asyncio.Event().wait()

    def second(event: Any) -> None:
        heard.append(event.job_id)
        if len(heard) == 3:
            all_heard.set()

    async def main() -> AsyncIOScheduler:
        scheduler = scheduler_of()
        scheduler.start()
        scheduler.add_listener(first, events.EVENT_JOB_ADDED)
        scheduler.add_listener(second, events.EVENT_JOB_ADDED)
        scheduler.add_job(where, "interval", hours=1, id="0")
        while not is_held.is_set():
            await asyncio.sleep(0)
        scheduler.remove_listener(first)
        for job_id in ("1", "2"):
            scheduler.add_job(where, "interval", hours=1, id=job_id)
        return scheduler

    scheduler = asyncio.run(main())
    assert all_heard.wait(SOON)
    assert heard == ["0", "1", "2"]
    scheduler.shutdown()


def test_somebody_who_cancels_all_tasks_does_not_silence_the_listeners():
    async def main() -> None:
        heard: list[str] = []
        scheduler = scheduler_of()
        scheduler.start()
        scheduler.add_listener(lambda event: heard.append(event.job_id), events.EVENT_JOB_ADDED)
        own = asyncio.current_task()
        for number in range(20):
            scheduler.add_job(where, "interval", hours=1, id=str(number))
            while not (tasks := asyncio.all_tasks() - {own}) and len(heard) <= number:
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
        await scheduler.aio.shutdown()
        assert heard == [str(number) for number in range(20)]

    asyncio.run(main())


def test_a_loop_that_stands_for_a_while_does_not_have_two_tell_at_once():
    loop, log = asyncio.new_event_loop(), []
    in_first, go_on = Event(), Event()

    def listen(event: Any) -> None:
        log.append(("begins", event.job_id))
        if event.job_id == "0":
            in_first.set()
            assert go_on.wait(SOON)
        log.append(("ends", event.job_id))

    scheduler = scheduler_of(event_loop=loop)
    scheduler.start()
    scheduler.add_listener(listen, events.EVENT_JOB_ADDED)

    async def add_and_stop() -> None:
        for number in range(4):
            scheduler.add_job(where, "interval", hours=1, id=str(number))
        loop.stop()

    task = loop.create_task(add_and_stop())
    loop.run_forever()
    assert task.done()
    assert in_first.wait(SOON)  # the herald has taken over, or the loop had a round for it
    loop.call_later(0.01, go_on.set)
    loop.run_until_complete(asyncio.sleep(0.05))
    in_time(scheduler.shutdown)
    assert log == [(what, str(number)) for number in range(4) for what in ("begins", "ends")]
    loop.close()


def test_a_scheduler_does_nothing_to_an_executor_that_it_was_refused():
    loop = asyncio.new_event_loop()
    executor = AsyncIOExecutor(loop)
    first = BackgroundScheduler(timezone="UTC", executors={"default": executor})
    first.start()
    first.add_job(where, id="job")
    assert soon(lambda: first.get_runs("job"))
    with BackgroundScheduler(timezone="UTC") as second:
        with pytest.raises(ConfigurationError, match="already runs"):
            second.add_executor(executor, "other")
        second.add_job(get_ident, id="own")
    assert loop.run_until_complete(asyncio.to_thread(soon, lambda: first.get_runs("job")[0].is_settled))
    assert first.get_runs("job")[0].result == get_ident()
    first.shutdown()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def test_an_executor_that_cannot_tell_how_it_is_keeps_no_scheduler_from_its_end(caplog):
    class Broken(AsyncIOExecutor):
        def is_ending(self) -> bool:
            raise ValueError("no idea")

        is_held_up = is_ending

        def give_up(self) -> None:
            raise ValueError("no idea")

    async def main() -> None:
        stay = Stay()

        store = SlowStart()
        store.go_on.set()
        scheduler = scheduler_of(executors={"default": Broken()}, jobstores={"default": store})
        await scheduler.aio.start()
        scheduler.add_job(stay)
        await stay.began.wait()
        await scheduler.aio.shutdown(timeout=0.01)
        assert store.is_shut_down

    run(main)
    assert "cannot tell how it is: ValueError('no idea')" in caplog.text
    assert "failed to give up runs: ValueError('no idea')" in caplog.text
