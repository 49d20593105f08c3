"""What is caught at a border: around a trigger, a store call, and an executor's door."""

from __future__ import annotations

from typing import Final

__all__ = ["BORDER", "BORDER_IN_MAIN_THREAD", "BORDER_IN_OWN_THREAD", "Border"]

Border = tuple[type[BaseException], ...]

BORDER: Final[Border] = (Exception, SystemExit)
"""`sys.exit()` in somebody's trigger or `__reduce__` is meant to end that, and not the loop that serves all others.

Other `BaseException`s, Ctrl-C above all, are for whoever runs the loop."""

BORDER_IN_OWN_THREAD: Final[Border] = (BaseException,)
"""In a thread of the loop's own nobody is there for whom they could be, and Ctrl-C does not come there."""

BORDER_IN_MAIN_THREAD: Final[Border] = (Exception,)
"""There `sys.exit()` may as well come from the handler of a signal, whatever code that has just interrupted."""
