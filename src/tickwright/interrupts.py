"""Tells Ctrl-C from an exception of the same kind that somebody's code raises."""

from __future__ import annotations

from threading import current_thread, main_thread

__all__ = ["is_ctrl_c"]


def is_ctrl_c(error: BaseException) -> bool:
    """Return whether an exception may be Ctrl-C, which is for whoever runs the program and not for a border.

    Python raises it in the main thread alone, in the middle of whatever that does. In any other thread a
    `KeyboardInterrupt` comes out of the code that raised it.
    """
    return isinstance(error, KeyboardInterrupt) and current_thread() is main_thread()
