"""A stage: an executor at work, with somebody in the place of its scheduler who counts what comes back."""

# ruff: noqa: S101 - it asserts what every executor promises

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition, Thread
from typing import Any

from tickwright.clock import Clock, SystemClock
from tickwright.errors import InvalidReferenceError
from tickwright.executors.base import Executor
from tickwright.reference import make_reference
from tickwright.report import Report, Started
from tickwright.run import Run
from tickwright.stored_job import StoredJob
from tickwright.testing.suites.execution.work import WAIT, pass_gate, wait_for_file
from tickwright.triggers.base import Trigger

__all__ = ["Gate", "Inbox", "Stage", "job_of"]

FIRE_TIME = datetime(2030, 1, 31, 23, 59, tzinfo=UTC)


class Never(Trigger):
    """A trigger that never fires: whoever has the run does not ask it."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return None."""
        return None


def job_of(func: Callable[..., Any], *args: Any, **kwargs: Any) -> StoredJob:
    """Return a job that calls `func` with these arguments."""
    try:
        reference = make_reference(func)
    except InvalidReferenceError:
        reference = None
    return StoredJob(id="job", func=func, reference=reference, trigger=Never(), args=args, kwargs=kwargs)


class Inbox:
    """What an executor sees of a scheduler: it keeps each letter, and wakes whoever waits for it."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self._letters: list[Report | Started] = []
        self._arrived = Condition()

    def deliver(self, letter: Report | Started) -> None:
        """Keep a letter."""
        with self._arrived:
            self._letters.append(letter)
            self._arrived.notify_all()

    def pack(self, report: Report) -> Report:
        """Return the report as it is: nothing stores it."""
        return report

    @property
    def letters(self) -> list[Report | Started]:
        """All letters, in the order in which they came."""
        with self._arrived:
            return list(self._letters)

    def reports(self) -> list[Report]:
        """The reports so far."""
        return [letter for letter in self.letters if isinstance(letter, Report)]

    def forget_results(self) -> None:
        """Keep of each report only that there was one."""
        with self._arrived:
            self._letters = [
                one._replace(result=None, exception=None) if isinstance(one, Report) else one for one in self._letters
            ]

    def report_of(self, run_id: str) -> Report:
        """Wait for the report of a run."""
        report: Report = self.wait_until(
            lambda letters: next((one for one in letters if _is_report(one, run_id)), None)
        )
        return report

    def clear(self) -> None:
        """Throw all letters away."""
        with self._arrived:
            self._letters = []

    def wait_until(self, found: Callable[[list[Any]], Any], seconds: float = WAIT) -> Any:
        """Wait until `found(letters)` is true, and return what it is."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: found(self._letters), seconds):
                raise TimeoutError(f"not within {seconds:.0f} s; what came: {self._letters[-20:]}")
            return found(self._letters)


def _is_report(letter: Report | Started, run_id: str) -> bool:
    return isinstance(letter, Report) and letter.run_id == run_id


class Gate:
    """A job waits at it until the test opens it; the test can wait until the job is there."""

    def __init__(self, folder: Path, run_id: str) -> None:
        self.run_id = run_id
        self._began = folder / f"{run_id}.began"
        self._opened = folder / f"{run_id}.opened"
        self.args = str(self._began), str(self._opened)
        """What `work.pass_gate` takes."""

    def wait_for_arrival(self) -> None:
        """Return when a job waits at the gate."""
        wait_for_file(str(self._began))

    def open(self) -> None:
        """Let the job go on."""
        self._opened.touch()


class Stage:
    """An executor, its inbox, and the runs that it was given."""

    def __init__(
        self, executor: Executor, folder: Path, inbox: Inbox | None = None, *, is_inline: bool = False
    ) -> None:
        self.executor = executor
        self.inbox = inbox or Inbox()
        self._folder = folder
        self._is_inline = is_inline
        self._gates: list[Gate] = []
        self._submitters: list[Thread] = []
        self._taken: list[str] = []
        self._count = 0
        executor.start(self.inbox, "suite")

    def submit(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
        """Have `func` called as a run; return the id of that run."""
        return self.submit_run(self.new_run(), job_of(func, *args, **kwargs))

    def submit_run(self, run: Run, job: StoredJob) -> str:
        """Submit a run; return its id."""
        self.executor.submit(run, job)
        self._taken.append(run.id)
        return run.id

    def begin(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
        """Have `func` called as a run that goes on while the test does; return the id of that run."""
        return self._begin_run(self.new_run(), job_of(func, *args, **kwargs))

    def _begin_run(self, run: Run, job: StoredJob) -> str:
        if not self._is_inline:
            return self.submit_run(run, job)
        # Its `submit` keeps the thread that calls it until the run is over, so it is given one.
        thread = Thread(target=self.submit_run, args=(run, job), daemon=True)
        self._submitters.append(thread)
        thread.start()
        return run.id

    def new_run(self) -> Run:
        """Return a run that was not submitted yet, with an id that no other run of this executor has."""
        self._count += 1
        return Run(id=f"run-{self._count}", job_id="job", fire_time=FIRE_TIME, due_at=FIRE_TIME, attempt=2)

    def report(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Report:
        """Have `func` called as a run, and wait for the report."""
        return self.inbox.report_of(self.submit(func, *args, **kwargs))

    def occupy(self, runs: int) -> list[Gate]:
        """Have this many runs wait at a gate each, and return the gates when all are there.

        A gate opens by itself when the test is over.
        """
        gates = [self._occupy() for _ in range(runs)]
        for gate in gates:
            gate.wait_for_arrival()
        return gates

    def _occupy(self) -> Gate:
        run = self.new_run()
        gate = Gate(self._folder, run.id)
        self._gates.append(gate)
        self._begin_run(run, job_of(pass_gate, *gate.args))
        return gate

    def restart(self) -> None:
        """Start the executor again."""
        self.executor.start(self.inbox, "suite")

    def wait_for_all(self) -> None:
        """Wait for the reports of all runs so far; what waits at a gate may pass."""
        for gate in self._gates:
            gate.open()
        for thread in self._submitters:
            thread.join()
        self.inbox.wait_until(
            lambda letters: len({one.run_id for one in letters if isinstance(one, Report)}) == len(set(self._taken))
        )

    def settle(self) -> None:
        """Wait for all runs, hold the executor to its promise, and let the next test begin anew."""
        self.wait_for_all()
        self._check_that_the_promise_was_kept()
        # A second report that comes later than this is one that the next test, or the end, did not expect.
        self.inbox.clear()
        self._gates.clear()
        self._submitters.clear()
        self._taken.clear()

    def close(self) -> None:
        """Shut down, and hold the executor to its promise: one report for each run that it took."""
        for gate in self._gates:
            gate.open()
        self.executor.shutdown(wait=True)
        self.wait_for_all()
        self._check_that_the_promise_was_kept()

    def _check_that_the_promise_was_kept(self) -> None:
        told = Counter(report.run_id for report in self.inbox.reports())
        assert told == Counter(self._taken), "each run that was taken is reported exactly once, and no other"
        assert all(report.status.is_final for report in self.inbox.reports()), "a report is of an outcome"
        self._check_that_starts_come_first()

    def _check_that_starts_come_first(self) -> None:
        reported: set[str] = set()
        started: set[str] = set()
        for letter in self.inbox.letters:
            if isinstance(letter, Report):
                reported.add(letter.run_id)
            else:
                assert letter.run_id not in reported, "a run cannot start after its report"
                assert letter.run_id not in started, "a run starts once"
                started.add(letter.run_id)
