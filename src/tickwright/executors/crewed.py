"""Executors that have a crew from each start to its shutdown, and what these have in common."""

from __future__ import annotations

from abc import abstractmethod

from tickwright.active_run import is_inside_a_run
from tickwright.errors import ConfigurationError, SchedulerNotRunningError, shortened
from tickwright.executors.base import Executor, ExecutorHost
from tickwright.executors.crew import Crew
from tickwright.run import Run
from tickwright.stored_job import StoredJob

__all__ = ["CrewedExecutor", "whole_number"]


class CrewedExecutor(Executor):
    """Hands everything on to its crew.

    `shutdown` called from inside a job does not wait, whatever it is told: it would wait for itself.
    """

    _crew: Crew | None = None

    @abstractmethod
    def make_crew(self, host: ExecutorHost, name: str) -> Crew:
        """Return a new crew."""

    def start(self, scheduler: ExecutorHost, alias: str) -> None:
        if self._crew is not None and not self._crew.is_closed:
            raise ConfigurationError(
                f"this {type(self).__name__} already runs as executor {self.alias!r}; give {alias!r} one of its own"
            )
        super().start(scheduler, alias)
        self._crew = self.make_crew(scheduler, alias)

    def submit(self, run: Run, job: StoredJob) -> None:
        if self._crew is None:
            raise SchedulerNotRunningError(f"executor {self.alias!r} is not started; start its scheduler first")
        self._crew.take(run, job)

    def _left_of(self, places: int) -> int:
        """Return how many of so many places are free; none where nothing is taken any more."""
        if self._crew is None or self._crew.is_closed:
            return 0
        return max(0, places - self._crew.taken)

    def cancel(self, run_id: str) -> bool:
        return self._crew is not None and self._crew.cancel(run_id)

    def lose(self, run_id: str) -> None:
        if self._crew is not None:
            self._crew.lose(run_id)

    def shutdown(self, wait: bool = True) -> None:
        if self._crew is None:
            return
        self._crew.close(finish=wait)
        # Waiting inside a job is waiting for that job, and two that both did it would wait for each other.
        if wait and not is_inside_a_run():
            self._crew.join()


def whole_number(option: str, value: object, at_least: int) -> int:
    """Return an option as a whole number; configuration files give it as text."""
    try:
        number = int(value)  # type: ignore[call-overload] # what is no number refuses it
    except (TypeError, ValueError):
        number = None
    if number is None or number < at_least or isinstance(value, (bool, float)):
        raise ConfigurationError(f"{option} must be a whole number, at least {at_least}; got {shortened(value)}")
    return int(number)
