"""The check-up behind `scheduler.health()`: looks at the loop, the stores, the executors and the listeners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tickwright.core.desk import Desk
from tickwright.executors.base import Executor
from tickwright.schedulers.health import Health, StoreHealth
from tickwright.schedulers.listeners import Listeners
from tickwright.schedulers.loop import Loop

__all__ = ["examine"]

STUCK_AFTER = 10.0
"""Seconds after which the loop counts as held up; it never sleeps for more than one at a time."""

MANY_EVENTS = 10_000


def examine(
    *,
    state: str,
    loop: Loop | None,
    executors: Mapping[str, Executor],
    listeners: Listeners,
    monotonic: float,
) -> Health:
    """Return how a scheduler is; nothing here waits for anything."""
    desks = {} if loop is None else loop.engine.desks
    stores = {alias: _examine_store(desk, monotonic) for alias, desk in desks.items()}
    if loop is not None and loop.stopping is not None:
        state = "stopping"
    loop_alive = loop is not None and loop.thread is not None and loop.thread.is_alive()
    last_step = None if loop is None else monotonic - loop.last_step
    problems = [
        *_loop_problems(state, loop_alive, last_step),
        *(f"job store {alias!r} is out: {store.error}" for alias, store in stores.items() if not store.ok),
    ]
    rooms: dict[str, int | None] = {}
    for alias, executor in executors.items():
        try:
            rooms[alias] = executor.room()
            if trouble := executor.trouble():
                problems.append(f"executor {alias!r}: {trouble}")
        except Exception as error:  # border: an executor that cannot even tell how it is
            rooms[alias] = 0
            problems.append(f"executor {alias!r} cannot tell its room: {error!r}")
    if loop is not None and loop.failure is not None:
        problems.append(f"the loop's last step failed: {loop.failure!r}")
    for alias, desk in desks.items():
        if desk.missing_executors:
            problems.append(
                f"jobs of store {alias!r} are due for executors that are not here: {desk.missing_executors}"
            )
        if desk.unreadable_jobs:
            problems.append(f"{len(desk.unreadable_jobs)} job(s) of store {alias!r} cannot be loaded here")
    failing = sum(desk.triggers_failing for desk in desks.values())
    if failing:
        problems.append(f"the triggers of {failing} job(s) raise")
    if listeners.waiting > MANY_EVENTS:
        problems.append(f"listeners are {listeners.waiting} events behind")
    return Health(
        ok=not problems,
        state=state,
        loop_alive=loop_alive,
        last_step=last_step,
        jobstores=stores,
        executors=rooms,
        triggers_failing=failing,
        listener_errors=listeners.errors,
        events_waiting=listeners.waiting,
        problems=tuple(problems),
    )


def _examine_store(desk: Desk, monotonic: float) -> StoreHealth:
    error = desk.outage.error
    return StoreHealth(
        ok=not desk.outage.is_on,
        error=None if error is None else repr(error),
        out_for=desk.outage.seconds_so_far(monotonic),
        in_flight=desk.in_flight,
        unrecorded=desk.in_flight - desk.unreported,
    )


def _loop_problems(state: str, loop_alive: bool, last_step: float | None) -> Iterator[str]:
    if state == "stopped":
        return
    if not loop_alive:
        yield "the loop's thread is not there"
    elif last_step is not None and last_step > STUCK_AFTER:
        yield f"the loop has not gone round for {last_step:.0f} s: a store call, a trigger or an inline job holds it up"
