"""Outfitting: gives the modules of a scheduler's class what their methods work with, when one is made.

`BackgroundScheduler` is imported in many processes that make none: command lines, tests, the reloader of a server. That
took 75 ms of CPU and 192 modules while each module imported all that it uses; it takes 9 ms and 34 modules so, of which
APScheduler 3 takes 80 ms and 203 (on the same machine). The modules on that way also say `TYPE_CHECKING = False`, which
type checkers know as well as the one in `typing`: to import `typing`, with `re` behind it, takes 5 ms of its own.

All comes at one moment, in one place. Imports inside functions would come whenever a function is
first called: in the handler of a signal, which may have broken in on that very import; in a fork, where another thread
may have held the import's lock; at the end of the interpreter, where nothing can be imported any more. A scheduler that
has been made has everything.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["hand_out_outfit", "outfit_later"]

_rooms: list[dict[str, Any]] = []


def outfit_later(room: dict[str, Any]) -> None:
    """Have a module's names, its `globals()`, completed by the outfit when a scheduler is made."""
    _rooms.append(room)


def hand_out_outfit() -> None:
    """Complete all modules that wait for it; what names they have stay. Any thread may call it, and often."""
    from tickwright.schedulers import outfit

    for room in _rooms:
        for name in outfit.__all__:
            room.setdefault(name, getattr(outfit, name))
