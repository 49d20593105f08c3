"""Event loops of asyncio, and the functions that are awaited in them."""

from __future__ import annotations

import sys
from functools import partial
from inspect import CO_COROUTINE, iscoroutinefunction
from typing import TYPE_CHECKING, Any

from tickwright.errors import shortened

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

__all__ = ["checked_event_loop", "is_coroutine_function", "running_loop"]


def running_loop() -> AbstractEventLoop | None:
    """Return the event loop that runs in this thread; None where none does."""
    asyncio = sys.modules.get("asyncio")  # where nobody has imported it, no loop of its runs
    if asyncio is None:
        return None
    try:
        loop: AbstractEventLoop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    return loop


def checked_event_loop(given: Any) -> AbstractEventLoop | None:
    """Return an option that is an event loop or None. Raises `TypeError` for anything else."""
    from asyncio import AbstractEventLoop

    if given is not None and not isinstance(given, AbstractEventLoop):
        raise TypeError(f"event_loop must be an event loop of asyncio, not {shortened(given)}")
    return given


def is_coroutine_function(func: Any) -> bool:
    """Return whether calling it runs nothing yet, and gives something to be awaited; also for objects and partials."""
    while type(func) is partial:
        func = func.func
    code = getattr(func, "__code__", None)
    if code is not None and code.co_flags & CO_COROUTINE:
        return True
    return iscoroutinefunction(func) or iscoroutinefunction(type(func).__call__)
