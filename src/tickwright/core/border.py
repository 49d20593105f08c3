"""What is caught at a border: around a trigger, a store call, an executor's door, and the loop itself."""

from __future__ import annotations

from typing import Final

__all__ = ["BORDER"]

BORDER: Final = (Exception, SystemExit)
"""`sys.exit()` in somebody's trigger or `__reduce__` is meant to end that, and not the loop that serves all others.

Other `BaseException`s, Ctrl-C above all, are for whoever runs the loop."""
