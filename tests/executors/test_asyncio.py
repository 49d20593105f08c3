"""What only an executor in an event loop does: tasks, threads of the loop, cancellation, and loops that end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor as Threads
from contextlib import suppress
from functools import partial
from random import Random
from threading import Event, get_ident
from typing import Any, cast

import pytest

from tests.executors.event_loops import LoopThread
from tickwright.active_run import current_run
from tickwright.errors import ConfigurationError, SchedulerNotRunningError
from tickwright.executors.asyncio import AsyncIOExecutor
from tickwright.report import Started
from tickwright.run import RunStatus
from tickwright.testing.suites.execution.stage import Inbox, Stage

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    thread = LoopThread()
    yield thread
    if thread.thread.is_alive():
        thread.stop()


@pytest.fixture
def stage(thread: LoopThread, tmp_path) -> Iterator[Stage]:
    stage = Stage(AsyncIOExecutor(thread.loop), tmp_path)
    yield stage
    stage.close()


class Sleeper:
    """A coroutine function that waits until it is cancelled, and says what it saw."""

    def __init__(self) -> None:
        self.began, self.may_end = Event(), asyncio.Event()
        self.seen: list[str] = []

    async def sleep(self) -> str:
        self.began.set()
        try:
            await self.may_end.wait()
        finally:
            self.seen.append("tidied")
        return "slept"

    async def tidy_slowly(self) -> str:
        self.began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.seen.append("asked")
            await self.may_end.wait()
            self.seen.append("tidied")
            raise
        return "slept"


# -- where functions are called ----------------------------------------------------------------------


async def where() -> int:
    await asyncio.sleep(0)
    return get_ident()


def test_a_coroutine_runs_in_the_event_loop_and_a_plain_function_does_not(stage, thread):
    assert stage.report(where).result == thread.thread.ident
    assert stage.report(get_ident).result not in (thread.thread.ident, get_ident())


def test_what_a_plain_function_returns_is_awaited_in_the_event_loop_and_no_thread_waits(stage, thread):
    thread.loop.set_default_executor(Threads(1))
    sleeper = Sleeper()
    first = stage.submit(lambda: sleeper.sleep())
    assert sleeper.began.wait(10)
    assert stage.report(lambda: where()).result == thread.thread.ident  # in the only thread there is
    thread.loop.call_soon_threadsafe(sleeper.may_end.set)
    assert stage.inbox.report_of(first).result == "slept"


def test_each_run_has_a_context_of_its_own_in_one_event_loop(stage):
    async def who() -> tuple[str, str, str]:
        before = current_run().id
        await asyncio.sleep(0)
        inner = await asyncio.create_task(asyncio.to_thread(lambda: current_run().id))
        return before, current_run().id, inner

    runs = [stage.submit(who) for _ in range(50)]
    assert [stage.inbox.report_of(run).result for run in runs] == [(run, run, run) for run in runs]


def test_a_thousand_tasks_leave_the_event_loop_its_turns(stage, thread):
    rounds_at: list[int] = []
    rounds = 0

    async def count_rounds() -> None:
        nonlocal rounds
        while len(rounds_at) < 1_000:
            rounds += 1
            await asyncio.sleep(0)

    async def note() -> None:
        rounds_at.append(rounds)

    go_on = thread.hold()
    counting = asyncio.run_coroutine_threadsafe(count_rounds(), thread.loop)
    for _ in range(1_000):
        stage.submit(note)
    go_on.set()
    counting.result(10)
    assert rounds_at[-1] - rounds_at[0] >= 9, "they are begun a hundred at a time"


def test_the_event_loop_is_woken_once_for_all_that_is_there(thread, tmp_path, monkeypatch):
    stage = Stage(AsyncIOExecutor(thread.loop), tmp_path)
    go_on = thread.hold()
    wake_ups, call = [], thread.loop.call_soon_threadsafe

    def count(*args: Any) -> Any:
        wake_ups.append(args)
        return call(*args)

    monkeypatch.setattr(thread.loop, "call_soon_threadsafe", count)
    runs = [stage.submit(where) for _ in range(200)]
    assert len(wake_ups) == 1
    go_on.set()
    for run in runs:
        assert stage.inbox.report_of(run).status is RunStatus.SUCCEEDED
    monkeypatch.undo()
    stage.close()


# -- stopping one ------------------------------------------------------------------------------------


def test_a_cancelled_coroutine_is_woken_where_it_waits_and_tidies_up(stage):
    sleeper = Sleeper()
    run = stage.submit(sleeper.sleep)
    assert sleeper.began.wait(10)
    assert stage.executor.cancel(run)
    report = stage.inbox.report_of(run)
    assert (report.status, report.reason) == (RunStatus.CANCELLED, "it was asked to stop")
    assert isinstance(report.exception, asyncio.CancelledError)
    assert report.started_at is not None
    assert sleeper.seen == ["tidied"]


def test_asking_twice_does_not_break_in_on_the_tidying(stage, thread):
    sleeper = Sleeper()
    run = stage.submit(sleeper.tidy_slowly)
    assert sleeper.began.wait(10)
    assert stage.executor.cancel(run)
    thread.run(asyncio.sleep(0))
    assert stage.executor.cancel(run)
    assert stage.executor.cancel(run)
    thread.run(asyncio.sleep(0))
    thread.loop.call_soon_threadsafe(sleeper.may_end.set)
    assert stage.inbox.report_of(run).status is RunStatus.CANCELLED
    assert sleeper.seen == ["asked", "tidied"]


def test_a_coroutine_that_does_not_let_itself_be_cancelled_ends_as_it_does(stage):
    began = Event()

    async def stubborn() -> str:
        began.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return "done all the same"

    run = stage.submit(stubborn)
    assert began.wait(10)
    assert stage.executor.cancel(run)
    report = stage.inbox.report_of(run)
    assert (report.status, report.result) == (RunStatus.SUCCEEDED, "done all the same")


def test_a_coroutine_that_is_cancelled_before_its_first_step_is_reported(stage, thread):
    go_on = thread.hold()
    run = stage.submit(Sleeper().sleep)
    assert stage.executor.cancel(run)
    go_on.set()
    assert stage.inbox.report_of(run).status is RunStatus.CANCELLED
    assert not [letter for letter in stage.inbox.letters if isinstance(letter, Started)]


def test_what_is_raised_as_cancelled_without_anybody_asking_is_a_failure(stage):
    async def pretend() -> None:
        raise asyncio.CancelledError("not really")

    report = stage.report(pretend)
    assert report.status is RunStatus.FAILED
    assert "CancelledError" in report.reason


def test_a_lost_coroutine_is_told_and_not_cancelled(stage, thread):
    sleeper, told = Sleeper(), []

    async def look() -> str:
        active = current_run()
        slept = await sleeper.sleep()
        told.append(active.lost_lease)
        return slept

    run = stage.submit(look)
    assert sleeper.began.wait(10)
    stage.executor.lose(run)
    thread.loop.call_soon_threadsafe(sleeper.may_end.set)
    assert stage.inbox.report_of(run).status is RunStatus.SUCCEEDED
    assert told == [True]


# -- event loops that end ----------------------------------------------------------------------------


def reports_of(inbox: Inbox, runs: list[str]) -> dict[str, Any]:
    reports = {run: inbox.report_of(run) for run in runs}
    assert sorted(report.run_id for report in inbox.reports()) == sorted(runs), "each once"
    return reports


def test_what_runs_when_asyncio_run_ends_is_reported_as_cancelled_each_once(tmp_path):
    sleeper, inbox = Sleeper(), Inbox()
    runs: list[str] = []

    async def main() -> Stage:
        stage = Stage(AsyncIOExecutor(), tmp_path, inbox)
        runs.append(stage.submit(sleeper.sleep))
        while not sleeper.began.is_set():
            await asyncio.sleep(0)
        # One whose task is made and has not had its first step, and one that is not looked at yet.
        asyncio.get_running_loop().call_soon(lambda: runs.append(stage.submit(sleeper.sleep)))
        await asyncio.sleep(0)
        runs.append(stage.submit(sleeper.sleep))
        return stage

    stage = asyncio.run(main())
    stage.executor.shutdown()
    reports = reports_of(inbox, runs)
    assert {report.status for report in reports.values()} == {RunStatus.CANCELLED}
    assert "the end of its event loop" in reports[runs[0]].reason
    assert "tidied" in sleeper.seen


def test_a_shutdown_does_not_wait_for_a_loop_that_stopped_and_the_rest_does_not_go_on(tmp_path):
    loop, inbox, sleeper = asyncio.new_event_loop(), Inbox(), Sleeper()
    stage = Stage(AsyncIOExecutor(loop), tmp_path, inbox)
    runs = [stage.submit(sleeper.sleep)]

    async def until_it_began() -> None:
        while not sleeper.began.is_set():
            await asyncio.sleep(0)

    loop.run_until_complete(until_it_began())
    runs.append(stage.submit(where))  # never looked at
    stage.executor.shutdown()
    reports = reports_of(inbox, runs)
    assert {report.status for report in reports.values()} == {RunStatus.CANCELLED}
    assert reports[runs[0]].started_at is not None
    [task] = asyncio.all_tasks(loop)
    assert loop.run_until_complete(task).status is RunStatus.CANCELLED
    assert sleeper.seen == ["tidied"]
    assert len(inbox.reports()) == 2
    loop.close()


def test_a_closed_loop_is_named_and_nothing_is_taken(tmp_path):
    loop, inbox = asyncio.new_event_loop(), Inbox()
    stage = Stage(AsyncIOExecutor(loop), tmp_path, inbox)
    assert stage.executor.room() is None
    assert stage.executor.trouble() is None
    loop.close()
    assert stage.executor.room() == 0
    assert "its event loop is closed" in str(stage.executor.trouble())
    with pytest.raises(
        SchedulerNotRunningError, match=r"job 'job': its event loop is closed\. Shut the scheduler down"
    ):
        stage.submit(where)
    stage.executor.shutdown()
    assert not inbox.reports()


def test_a_shutdown_in_its_own_event_loop_does_not_wait(tmp_path):
    async def main() -> None:
        sleeper, inbox = Sleeper(), Inbox()
        stage = Stage(AsyncIOExecutor(), tmp_path, inbox)
        run = stage.submit(sleeper.sleep)
        while not sleeper.began.is_set():
            await asyncio.sleep(0)
        stage.executor.shutdown(wait=True)
        assert not inbox.reports()
        sleeper.may_end.set()
        await asyncio.to_thread(stage.executor.shutdown)
        assert inbox.report_of(run).result == "slept"

    asyncio.run(main())


def test_a_function_is_called_all_the_same_where_the_threads_of_the_loop_are_gone(stage, thread):
    thread.run(thread.loop.shutdown_default_executor())
    assert stage.report(get_ident).result not in (thread.thread.ident, get_ident())
    assert stage.report(where).result == thread.thread.ident


def test_a_function_that_its_threads_dropped_is_reported(stage, thread):
    threads = Threads(1)
    thread.loop.set_default_executor(threads)
    [gate] = stage.occupy(1)
    dropped = stage.submit(get_ident)
    thread.run(asyncio.sleep(0))
    threads.shutdown(wait=False, cancel_futures=True)
    assert stage.inbox.report_of(dropped).status is RunStatus.CANCELLED
    gate.open()


def test_ctrl_c_leaves_a_job_by_way_of_the_main_thread(tmp_path):
    assert threading.current_thread() is threading.main_thread()
    loop, inbox = asyncio.new_event_loop(), Inbox()
    stage = Stage(AsyncIOExecutor(loop), tmp_path, inbox)

    async def interrupted() -> None:
        await asyncio.sleep(0)
        raise KeyboardInterrupt

    run = stage.submit(interrupted)
    with pytest.raises(KeyboardInterrupt):
        loop.run_forever()
    loop.run_until_complete(asyncio.sleep(0))
    assert inbox.report_of(run).reason == "Ctrl-C came while it ran"
    stage.close()
    loop.close()


def test_a_function_in_a_thread_is_not_given_up_where_the_loop_stops(tmp_path):
    loop, inbox = asyncio.new_event_loop(), SlowInbox()
    stage = Stage(AsyncIOExecutor(loop), tmp_path, inbox)
    began, may_end = Event(), Event()

    def work() -> str:
        began.set()
        assert may_end.wait(10)
        return "worked"

    run = stage.submit(work)
    loop.run_until_complete(asyncio.to_thread(began.wait, 10))
    stage.executor.give_up()
    may_end.set()
    assert inbox.is_packing.wait(10)
    stage.executor.give_up()
    inbox.may_pack.set()
    assert inbox.report_of(run).result == "worked"
    stage.executor.shutdown()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


class SlowInbox(Inbox):
    """Packs a report when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.is_packing, self.may_pack = Event(), Event()

    def pack(self, report: Any) -> Any:
        self.is_packing.set()
        assert self.may_pack.wait(10)
        return report


