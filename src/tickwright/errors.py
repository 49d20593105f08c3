"""Every error that Tickwright raises, as one tree grouped by what the caller can do about it.

::

    TickwrightError
    ├── mend the call
    │   ├── InvalidTriggerError (ValueError)        a trigger's parameter cannot be taken
    │   ├── InvalidJobError (ValueError)            a job's parameter cannot be taken
    │   ├── InvalidReferenceError (ValueError)      a callable cannot be stored by name
    │   ├── UnstorableValueError (TypeError)        a serializer cannot write a value down
    │   ├── ConfigurationError (ValueError)         a scheduler's option cannot be taken
    │   ├── ConflictingIdError (KeyError)           the id is already in the job store
    │   ├── JobLookupError (KeyError)               no job of that id in the job store
    │   ├── JobStoreNotFoundError (KeyError)        no job store of that alias
    │   └── ExecutorNotFoundError (KeyError)        no executor of that alias
    ├── call at another time, or from another place
    │   ├── SchedulerAlreadyRunningError (RuntimeError)
    │   ├── SchedulerNotRunningError (RuntimeError)
    │   ├── ForkedSchedulerError (RuntimeError)     this process is a fork of the scheduler's
    │   ├── ReentrantCallError (RuntimeError)       it broke in on another call, as a signal handler does
    │   └── NoCurrentRunError (LookupError)         this code was not called by a scheduler
    ├── look at the store
    │   ├── JobStoreError                           the store cannot do what was asked
    │   │   ├── JobStoreUnavailableError            it may work when tried again
    │   │   ├── UnsupportedByStoreError             this kind of store cannot do it
    │   │   └── NewerStoreError                     written by a newer Tickwright
    │   ├── UntrustedDataError                      not signed, altered, or naming what is not admitted
    │   └── UnreadableJobError                      a stored job cannot be loaded here
    └── told by a run
        ├── RunLostError                            its process ended before it could report
        ├── RunCancelledError                       it was taken back, or stopped co-operatively
        ├── UnpicklableResultError                  what a worker process returned cannot travel
        └── WorkerStartError                        there was no worker process to run it
"""

from __future__ import annotations

from collections.abc import Sized
from reprlib import Repr

from tickwright.interrupts import is_ctrl_c

__all__ = [
    "ConfigurationError",
    "ConflictingIdError",
    "ExecutorNotFoundError",
    "ForkedSchedulerError",
    "InvalidJobError",
    "InvalidReferenceError",
    "InvalidTriggerError",
    "JobLookupError",
    "JobStoreError",
    "JobStoreNotFoundError",
    "JobStoreUnavailableError",
    "NewerStoreError",
    "NoCurrentRunError",
    "ReentrantCallError",
    "RunCancelledError",
    "RunLostError",
    "SchedulerAlreadyRunningError",
    "SchedulerNotRunningError",
    "TickwrightError",
    "UnpicklableResultError",
    "UnreadableJobError",
    "UnstorableValueError",
    "UnsupportedByStoreError",
    "UntrustedDataError",
    "WorkerStartError",
    "described",
    "shortened",
]

SHOWN_LENGTH = 50
MOST_MEMBERS = 1_000


def shortened(value: object) -> str:
    """Return `repr(value)` cut to 50 characters, so that no message can be flooded by its own cause."""
    try:
        shown = _SHOWN.repr(value)
    except BaseException as error:  # border: __repr__ is the user's, and Python refuses integers of thousands of digits
        if is_ctrl_c(error):
            raise
        shown = f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"
    return shown if len(shown) <= SHOWN_LENGTH else shown[: SHOWN_LENGTH - 1] + "…"


def described(error: BaseException) -> str:
    """Return an exception's type and text in one line of at most 300 characters, whatever its `__str__` does."""
    try:
        text = " ".join(str(error).split())
    except BaseException as another:  # border: its class may be the user's, and what that raises would hide this
        if is_ctrl_c(another):
            raise
        text = "its text cannot be shown"
    shown = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return shown if len(shown) <= 300 else shown[:299] + "…"


