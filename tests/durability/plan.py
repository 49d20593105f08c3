"""The fifty jobs of the program that is killed: what each is, so that the judge can tell what had to happen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

__all__ = ["Planned", "every", "fifty_jobs"]

SPACING_OF_ONE_SHOTS = 1.0
"""Seconds between two one-shot jobs, so that every round has some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One job: `trigger_args` for `add_job`, as JSON can hold them, and `period` in seconds, None for a one-shot."""

    id: str
    kind: str
    trigger_args: dict[str, Any]
    period: int | None
    seconds: float
    executor: str = "default"
    on_lost: str = "record"
    coalesce: bool = True
    max_instances: int = 1
    misfire_grace_time: float | None = None

    @property
    def run_date(self) -> datetime:
        """The only fire time of a one-shot."""
        return datetime.fromisoformat(self.trigger_args["run_date"])


def every(period: int, job_id: str, takes: float = 0.0, **options: Any) -> Planned:
    """Return a job that fires each time so many seconds have elapsed."""
    trigger_args = {"trigger": "interval", "seconds": period}
    return Planned(id=job_id, kind="interval", trigger_args=trigger_args, period=period, seconds=takes, **options)


def fifty_jobs(began: datetime) -> list[Planned]:
    """Return the plan for a program that is started for the first time at `began`."""
    return [*_cron(), *_interval(), *_one_shot(began)]


def _cron() -> Iterator[Planned]:
    for number in range(18):
        period = (1, 1, 2, 3, 4, 5)[number % 6]
        yield Planned(
            id=f"cron-{number:02}",
            kind="cron",
            trigger_args={"trigger": "cron", "second": f"*/{period}"},
            period=period,
            seconds=(0.0, 0.3, 0.9, 0.05)[number % 4],
            executor="processes" if number % 6 == 4 else "default",
            on_lost="rerun" if number % 3 == 0 else "record",
            coalesce=number % 4 != 1,
            max_instances=1 + number % 3,
        )


def _interval() -> Iterator[Planned]:
    for number in range(20):
        period = (1, 2, 2, 3, 5)[number % 5]
        yield every(
            period,
            f"interval-{number:02}",
            takes=(0.0, 1.5, 0.2, 0.6)[number % 4],
            executor="processes" if number % 10 == 6 else "default",
            on_lost="rerun" if number % 4 == 1 else "record",
            coalesce=number % 5 != 2,
            max_instances=1 + number % 2,
            misfire_grace_time=0.4 if number % 7 == 3 else None,
        )


def _one_shot(began: datetime) -> Iterator[Planned]:
    for number in range(12):
        run_date = (began + timedelta(seconds=1 + number * SPACING_OF_ONE_SHOTS)).isoformat()
        yield Planned(
            id=f"one-shot-{number:02}",
            kind="one-shot",
            trigger_args={"trigger": "date", "run_date": run_date},
            period=None,
            seconds=(0.0, 0.5)[number % 2],
            executor="processes" if number % 6 == 3 else "default",
            on_lost="rerun" if number % 3 == 1 else "record",
        )
