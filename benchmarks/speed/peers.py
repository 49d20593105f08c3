"""The peers: who is measured, and what is installed for each."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.speed.names import APSCHEDULER_3, LIMIT, SUBMIT, TICKWRIGHT
from benchmarks.triggers_right.peers import PEERS as CRON_PEERS

__all__ = ["PEERS", "QUICK", "Peer"]

QUICK = (TICKWRIGHT, APSCHEDULER_3, LIMIT, SUBMIT)
"""Who takes part in `make bench-quick`."""

_REQUIREMENT_OF = {peer.name: peer.requirement for peer in CRON_PEERS}
"""The same versions are asked for their fire times and for their speed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One library, or a bare limit."""

    name: str
    """What it is called in the tables."""
    others: tuple[str, ...] = ()
    """What its environment needs besides the library that triggers_right knows."""

    @property
    def requirements(self) -> tuple[str, ...]:
        """What its environment has; nothing is this checkout, or nothing but Python."""
        known = _REQUIREMENT_OF.get(self.name)
        return (*([known] if known else []), *self.others)

    @property
    def adapter(self) -> str:
        """The name of its module in `adapters`."""
        return self.name.lower().replace(" ", "_").replace("-", "_")


PEERS = (
    Peer(name=TICKWRIGHT),
    Peer(name=APSCHEDULER_3, others=("sqlalchemy==2.1.9",)),
    # It imports these two with a synchronous engine, too, and does not ask for them.
    Peer(name="APScheduler 4", others=("sqlalchemy[asyncio]==2.1.9", "sniffio==1.3.1")),
    Peer(name="croniter"),
    Peer(name="cronsim"),
    Peer(name="schedule", others=("schedule==1.2.2",)),
    Peer(name="huey", others=("huey==3.5.4",)),
    Peer(name="celery"),
    Peer(name="croniter-rs"),
    Peer(name="cronexpr"),
    # Last, so that what stands in a round before them is what they are compared with.
    Peer(name=LIMIT),
    Peer(name=SUBMIT),
)