class _Shown(Repr):
    """Looks at no more of a value than can be shown, at any depth.

    The repr of a hostile 10 MB text, or of a list of five million zeros, costs more than the check that refuses it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = SHOWN_LENGTH
        self.maxlong = self.maxother = 10 * SHOWN_LENGTH

    def repr1(self, x: object, level: int) -> str:
        if isinstance(x, (str, bytes)):
            return repr(x[: SHOWN_LENGTH + 1])
        if isinstance(x, Sized) and len(x) > MOST_MEMBERS:
            return f"<{type(x).__name__} of {len(x):,}>"
        return super().repr1(x, level)


_SHOWN = _Shown()


class TickwrightError(Exception):
    """The base of all errors of this package."""


# -- mend the call ---------------------------------------------------------------------------------


class InvalidTriggerError(TickwrightError, ValueError):
    """A trigger's parameter has a value that cannot be taken: `field`, `value` (shortened) and the reason."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        self.value = shortened(value)
        # Not the value itself: an error may be logged, kept or sent to another process, and hostile ones are large.
        super().__init__(field, self.value, reason)
        self.field = field
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.field}: {self.reason} (got {self.value})"


class InvalidJobError(TickwrightError, ValueError):
    """A job's parameter has a value that cannot be taken: of the job `job_id`, where that is known."""

    def __init__(self, *args: object, job_id: str | None = None) -> None:
        super().__init__(*args)
        self.job_id = job_id


class InvalidReferenceError(TickwrightError, ValueError):
    """A callable cannot be written down as a name that finds it again, or a name leads nowhere."""


class UnstorableValueError(TickwrightError, TypeError):
    """A serializer cannot write a value down: `path` says where in it the trouble is, and `reason` what it is."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason, path)
        self.reason = reason
        self.path = path

    def __str__(self) -> str:
        return f"at {self.path}: {self.reason}" if self.path else self.reason


class ConfigurationError(TickwrightError, ValueError):
    """A scheduler's option is unknown or has a value that cannot be taken."""


class _KeyedError(TickwrightError, KeyError):
    # KeyError shows the repr of its argument; these carry sentences for people.
    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class ConflictingIdError(_KeyedError):
    """A job of this id, `job_id` where that is known, is already in the job store."""

    def __init__(self, *args: object, job_id: str | None = None) -> None:
        super().__init__(*args)
        self.job_id = job_id

    @classmethod
    def in_store(
        cls,
        alias: str,
        job_id: str,
        remedy: str = "give this one another id, remove that one, or replace it: add_job(..., replace_existing=True)",
    ) -> ConflictingIdError:
        """Return the error that says so of the job store `alias`, and what can be done about it."""
        return cls(f"job store {alias!r} already has a job {job_id!r}; {remedy}", job_id=job_id)


class JobLookupError(_KeyedError):
    """No job of this id is in the job store."""


class JobStoreNotFoundError(_KeyedError):
    """The scheduler has no job store of this alias."""


class ExecutorNotFoundError(_KeyedError):
    """The scheduler has no executor of this alias."""


# -- call at another time, or from another place ---------------------------------------------------


class SchedulerAlreadyRunningError(TickwrightError, RuntimeError):
    """The scheduler is running, and this call needs it stopped."""


class SchedulerNotRunningError(TickwrightError, RuntimeError):
    """The scheduler is not running, and this call needs it to."""


class ForkedSchedulerError(TickwrightError, RuntimeError):
    """The process was forked from the one that runs the scheduler: nothing runs here."""


class ReentrantCallError(TickwrightError, RuntimeError):
    """The call was made in the middle of another one, by a signal handler that interrupted it: it did nothing."""


class NoCurrentRunError(TickwrightError, LookupError):
    """`current_run()` was called by code that no scheduler called."""


# -- look at the store -----------------------------------------------------------------------------


class JobStoreError(TickwrightError):
    """A job store cannot do what it was asked."""


class JobStoreUnavailableError(JobStoreError):
    """The store cannot be reached or is busy; the same call may work later."""


class UnsupportedByStoreError(JobStoreError):
    """The kind of store cannot do what was asked; the message names what is missing."""


class NewerStoreError(JobStoreError):
    """The store was written by a newer version, which this one must not touch."""


class UntrustedDataError(TickwrightError):
    """Stored bytes are not signed, were altered or moved, or name what is not admitted; nothing of them was run."""


class UnreadableJobError(TickwrightError):
    """A stored job cannot be loaded here; it was set aside, and nothing of it was deleted."""


# -- told by a run ---------------------------------------------------------------------------------


class RunLostError(TickwrightError):
    """The process that ran it ended before it could report."""


class RunCancelledError(TickwrightError):
    """The run was taken back before it started, or stopped when it was asked to."""


class UnpicklableResultError(TickwrightError):
    """A worker process returned or raised something that cannot be sent back."""


class WorkerStartError(TickwrightError):
    """A worker process did not start, or ended before it took its first run; nothing of the run was done."""
