"""Programs for the tests of this folder, which end with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.durability.plan import Planned
from tests.durability.victim import Victim
from tests.durability.world import World

Starter = Callable[..., Victim]


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., World]:
    """Return a function that makes the world of the test."""

    def make(*plan: Planned, **settings: Any) -> World:
        return World(folder=tmp_path, plan=plan, **{"lease": 2.0, "threads": 4, "processes": 1, **settings}).make()

    return make


@pytest.fixture
def start() -> Iterator[Starter]:
    """Return a function that starts a program; those that are left at the end of the test are killed."""
    started: list[Victim] = []

    def start(world: World, role: str = "shared", **options: Any) -> Victim:
        started.append(Victim(world, role, **options))
        return started[-1]

    yield start
    for victim in started:
        victim.kill(group=True)