def test_a_plain_function_that_was_given_up_is_not_called_when_the_loop_goes_on(tmp_path):
    loop, inbox = asyncio.new_event_loop(), Inbox()
    stage = Stage(AsyncIOExecutor(loop), tmp_path, inbox)
    called: list[int] = []
    run = stage.submit(called.append, 1)
    stage.executor.give_up()
    assert inbox.report_of(run).reason == "its event loop does not go round any more"
    loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(loop.shutdown_default_executor())
    assert called == []
    loop.close()


def test_what_a_function_returned_while_it_was_given_up_is_not_awaited(tmp_path):
    loop, inbox, sleeper = asyncio.new_event_loop(), Inbox(), Sleeper()
    stage = Stage(AsyncIOExecutor(loop), tmp_path, inbox)
    run = stage.submit(lambda: sleeper.sleep())
    loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(loop.shutdown_default_executor())  # it has returned, and the loop stands
    stage.executor.give_up()
    if not inbox.reports():  # the loop had a moment to begin it
        return
    assert inbox.report_of(run).status is RunStatus.CANCELLED
    loop.run_until_complete(asyncio.sleep(0))
    assert not sleeper.began.is_set() or sleeper.seen
    loop.close()


def test_a_loop_that_closes_while_a_function_is_called_cancels_what_that_returns(tmp_path):
    loop, inbox, sleeper = asyncio.new_event_loop(), Inbox(), Sleeper()
    threads = Threads(1)
    loop.set_default_executor(threads)
    stage = Stage(AsyncIOExecutor(loop), tmp_path, inbox)
    began, may_end = Event(), Event()

    def work() -> Any:
        began.set()
        assert may_end.wait(10)
        return sleeper.sleep()

    run = stage.submit(work)
    loop.run_until_complete(asyncio.sleep(0))
    assert began.wait(10)
    loop.stop()
    loop._default_executor = None  # type: ignore[attr-defined] # closing does not wait for it
    loop.close()
    may_end.set()
    assert inbox.report_of(run).status is RunStatus.CANCELLED
    assert inbox.report_of(run).reason == "its event loop is closed"
    threads.shutdown()


