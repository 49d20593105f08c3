"""Tells Ctrl-C from an exception of the same kind that somebody's code raises."""

from __future__ import annotations

from threading import current_thread, main_thread

__all__ = ["is_ctrl_c", "keep_ctrl_c_away"]

_comes_here = True


def keep_ctrl_c_away() -> None:
    """Note that in this process Ctrl-C raises nothing, as in the worker processes of a pool."""
    global _comes_here
    _comes_here = False


def is_ctrl_c(error: BaseException) -> bool:
    """Return whether an exception may be Ctrl-C, which is for whoever runs the program and not for a border.

    Python raises it in the main thread alone, in the middle of whatever that does. In any other thread a
    `KeyboardInterrupt` comes out of the code that raised it.
    """
    return _comes_here and isinstance(error, KeyboardInterrupt) and current_thread() is main_thread()
