"""A module that is not listed."""

from __future__ import annotations

from typing import Any


class Base:
    """What a listed class may inherit from."""

    def inherited(self) -> str:
        return "inherited"

    @staticmethod
    def run(*args: Any) -> Any:
        raise AssertionError("something of a module that is not listed was called")


class Borrowed:
    """A class that a listed module imports."""

    @staticmethod
    def method() -> None:
        raise AssertionError("something of a module that is not listed was called")


def borrow() -> None:
    raise AssertionError("something of a module that is not listed was called")
