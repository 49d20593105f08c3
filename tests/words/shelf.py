"""Callables of every kind, as users have them in their modules."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def plain(a: int = 0) -> int:
    return a


async def awaited() -> int:
    return 1


class Machine:
    """Has every kind of method."""

    def __init__(self, name: str = "m") -> None:
        self.name = name

    def run(self, load: int = 1) -> str:
        return f"{self.name}:{load}"

    @classmethod
    def make(cls) -> str:
        return cls.__name__

    @staticmethod
    def check() -> str:
        return "checked"

    def __call__(self, *args: Any) -> str:
        return f"called {self.name}"

    class Part:
        """Lives inside another class."""

        def turn(self) -> str:
            return "turned"

        @staticmethod
        def spin() -> str:
            return "spun"


class Special(Machine):
    """Inherits its methods."""


def outer() -> Callable[[], None]:
    def inner() -> None: ...

    return inner


def wrapped(func: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **kwargs)

    return wrapper


def unwrapped(func: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **kwargs)

    return wrapper


@wrapped
def decorated() -> str:
    return "decorated"


@unwrapped
def badly_decorated() -> str:
    return "badly"


nameless = lambda: None  # noqa: E731 - a lambda with a name at its module is still called <lambda>
machine = Machine("of the module")
part = functools.partial(plain, 5)
number = 7
