"""Functions for jobs that a database keeps by name, or that a worker process runs."""

from __future__ import annotations

import os
import time
from typing import Any

from tickwright import current_run

called: list[Any] = []
"""What `note` was called with in this process."""


def note(*args: Any, **kwargs: Any) -> str:
    called.append((args, kwargs))
    return "noted"


def fail(text: str = "no") -> None:
    raise ValueError(text)


def add(a: int, b: int = 0) -> int:
    return a + b


async def later(a: int) -> int:
    return a + 1


def pid_of_worker() -> int:
    return os.getpid()


def attempt() -> int:
    return current_run().attempt


def doze(seconds: float, path: str = "") -> str:
    """Leave a file, if a path is given, then take a while."""
    if path:
        with open(path, "w"):
            pass
    time.sleep(seconds)
    return "slept"


class Greeter:
    """An object with methods, which can be pickled."""

    def __init__(self, name: str) -> None:
        self.name = name

    def greet(self, greeting: str = "Hello") -> str:
        return f"{greeting}, {self.name}"

    def __call__(self) -> str:
        return self.greet()

    @classmethod
    def species(cls) -> str:
        return cls.__name__

    @staticmethod
    def aloud(text: str) -> str:
        return text.upper()


not_callable = 7
