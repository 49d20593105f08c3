"""Twenty fire times a second, for several processes to share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.durability.plan import Planned, every

__all__ = ["twenty_a_second"]

SOON = timedelta(seconds=2)
"""How long after the plan is made the first one-shot fires."""


def twenty_a_second(began: datetime, seconds: float) -> list[Planned]:
    """Return jobs that together have twenty fire times in each of so many seconds."""
    return [*_cron(), *_interval(), *_one_shot(began, seconds)]


def _cron() -> Iterator[Planned]:
    """Six each second and five every five seconds: seven a second. The five are long: they are frozen in the middle."""
    for number in range(11):
        period, seconds = (1, (0.0, 0.1, 0.4)[number % 3]) if number < 6 else (5, 3.5)
        yield Planned(
            id=f"cron-{number:02}",
            kind="cron",
            trigger_args={"trigger": "cron", "second": f"*/{period}"},
            period=period,
            seconds=seconds,
            executor="processes" if number in (5, 10) else "default",
            on_lost=("record", "rerun")[number % 2],
            coalesce=number % 4 != 1,
            max_instances=1 + number % 2,
        )


def _interval() -> Iterator[Planned]:
    """Seven each second and eight every two seconds: eleven a second."""
    for number in range(15):
        period = 1 if number < 7 else 2
        yield every(
            period,
            f"interval-{number:02}",
            takes=(0.0, 0.7, 0.05, 1.5)[number % 4],
            executor="processes" if number == 12 else "default",
            on_lost=("record", "rerun")[number % 2],
            coalesce=number % 3 != 1,
            max_instances=1 + number // 2 % 2,
        )


def _one_shot(began: datetime, seconds: float) -> Iterator[Planned]:
    """Two each second."""
    for number in range(int(2 * seconds)):
        run_date = began + SOON + timedelta(seconds=number / 2)
        yield Planned(
            id=f"one-shot-{number:03}",
            kind="one-shot",
            trigger_args={"trigger": "date", "run_date": run_date.isoformat()},
            period=None,
            seconds=(0.0, 0.5, 2.0)[number % 3],
            on_lost=("record", "rerun")[number % 2],
        )
