"""A way to look at what one thread sees of another at each of its steps, without a second thread."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def looking_at_each_step(look: Callable[[], object], *modules: str) -> Iterator[None]:
    """Call `look` before each bytecode of these modules, which is where another thread may look."""

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        if frame.f_globals.get("__name__") not in modules:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            look()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)
