"""The same hour: what each peer does with everyday jobs in the two hours a year in which clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from benchmarks.triggers_right.cases import Case
from benchmarks.triggers_right.verdict import Answer

__all__ = ["HOURS", "same_hour_markdown", "shown"]

ZONE = "America/New_York"
SPRING, AUTUMN = datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)


def _question(number: int, expr: str, begin: datetime, end: datetime) -> Case:
    return Case(
        id=-number,
        expr=expr,
        zone=ZONE,
        start=begin - timedelta(seconds=1),
        horizon=end,
        expected=(),
        is_dst=True,
        is_never=False,
    )


HOURS = {
    "`30 2 * * *` in spring": _question(1, "30 2 * * *", SPRING - AN_HOUR, SPRING + AN_HOUR),
    "`*/30 * * * *` in spring": _question(2, "*/30 * * * *", SPRING - AN_HOUR / 2, SPRING + AN_HOUR / 2),
    "`30 1 * * *` in autumn": _question(3, "30 1 * * *", AUTUMN - AN_HOUR, AUTUMN + AN_HOUR),
    "`*/30 * * * *` in autumn": _question(4, "*/30 * * * *", AUTUMN - AN_HOUR / 2, AUTUMN + AN_HOUR),
}
"""By the head of its column, each question; its fire times are looked at to its horizon."""


def shown(question: Case, answer: Answer) -> str:
    """Return the fire times as the zone's clock shows them, or what else came."""
    if answer.failure is not None:
        return str(answer.failure)
    zone = ZoneInfo(ZONE)
    fires = [fire.astimezone(zone) for fire in answer.fires if fire <= question.horizon]
    return ", ".join(f"{fire:%H:%M %Z}" for fire in fires) or "–"


def same_hour_markdown(rows: dict[str, list[str]]) -> str:
    """Return the table; `rows` has a cell for each of `HOURS`, by the name of the peer."""
    lines = [f"| | {' | '.join(HOURS)} |", f"|---|{'---|' * len(HOURS)}"]
    lines += [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()]
    return "\n".join(lines)
