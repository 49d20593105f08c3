"""The peers: which schedulers are asked, and what each says it can do."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PEERS", "Peer"]

CRON = frozenset({"zones", "clock changes", "weekday numbers", "weekday 7", "day or weekday", "after 2099"})
EXTENSIONS = frozenset({"seconds", "macros", "L", "LW", "nW", "d#k", "5L", "FRIL", "?", "lists of these"})
EVERYTHING = CRON | EXTENSIONS | {"day and weekday"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One scheduler or cron library."""

    name: str
    """What it is called in the table."""
    requirement: str | None
    """What pip installs; `None` is this checkout."""
    claims: frozenset[str]
    """The features, of those that `Case.features` names, that its documentation promises."""

    @property
    def requirements(self) -> tuple[str, ...]:
        """What its environment has."""
        return () if self.requirement is None else (self.requirement,)

    @property
    def adapter(self) -> str:
        """The name of the adapter's file, which is not the library's: that would stand in its way."""
        return f"ask_{self.name.lower().replace(' ', '_').replace('-', '_')}.py"


PEERS = (
    Peer(name="Tickwright", requirement=None, claims=EVERYTHING),
    # Its own text warns that numbers of weekdays count from Monday.
    Peer(name="APScheduler 3", requirement="apscheduler==3.11.3", claims=CRON - {"weekday numbers", "weekday 7"}),
    Peer(name="APScheduler 4", requirement="apscheduler==4.0.0a6", claims=CRON),
    Peer(
        name="croniter",
        requirement="croniter==7.0.0",
        # The last weekday is written L5 there, not 5L.
        claims=EVERYTHING - {"LW", "5L", "FRIL"},
    ),
    Peer(name="cronsim", requirement="cronsim==2.8", claims=EVERYTHING - {"macros", "nW", "FRIL", "?"}),
    # Day and weekday must both match there, and weekdays end with 6; it says so.
    Peer(name="celery", requirement="celery==5.7.0", claims=CRON - {"day or weekday", "weekday 7"}),
    Peer(name="cron-converter", requirement="cron-converter==2.0.2", claims=CRON),
    # At most one of day and weekday may be restricted, weekdays end with 6, years with 2099, and the last weekday is
    # written L5.
    Peer(
        name="crontab",
        requirement="crontab==1.0.5",
        claims=CRON - {"day or weekday", "weekday 7", "after 2099"} | {"seconds", "macros", "L", "?", "lists of these"},
    ),
    # Compiled: the first from Rust, the second from C. Neither says that it knows zones; the second wants L, W and #
    # to stand alone.
    Peer(
        name="croniter-rs",
        requirement="croniter-rs==0.2.0",
        claims=EXTENSIONS - {"LW", "nW", "5L", "FRIL"} | {"weekday numbers", "day or weekday", "after 2099"},
    ),
    Peer(
        name="cronexpr",
        requirement="cronexpr==0.30.0",
        claims=EXTENSIONS - {"FRIL", "lists of these"} | {"weekday numbers", "weekday 7", "after 2099"},
    ),
)
