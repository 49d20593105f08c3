"""An application's module as it is listed: with jobs and classes of its own, and with much that is not."""

from __future__ import annotations

import functools
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, Flag
from os import system
from typing import Any, ClassVar

from tests.serializers import outside
from tests.serializers.outside import Base, Borrowed
from tickwright.triggers.base import Trigger

__all__ = ["Borrowed", "subprocess", "system"]

calls: list[tuple[Any, ...]] = []


def tidy(*args: Any, **kwargs: Any) -> str:
    calls.append(args)
    return "tidy"


def with_default(name: str = "default") -> str:
    return name


tidied = tidy
run_anything = os.system
send = calls.append
settings = {"debug": False}


@functools.lru_cache
def cached(number: int) -> int:
    return number


def traced(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return call


@traced
def decorated() -> str:
    return "decorated"


later = functools.partial(os.system, "true")


class Colour(Enum):
    RED = "red"
    ODD = ("a", 1)


class Rights(Flag):
    READ = 1
    WRITE = 2


class Empty(Enum):
    """Calling it with a name and members would make a new enumeration."""


@dataclass
class Order(Base):
    number: int = 0
    notes: list[str] = field(default_factory=list)
    runner: ClassVar[Any] = os.system
    shell: ClassVar[Any] = subprocess

    def ship(self, where: str = "home") -> str:
        calls.append((self.number, where))
        return where

    @staticmethod
    def price() -> int:
        return 7

    @classmethod
    def latest(cls) -> Order:
        return cls(99)

    class Line:
        """A class in a class."""


class Parcel:
    """Has a method of the same name, and is no order."""

    def ship(self) -> str:
        raise AssertionError("called as if it were an order's")


class Caller:
    def __call__(self) -> str:
        return "called"


class OwnError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Weekly(Trigger):
    weekday: int = 0

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        return now


class Slotted(Trigger):
    __slots__ = ("hour",)

    def __init__(self, hour: int) -> None:
        self.hour = hour

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slotted) and other.hour == self.hour

    def __hash__(self) -> int:
        return self.hour

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        return now


class Reducing(Trigger):
    def __reduce__(self) -> Any:
        return Reducing, ()

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        return now


borrow = outside.borrow


def shadowed() -> Any:
    """Return a class that says it is `Colour` of this module, and is another one."""
    return Enum("Colour", {"RED": "red"}, module=__name__, qualname="Colour")


class OddError(Exception):
    """Is not made again as exceptions are."""

    def __reduce__(self) -> Any:
        return tidy, ()
