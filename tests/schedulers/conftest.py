"""Fixtures of the schedulers' tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import Gate, Heard
from tickwright import BackgroundScheduler


@pytest.fixture
def background() -> Iterator[Callable[..., BackgroundScheduler]]:
    """Return a function that makes background schedulers, which are stopped at the end of the test."""
    made: list[BackgroundScheduler] = []

    def make(*, start: bool = True, **options: Any) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(timezone="UTC", **options)
        made.append(scheduler)
        if start:
            scheduler.start()
        return scheduler

    yield make
    for scheduler in made:
        scheduler.shutdown(wait=False)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Return a job that waits; it is let go at the end of the test."""
    gate = Gate()
    yield gate
    gate.open()


@pytest.fixture(autouse=True)
def _forget_calls() -> None:
    deeds.called.clear()
