"""What performs the runs of one thread of a process pool: it keeps a process, and replaces a dead one."""

from __future__ import annotations

from collections import deque
from multiprocessing import get_context
from threading import Lock
from typing import TYPE_CHECKING

from tickwright.active_run import ActiveRun
from tickwright.errors import RunCancelledError, RunLostError, WorkerStartError
from tickwright.executors.base import ExecutorHost
from tickwright.executors.call import forget_frames
from tickwright.executors.pool.errand import Errand
from tickwright.executors.pool.wire import News, make_report
from tickwright.executors.pool.worker_process import (
    TaskUnreadError,
    UnreadableAnswerError,
    WorkerDiedError,
    WorkerProcess,
)
from tickwright.report import Report, Started
from tickwright.run import RunStatus
from tickwright.stored_job import StoredJob

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

__all__ = ["ProcessWorker"]

NEW_PROCESSES = 3
"""How many new processes a run is offered, when each is killed before it has taken the run."""

QUICK = 0.01
"""Seconds. After a run that took no longer, its process is given the next one ahead: what that saves counts then."""


class ProcessWorker:
    """Performs runs in a process, and replaces it when it dies.

    Each process has a thread to itself, which waits for the answer to its first errand. There may be another one
    ahead: it is in the pipe already, or at hand where it does not fit in, and any thread may take it back until the
    process begins it. One errand always stays, since the thread waits for an answer. The lock guards errands that are
    two; it is held while small packets are moved, which never waits for anything.
    """

    def __init__(self, host: ExecutorHost, start_method: str, name: str) -> None:
        self._host = host
        self._name = name
        self._context: SpawnContext | ForkServerContext = get_context(start_method)  # type: ignore[assignment] # known for a constant only
        self._process: WorkerProcess | None = None
        self._errands: deque[Errand] = deque()
        self._lock = Lock()
        self._was_quick = False
        self._is_distrusted = False
        """Whether the process is to end with the run that it has."""
        self._answered_twice = False
        """Whether the next answer is one about a run that has been reported."""

    # -- for its thread ----------------------------------------------------------------------------

    @property
    def current(self) -> str | None:
        """The id of the run that has the process to itself."""
        active = self._first()
        return None if active is None else active.id

    @property
    def wants_one_ahead(self) -> bool:
        """Whether it is worth while to give it a run before it has ended the one that it has."""
        return self._was_quick and len(self._errands) == 1

    def take(self, active: ActiveRun, job: StoredJob) -> None:
        """Take a run: the first, or one ahead."""
        errand = Errand(active, job)
        with self._lock:
            self._errands.append(errand)
            if errand is not self._errands[0] and self._errands[0].can_be_fetched:
                self._send_ahead(errand)

    def _send_ahead(self, errand: Errand) -> None:
        process = self._process
        if process is not None and errand.failure is None:
            errand.send(self._host.clock)
            if process.give_ahead(errand.task):
                errand.packet = errand.task

    def begin(self) -> Report | None:
        """Have the first run begun, if it is not; return a report where it comes to nothing."""
        first = self._errands[0]
        if first.was_sent:
            return None
        report = self._send(first)
        if report is not None:
            with self._lock:
                self._errands.popleft()
        return report

    def wait(self) -> list[Report]:
        """Wait for the end of the first run; return its report, and those of others that have ended with it."""
        process = self._process
        if process is None:
            return []
        try:
            answer, payload = process.answer()
        except UnreadableAnswerError as problem:
            return self._distrust(process, problem)
        except WorkerDiedError as death:
            return self._part(process, death)
        if self._answered_twice:
            self._answered_twice = False
            return []
        with self._lock:
            errand = self._errands.popleft()
        self._was_quick = answer.elapsed < QUICK and not self._is_distrusted
        if self._is_distrusted:
            self._is_distrusted = False
            self._process = None
            process.end()
            process.bury()
        if self._errands and self._errands[0].was_sent:
            self._come_first(self._errands[0])
        return [make_report(answer, payload, errand.active.id, *errand.span_by(answer))]

    def _send(self, errand: Errand) -> Report | None:
        """Send an errand to the process there is, or to a new one; return a report where it comes to nothing."""
        active = errand.active
        active.relay_to(self._pass_on)
        try:
            self._process = process = self._ready_for(errand)
            active.raise_if_cancelled()
        except RunCancelledError as error:
            return self._not_started(active.id, RunStatus.CANCELLED, error)
        except Exception as error:  # border: the user's objects, and all that can go wrong with processes
            return self._not_started(active.id, RunStatus.FAILED, error)
        errand.packet = process.travels_as(errand.task)
        errand.send(self._host.clock)
        errand.start(self._host.clock)  # before it is sent: it may end before we are back
        process.give(errand.task)
        self._tell(errand)
        return None

    def _ready_for(self, errand: Errand) -> WorkerProcess:
        """Return the process there is, or a new one."""
        errand.active.raise_if_cancelled()
        if errand.failure is not None:
            raise errand.failure
        errand.is_first = False
        if self._process is not None:
            return self._process
        errand.is_first = True
        while len(errand.deaths) < NEW_PROCESSES:
            try:
                return WorkerProcess(self._context, self._name)
            except TaskUnreadError as death:
                errand.deaths.append(death)
            errand.active.raise_if_cancelled()  # to start one takes a while
        raise WorkerStartError(
            f"{errand.deaths[-1]}, and so it went with each of {len(errand.deaths)} new processes; nothing of the run "
            f"was done, and the next run will ask for a process again"
        ) from errand.deaths[-1]

    def _come_first(self, errand: Errand) -> None:
        """Do what is to be done when an errand that was ahead has the process to itself."""
        active = errand.active
        active.relay_to(self._pass_on)
        errand.start(self._host.clock)
        self._tell(errand)

    def _tell(self, errand: Errand) -> None:
        """Tell the process what its run has been told, and the host that it has started."""
        active = errand.active
        if active.is_to_stop:  # since we looked, and maybe while there was no process to tell
            self._pass_on()
        if active.started_at is None:
            active.started_at = errand.started_at
            self._host.deliver(Started(active.id, errand.started_at))

    def _distrust(self, process: WorkerProcess, problem: WorkerDiedError) -> list[Report]:
        """Part with a process that sent what is no answer; where it has begun another run since, after that one."""
        with self._lock:
            packets = process.take_back()
            for one in self._errands:
                if one.packet in packets:
                    one.packet = None
            first, *ahead = self._errands
            if ahead and ahead[0].was_sent:  # then the answer to the first is in the pipe
                self._is_distrusted = self._answered_twice = True
                self._was_quick = False
                self._errands.popleft()
                self._come_first(ahead[0])
                return [self._lost(first, problem)]
        process.end()
        return self._part(process, problem)

    def _part(self, process: WorkerProcess, death: WorkerDiedError) -> list[Report]:
        """Part with a dead process; return the reports of what it had begun. What it had not is sent to another."""
        with self._lock:
            packets = process.take_back()
            begun = [one for one in self._errands if one.packet is not None and process.has_begun(one.packet, packets)]
            self._process = None
            self._is_distrusted = self._answered_twice = False
            process.bury()
            self._errands = deque(one for one in self._errands if one not in begun)
            for one in self._errands:
                one.packet = None
        if not begun and self._errands[0].is_first:
            self._errands[0].deaths.append(TaskUnreadError(f"a worker process {death} before it had read its task"))
        return [self._lost(one, death) for one in begun]

    def _pass_on(self) -> None:
        """Tell the process what the run that it has has been told."""
        process, active = self._process, self._first()
        if process is not None and active is not None:
            process.pass_on(News(active.id, cancelled=active.cancel_requested, lost_lease=active.lost_lease))

    def abandon(self) -> list[ActiveRun]:
        """Give up what it has, and its process: nobody knows any more how they stand. Return the runs."""
        with self._lock:
            process, self._process = self._process, None
            runs = [one.active for one in self._errands]
            self._errands.clear()
        if process is not None:
            process.kill()
            process.stop()
        return runs

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    # -- for any thread ----------------------------------------------------------------------------

    def take_back(self, run_id: str) -> tuple[ActiveRun, StoredJob] | None:
        """Return a run that is ahead, of which the process now knows nothing; None where it has begun it.

        Where it has begun it although it had not begun the first one when we looked, then that one.
        """
        with self._lock:
            if len(self._errands) < 2:
                return None
            first = self._errands[0]
            errand = next((one for one in self._errands if one.active.id == run_id), None)
            if errand is not None and errand.can_be_fetched:
                errand = self._fetch(errand)
            elif errand is first:  # it is about to be sent, or too large
                errand = None
            if errand is None:
                return None
            self._errands.remove(errand)
            # Told with the lock held, so that the thread, which may have the answer already, cannot report it before.
            if errand is first and self._errands[0].was_sent:
                self._come_first(self._errands[0])
            return errand.active, errand.job

    def _fetch(self, wanted: Errand) -> Errand | None:
        """Take an errand out of the pipe, or the one before it where only that is there; None where none is."""
        process = self._process
        if process is None:
            return None
        packets = process.take_back()
        unread = [one for one in self._errands if one.packet in packets]
        if not unread:
            return None
        if wanted not in unread:
            wanted = unread[0]
        for one in unread:
            if one is not wanted:
                process.give(one.task)
        return wanted

    def _first(self) -> ActiveRun | None:
        try:
            return self._errands[0].active  # in one step: the thread may take it from there at any moment
        except IndexError:
            return None

    # -- reports of what was not done --------------------------------------------------------------

    def _not_started(self, run_id: str, status: RunStatus, error: Exception) -> Report:
        forget_frames(error)
        return Report(
            run_id=run_id,
            status=status,
            finished_at=self._host.clock.now(),
            exception=error,
            reason=str(error),
        )

    def _lost(self, errand: Errand, death: Exception) -> Report:
        active = errand.active
        started_at, finished_at = errand.lost_at(self._host.clock)
        error = RunLostError(f"run {active.id!r} of job {active.job_id!r} is lost: its worker process {death}")
        return Report(
            run_id=active.id,
            status=RunStatus.LOST,
            started_at=started_at,
            finished_at=finished_at,
            exception=error,
            reason=str(error),
        )
