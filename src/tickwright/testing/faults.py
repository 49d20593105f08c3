"""Faults that a test plans for the calls of a job store: failing before, after or half-way, slow, by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from threading import Event as Flag
from threading import Lock, local
from typing import Final, Literal, NamedTuple, Self, get_args

from tickwright.clock import Clock, SystemClock
from tickwright.errors import JobStoreUnavailableError
from tickwright.instants import to_datetime
from tickwright.jobstores.base import JobStore
from tickwright.jobstores.batches import BatchWrites
from tickwright.triggers.moments import read_moment
from tickwright.virtual_clock import VirtualClock

__all__ = ["CALLS", "Faults", "Strike", "When"]

When = Literal["before", "after", "half"]
"""At which moment of a call it fails: with nothing done, with all done and no answer, or with the first half done."""

NEVER_FAILS: Final = frozenset({"pack"})
"""`pack` is called by workers and promises never to raise: a store is not asked for it."""

CALLS: Final = (
    frozenset(
        name
        for name, value in (vars(BatchWrites) | vars(JobStore)).items()
        if callable(value) and not name.startswith("_")
    )
    - NEVER_FAILS
)
"""The calls of a job store that can be made to fail."""

LIFE: Final = frozenset({"start", "shutdown"})

Moment = datetime | date | str | timedelta
Error = BaseException | type[BaseException]


class Strike(NamedTuple):
    """A fault that happened."""

    call: str
    when: When


@dataclass(slots=True, kw_only=True)
class _Plan:
    """One thing that is to go wrong."""

    calls: frozenset[str]
    whens: tuple[When, ...] = ()
    error: Error | None = None
    pause: float = 0.0
    times: int | None = None
    spare: int = 0
    share: float = 1.0
    random: Random | None = None
    start: datetime | None = None
    end: datetime | None = None

    def strikes(self, call: str, now: datetime) -> bool:
        """Return whether it happens at this call, and count it."""
        if call not in self.calls or self.times == 0:
            return False
        if (self.start is not None and now < self.start) or (self.end is not None and now >= self.end):
            return False
        if self.random is not None and self.random.random() >= self.share:
            return False
        if self.spare > 0:
            self.spare -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def moment(self) -> When:
        return self.whens[0] if self.random is None else self.random.choice(self.whens)

    def made(self, call: str, when: When) -> BaseException:
        """Return the error to raise."""
        if isinstance(self.error, BaseException):
            # It may be raised again and again, and would collect a traceback each time.
            return self.error.with_traceback(None)
        words = {"before": "nothing was done", "after": "it was done", "half": "the first half was done"}[when]
        return (self.error or JobStoreUnavailableError)(f"{call} fails as planned by Faults: {words}")


class Faults:
    """What is to go wrong with a job store's calls; several plans hold at once, and may be made while it is used.

    Calls bear the names of `JobStore`'s methods (`CALLS`). Where none is named, all are meant but `start` and
    `shutdown`. Any error may be raised; left out, it is `JobStoreUnavailableError`. Each method returns the object, so
    that plans can be chained::

        faults = Faults().fail("commit", times=2).delay("read_due", seconds=3)
        faults.outage("2026-01-05 03:00", "2026-01-05 03:10")
        faults.at_random(0.2, seed=7)
    """

    def __init__(self) -> None:
        self.clock: Clock = SystemClock()
        """What outages and delays go by; `FaultyStore.start` puts the scheduler's clock here."""
        self.seen: Counter[str] = Counter()
        """How often each call was made."""
        self.struck: list[Strike] = []
        """The failures that happened, in order. A test whose fault never struck has shown nothing."""
        self._plans: list[_Plan] = []
        # A store is called by several threads. What is done under the lock is a few lines of memory work.
        self._lock = Lock()
        self._thread = local()

    # -- planning --------------------------------------------------------------------------------------

    def fail(
        self, *calls: str, when: When = "before", times: int | None = 1, spare: int = 0, error: Error | None = None
    ) -> Self:
        """Let the next `times` of these calls fail (None: all, until `clear`), after sparing the first `spare`.

        `when="before"`: nothing was done. `"after"`: it was done, but the answer never came. `"half"`: of a `commit`
        only the first half of the changes was written, of `remove_all_jobs` and `prune_runs` half was deleted; other
        calls, which cannot be halved, `add_jobs` among them, are done and not answered.
        """
        _check_when(when)
        for name, value in (("times", times), ("spare", spare)):
            if value is not None and (not isinstance(value, int) or value < 0):
                raise ValueError(f"{name} must be a whole number, at least 0, not {value!r}")
        return self._add(_Plan(calls=_checked(calls), whens=(when,), times=times, spare=spare, error=error))

    def delay(self, *calls: str, seconds: float, times: int | None = None) -> Self:
        """Let the next `times` of these calls (None: all, until `clear`) take so many seconds before they are done.

        On a virtual clock the time passes at once.
        """
        if seconds < 0:
            raise ValueError(f"seconds must be 0 or more, not {seconds!r}")
        return self._add(_Plan(calls=_checked(calls), pause=seconds, times=times))

    def at_random(
        self,
        share: float,
        *calls: str,
        seed: int,
        when: When | Iterable[When] = ("before", "after", "half"),
        error: Error | None = None,
    ) -> Self:
        """Let this share of the calls fail, from 0 to 1, at one of the moments `when`, until `clear`.

        The same seed makes the same choices, as long as the calls come in the same order.
        """
        if not 0 <= share <= 1:
            raise ValueError(f"share must be a number from 0 to 1, not {share!r}")
        whens: tuple[When, ...] = (when,) if isinstance(when, str) else tuple(when)
        for one in whens:
            _check_when(one)
        return self._add(_Plan(calls=_checked(calls), whens=whens, share=share, random=Random(seed), error=error))

    def outage(self, start: Moment | None = None, end: Moment | None = None, error: Error | None = None) -> Self:
        """Let all calls fail from one instant to another, by the scheduler's clock.

        A timedelta counts from now, a naive time is in UTC. None means from now on, or until `clear`.
        """
        plan = _Plan(calls=_checked(()), whens=("before",), error=error)
        plan.start, plan.end = self._instant(start, "start"), self._instant(end, "end")
        return self._add(plan)

    def clear(self) -> None:
        """Let nothing go wrong any more. What was counted stays."""
        with self._lock:
            self._plans.clear()

    def _add(self, plan: _Plan) -> Self:
        with self._lock:
            self._plans.append(plan)
        return self

    def _instant(self, moment: Moment | None, field: str) -> datetime | None:
        if moment is None:
            return None
        if isinstance(moment, timedelta):
            return self.clock.now() + moment
        return to_datetime(read_moment(moment, UTC, field))

    # -- happening, for FaultyStore --------------------------------------------------------------------

    def before(self, call: str) -> BaseException | None:
        """Happen before a call: wait, raise, or return the error to raise when half of it was done."""
        self._thread.unanswered = None
        with self._lock:
            pause, strike, error = self._decide(call)
        self._wait(pause)
        if strike is None or error is None:
            return None
        if strike.when == "before":
            raise error
        if strike.when == "half":
            return error
        self._thread.unanswered = error
        return None

    def after(self, call: str) -> None:
        """Happen after a call: raise where its answer is not to come."""
        error: BaseException | None = getattr(self._thread, "unanswered", None)
        if error is not None:
            self._thread.unanswered = None
            raise error

    def _decide(self, call: str) -> tuple[float, Strike | None, BaseException | None]:
        now, pause = self.clock.now(), 0.0
        self.seen[call] += 1
        for plan in self._plans:
            if not plan.strikes(call, now):
                continue
            if not plan.whens:
                pause += plan.pause
                continue
            strike = Strike(call, plan.moment())
            self.struck.append(strike)
            return pause, strike, plan.made(*strike)
        return pause, None, None

    def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            return
        if isinstance(self.clock, VirtualClock):
            self.clock.advance(seconds)
        else:
            Flag().wait(seconds)


def _checked(calls: tuple[str, ...]) -> frozenset[str]:
    unknown = sorted(set(calls) - CALLS)
    if unknown:
        raise ValueError(
            f"{unknown[0]!r} is no call of a job store that can fail; there are {', '.join(sorted(CALLS))}"
        )
    return frozenset(calls) or CALLS - LIFE


def _check_when(when: When) -> None:
    if when not in get_args(When):
        raise ValueError(f"when must be 'before', 'after' or 'half', not {when!r}")