def test_a_cancel_during_the_plain_part_is_heard_by_the_rest(stage):
    began, go_on = Event(), Event()

    def work() -> Any:
        began.set()
        assert go_on.wait(10)
        return asyncio.sleep(3600)

    run = stage.submit(work)
    assert began.wait(10)
    assert stage.executor.cancel(run)
    go_on.set()
    report = stage.inbox.report_of(run)
    assert (report.status, report.reason) == (RunStatus.CANCELLED, "it was asked to stop")


def test_a_maker_of_tasks_that_raises_costs_the_run_and_nothing_else(stage, thread):
    def refuse(loop: Any, coroutine: Any, **options: Any) -> Any:
        raise RuntimeError("no task today")

    thread.loop.set_task_factory(refuse)
    for func in (where, lambda: where()):
        report = stage.report(func)
        assert report.status is RunStatus.FAILED
        assert "no task today" in report.reason
    thread.loop.set_task_factory(None)
    assert stage.report(where).result == thread.thread.ident


def test_every_submit_to_a_closed_loop_is_refused_also_after_one_that_it_never_came_to(tmp_path):
    loop, inbox = asyncio.new_event_loop(), Inbox()
    stage = Stage(AsyncIOExecutor(loop), tmp_path, inbox)
    pending = stage.submit(where)
    loop.close()
    for _ in range(2):
        with pytest.raises(SchedulerNotRunningError, match="its event loop is closed"):
            stage.submit(where)
    stage.executor.shutdown()
    assert [report.run_id for report in inbox.reports()] == [pending]


