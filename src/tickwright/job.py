"""The job that users hold: a thin handle on what a scheduler's job store keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from tickwright.errors import ForkedSchedulerError, InvalidJobError, SchedulerNotRunningError
from tickwright.policies import OnLost
from tickwright.run import Run
from tickwright.stored_job import StoredJob
from tickwright.triggers.base import Trigger

__all__ = ["Job", "JobOwner"]


class JobOwner(Protocol):
    """What a handle needs of its scheduler."""

    def read_job(self, job_id: str, jobstore: str) -> StoredJob | None:
        """Return the job as it is now, or None."""

    def is_pending(self, job_id: str, jobstore: str) -> bool:
        """Return whether the job waits for the scheduler to start."""

    def modify_job(self, job_id: str, jobstore: str | None = None, **changes: Any) -> Job:
        """Change the job."""

    def reschedule_job(self, job_id: str, jobstore: str | None = None, trigger: Any = None, **trigger_args: Any) -> Job:
        """Give the job another trigger."""

    def pause_job(self, job_id: str, jobstore: str | None = None) -> Job:
        """Pause the job."""

    def resume_job(self, job_id: str, jobstore: str | None = None) -> Job | None:
        """Resume the job."""

    def remove_job(self, job_id: str, jobstore: str | None = None) -> None:
        """Remove the job."""

    def run_job(self, job_id: str, jobstore: str | None = None) -> Run:
        """Run the job now."""

    def get_runs(
        self, job_id: str | None = None, *, limit: int | None = None, jobstore: str | None = None
    ) -> list[Run]:
        """Return the job's runs, newest first."""


class Job:
    """A job of a scheduler. Two handles are equal when they are of the same id.

    The definition (`func`, `args`, `trigger`, ...) is what it was when this handle was made or last changed through
    itself. What time changes, `next_run_time` and `last_run`, is asked of the job store each time.
    """

    __slots__ = ("__weakref__", "_owner", "_stored", "jobstore")

    def __init__(self, stored: StoredJob, jobstore: str, owner: JobOwner) -> None:
        self._stored = stored
        self._owner = owner
        self.jobstore = jobstore
        """The alias of the job store that keeps it."""

    # -- what it is ----------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """Its id, unique in its job store."""
        return self._stored.id

    @property
    def name(self) -> str:
        """Its name, for people."""
        return self._stored.name

    @property
    def func(self) -> Callable[..., Any]:
        """What it calls."""
        return self._stored.func

    @property
    def func_ref(self) -> str | None:
        """How other processes find `func`, as `"package.module:qualname"`; None where they cannot."""
        return str(self._stored.reference) if self._stored.reference else None

    @property
    def args(self) -> tuple[Any, ...]:
        """The positional arguments of each call."""
        return self._stored.args

    @property
    def kwargs(self) -> Mapping[str, Any]:
        """The keyword arguments of each call."""
        return self._stored.kwargs or {}  # not the one that all jobs without any share

    @property
    def trigger(self) -> Trigger:
        """When it runs."""
        return self._stored.trigger

    @property
    def executor(self) -> str:
        """The alias of the executor that runs it."""
        return self._stored.executor

    @property
    def misfire_grace_time(self) -> float | None:
        """How many seconds late a run may be taken; None: however late."""
        return self._stored.misfire_grace_time

    @property
    def coalesce(self) -> bool:
        """Whether fire times that were missed together are run once."""
        return self._stored.coalesce

    @property
    def max_instances(self) -> int:
        """How many of its runs may execute at the same time."""
        return self._stored.max_instances

    @property
    def on_lost(self) -> OnLost:
        """What becomes of a run whose process died."""
        return self._stored.on_lost

    # -- how it stands -------------------------------------------------------------------------------

    @property
    def next_run_time(self) -> datetime | None:
        """When it runs next; None while it is paused, or when it is finished or gone."""
        now = self._owner.read_job(self.id, self.jobstore)
        if now is None:
            return None
        return now.schedule.next_run_time or now.schedule.next_fire_time

    @property
    def last_run(self) -> Run | None:
        """Its newest run on record, ended or not; None before the first."""
        runs = self._owner.get_runs(self.id, limit=1, jobstore=self.jobstore)
        return runs[0] if runs else None

    @property
    def pending(self) -> bool:
        """Whether it waits for the scheduler to start, and is not in a job store yet."""
        return self._owner.is_pending(self.id, self.jobstore)

    # -- what can be done with it --------------------------------------------------------------------

    def modify(self, **changes: Any) -> Job:
        """Change it, as `scheduler.modify_job` does, and return it."""
        return self._become(self._owner.modify_job(self.id, self.jobstore, **changes))

    def reschedule(self, trigger: Any = None, **trigger_args: Any) -> Job:
        """Give it another trigger, as `scheduler.reschedule_job` does, and return it."""
        return self._become(self._owner.reschedule_job(self.id, self.jobstore, trigger, **trigger_args))

    def pause(self) -> Job:
        """Pause it, and return it."""
        return self._become(self._owner.pause_job(self.id, self.jobstore))

    def resume(self) -> Job | None:
        """Let it go on; return None where its trigger has no fire time left, and it was removed."""
        resumed = self._owner.resume_job(self.id, self.jobstore)
        return None if resumed is None else self._become(resumed)

    def remove(self) -> None:
        """Remove it. Its history stays."""
        self._owner.remove_job(self.id, self.jobstore)

    def run(self) -> Run:
        """Run it now, as `scheduler.run_job` does, and return the run on record."""
        return self._owner.run_job(self.id, self.jobstore)

    def _become(self, other: Job) -> Job:
        self._stored = other._stored
        return self

    def __eq__(self, other: object) -> bool:
        return self.id == other.id if isinstance(other, Job) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<Job (id={self.id} name={self.name})>"

    def __str__(self) -> str:
        return f"{self.name} (trigger: {self.trigger}, {self._standing()})"

    def _standing(self) -> str:
        if self.pending:
            return "pending"
        try:
            stored = self._owner.read_job(self.id, self.jobstore)
        except (SchedulerNotRunningError, ForkedSchedulerError):  # a text is no place to say more
            return "its scheduler is not running"
        return "finished" if stored is None else stored.schedule.told()

    def __reduce__(self) -> Any:
        raise InvalidJobError(
            f"a handle on job {self.id!r} cannot be pickled, since it belongs to a running scheduler; "
            f"pass the id instead"
        )
