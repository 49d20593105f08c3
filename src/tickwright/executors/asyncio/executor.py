"""An executor that runs jobs in an event loop of asyncio."""

from __future__ import annotations

from asyncio import AbstractEventLoop

from tickwright.errors import ConfigurationError
from tickwright.event_loops import checked_event_loop, running_loop
from tickwright.executors.asyncio.loop_crew import LoopCrew
from tickwright.executors.base import ExecutorHost
from tickwright.executors.crewed import CrewedExecutor, whole_number

__all__ = ["AsyncIOExecutor"]


class AsyncIOExecutor(CrewedExecutor):
    """Runs `async def` functions as tasks of an event loop, and any other in that loop's own thread pool.

    The event loop is `event_loop`, or else that of an `AsyncIOScheduler`, or the one that is running in the thread that
    starts the scheduler. A plain function that returns something to be awaited is called in a thread, and the
    rest of it is awaited in the event loop.

    At most `max_running` runs execute at a time, and other jobs stay due until there is room; None: any number. How
    many threads there are is the event loop's matter: `loop.set_default_executor`.

    A run that is asked to stop sees it in `current_run().cancel_requested`, and its task is cancelled: `CancelledError`
    is raised where it awaits something. A run whose event loop ends, as at the end of `asyncio.run`, is cancelled
    like all tasks, and so recorded. `SystemExit` in a task that a job makes ends the event loop, as it always does.
    Without waiting, a shutdown cancels the tasks.
    `shutdown` called in the event loop does not wait, whatever it is told: the runs in it could not go on.
    """

    _crew: LoopCrew | None = None

    def __init__(self, event_loop: AbstractEventLoop | None = None, *, max_running: int | None = None) -> None:
        self._event_loop = checked_event_loop(event_loop)
        self.max_running = None if max_running is None else whole_number("max_running", max_running, at_least=1)

    def make_crew(self, host: ExecutorHost, name: str) -> LoopCrew:
        event_loop = self._event_loop or getattr(host, "event_loop", None) or running_loop()
        if event_loop is None:
            raise ConfigurationError(
                f"executor {name!r} has no event loop: none is running in this thread. Start the scheduler in a "
                f"coroutine, or give AsyncIOExecutor(event_loop=...) the loop that will run"
            )
        return LoopCrew(event_loop, self.max_running, host, name)

    def trouble(self) -> str | None:
        return None if self._crew is None else self._crew.trouble()

    def is_held_up(self) -> bool:
        return self._crew is not None and self._crew.is_held_up

    def is_ending(self) -> bool:
        return self._crew is not None and self._crew.is_ending

    def give_up(self) -> None:
        if self._crew is not None:
            self._crew.give_up()

    def room(self) -> int | None:
        if self._crew is not None and self._crew.event_loop.is_closed():
            return 0  # what is due stays due: another start may have a loop that lives
        return None if self.max_running is None else self._left_of(self.max_running)