def test_ctrl_c_where_runs_are_begun_leaves_the_others_to_be_begun(tmp_path, monkeypatch):
    loop, inbox = asyncio.new_event_loop(), Inbox()
    stage = Stage(AsyncIOExecutor(loop), tmp_path, inbox)
    pool, is_pressed = loop.run_in_executor, Event()

    def interrupted(*args: Any) -> Any:
        if not is_pressed.is_set():
            is_pressed.set()
            raise KeyboardInterrupt
        return pool(*args)

    monkeypatch.setattr(loop, "run_in_executor", interrupted)
    runs = [stage.submit(get_ident) for _ in range(3)]
    with pytest.raises(KeyboardInterrupt):
        loop.run_forever()
    loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(loop.shutdown_default_executor())
    assert [inbox.report_of(run).status for run in runs] == [
        RunStatus.FAILED,
        RunStatus.SUCCEEDED,
        RunStatus.SUCCEEDED,
    ]
    stage.close()
    loop.close()


def test_an_object_that_is_called_as_a_coroutine_runs_in_the_event_loop_from_its_first_line(stage, thread):
    class Caller:
        async def __call__(self) -> int:
            return get_ident()

    assert stage.report(Caller()).result == thread.thread.ident
    assert stage.report(partial(Caller())).result == thread.thread.ident


