"""What every part of one engine shares: its clock, its name, its executors, and where it tells what happened."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from tickwright.clock import Clock
from tickwright.core.border import BORDER, Border
from tickwright.core.lease_watch import Probe
from tickwright.core.mailbox import Letter
from tickwright.core.taker import Taker
from tickwright.events import Event
from tickwright.executors.base import Executor
from tickwright.owner import Owner

__all__ = ["Context", "Teller"]


class Teller(Protocol):
    """Where events go."""

    def wants(self, code: int) -> bool:
        """Return whether anybody listens to this code, or to one of several, so that none is made that nobody hears."""

    def tell(self, event: Event) -> None:
        """Pass an event on. Never blocks, never raises."""


def _nobody_is_known_dead(owner: Owner) -> bool:
    return False


@dataclass(slots=True, kw_only=True)
class Context:
    """The surroundings of an engine. `executors` is replaced whole when it changes, so that it can be read freely."""

    clock: Clock
    owner: Owner
    teller: Teller
    post: Callable[[Letter], None]
    executors: dict[str, Executor] = field(default_factory=dict)
    probe: Probe = _nobody_is_known_dead
    lease: float = 30.0
    """Seconds after which a scheduler that shows no sign of life is taken for dead."""
    longest_retry_pause: float = 10.0
    """Seconds between attempts at a store that has been failing for a while, at the most."""
    zone_edition: str = ""
    """Which edition of the time zone database triggers go by; "" where that is not known, or does not matter."""
    batch: int = 500
    """Due jobs that one round takes from one store; more are taken in the next round, which follows at once."""
    random: Random = field(default_factory=Random)
    border: Border = BORDER
    """What is caught around other people's code."""
    logger: logging.Logger = field(default_factory=lambda: logging.getLogger("tickwright.scheduler"))
    recalled: set[str] = field(default_factory=set)
    """Ids of runs that are to be cancelled when they come to be submitted. Any thread adds to it."""
    taker: Taker = field(init=False)

    def __post_init__(self) -> None:
        self.taker = Taker(self.owner)