def test_a_shutdown_that_does_not_wait_cancels_tasks(thread, tmp_path):
    stage = Stage(AsyncIOExecutor(thread.loop), tmp_path)
    sleeper = Sleeper()
    run = stage.submit(sleeper.sleep)
    assert sleeper.began.wait(10)
    stage.executor.shutdown(wait=False)
    report = stage.inbox.report_of(run)
    assert (report.status, sleeper.seen) == (RunStatus.CANCELLED, ["tidied"])
    assert "the end of its event loop or its scheduler" in str(report.reason)
    stage.close()


def test_a_shutdown_that_does_not_wait_cancels_what_is_on_its_way_to_be_a_task(thread, tmp_path):
    stage = Stage(AsyncIOExecutor(thread.loop), tmp_path)
    began, go_on = Event(), Event()

    def work() -> Any:
        began.set()
        assert go_on.wait(10)
        return asyncio.Event().wait()

    run = stage.submit(work)
    assert began.wait(10)
    stage.executor.shutdown(wait=False)
    go_on.set()
    assert stage.inbox.report_of(run).status is RunStatus.CANCELLED
    stage.close()


# -- options, and a storm ----------------------------------------------------------------------------


def test_no_more_are_begun_than_may_run_however_many_are_taken(thread, tmp_path):
    stage = Stage(AsyncIOExecutor(thread.loop, max_running=3), tmp_path)
    counts: list[int] = []
    running = 0

    async def count() -> None:
        nonlocal running
        running += 1
        counts.append(running)
        await asyncio.sleep(0)
        running -= 1

    runs = [stage.submit(count) for _ in range(50)]
    runs += [stage.submit(get_ident) for _ in range(20)]
    runs += [stage.submit(count) for _ in range(50)]
    for run in runs[10:30]:
        stage.executor.cancel(run)
    for run in runs:
        stage.inbox.report_of(run)
    assert max(counts) <= 3
    stage.close()


def test_it_takes_no_more_than_it_may(thread, tmp_path):
    stage = Stage(AsyncIOExecutor(thread.loop, max_running=3), tmp_path)
    sleeper = Sleeper()
    assert stage.executor.room() == 3
    runs = [stage.submit(sleeper.sleep) for _ in range(3)]
    assert stage.executor.room() == 0
    thread.loop.call_soon_threadsafe(sleeper.may_end.set)
    for run in runs:
        stage.inbox.report_of(run)
    assert stage.executor.room() == 3
    stage.close()
    assert stage.executor.room() == 0


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (
            lambda: AsyncIOExecutor(max_running=0),
            ConfigurationError,
            "max_running must be a whole number, at least 1; got 0",
        ),
        (
            lambda: AsyncIOExecutor(cast(Any, "loop")),
            TypeError,
            "event_loop must be an event loop of asyncio, not 'loop'",
        ),
        (lambda: AsyncIOExecutor().start(Inbox(), "web"), ConfigurationError, "executor 'web' has no event loop"),
    ],
)
def test_what_it_cannot_take_is_refused(make: Callable[[], Any], kind: type[Exception], message: str):
    with pytest.raises(kind) as refusal:
        make()
    assert message in str(refusal.value)


def test_runs_that_end_and_are_cancelled_at_the_same_time_are_reported_once(stage, thread):
    # The stage looks at the end that there is one report for each.
    random = Random(5)

    async def short(rounds: int) -> None:
        for _ in range(rounds):
            await asyncio.sleep(0)

    def cancel(runs: list[str]) -> None:
        for run in runs:
            stage.executor.cancel(run)

    for _ in range(20):
        runs = [stage.submit(short, random.randrange(4)) for _ in range(80)]
        runs += [stage.submit(get_ident) for _ in range(20)]
        random.shuffle(runs)
        threads = [threading.Thread(target=cancel, args=(runs[part::3],)) for part in range(3)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        for run in runs:
            assert stage.inbox.report_of(run).status in (RunStatus.SUCCEEDED, RunStatus.CANCELLED)
