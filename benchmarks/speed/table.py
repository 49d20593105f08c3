"""The tables: ours beside APScheduler 3, the best peer and the limit, and below it what everybody took."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.speed.figures import Figures, times_as_good
from benchmarks.speed.names import APSCHEDULER_3, LIMIT, TICKWRIGHT
from benchmarks.speed.peers import PEERS
from benchmarks.speed.reach import verdict
from benchmarks.speed.results import Results
from benchmarks.speed.row import Row
from benchmarks.speed.turns import group_of

__all__ = ["as_markdown", "everybody", "reached", "summary"]

HEADS = (
    "",
    "unit",
    APSCHEDULER_3,
    "best peer",
    "limit",
    "ours",
    f"× {APSCHEDULER_3}",
    "× best peer",
    "ours : limit",
    "reach",
    "",
)
NOTHING = "–"


def as_markdown(results: Results) -> str:
    """Return all tables of a run."""
    met, to_reach = reached(results)
    kind = "A quick run" if results.quick else "A run"
    parts = [
        f"{kind} of {results.date}, {results.rounds} rounds, on {results.machine}. "
        f"Of {to_reach} figures to reach, {met} are met."
    ]
    for letter, figures in results.groups.items():
        group = group_of(letter)
        rows = group.rows(results.quick)
        parts += [f"### {group.TITLE}", summary(rows, figures), everybody(rows, figures)]
    return "\n\n".join(part for part in parts if part)


def reached(results: Results) -> tuple[int, int]:
    """Return how many rows have what they are to reach, and how many are to reach something."""
    verdicts = [
        verdict(figures, row)
        for letter, figures in results.groups.items()
        for row in group_of(letter).rows(results.quick)
        if row.reach
    ]
    return verdicts.count("met"), len(verdicts)


def summary(rows: Sequence[Row], figures: Figures) -> str:
    """Return a row for each thing measured: four figures, three ratios, and what was to be reached."""
    lines = [f"| {' | '.join(HEADS)} |", f"|---|---|{'---:|' * 7}---|---|"]
    lines += [_line(row, figures) for row in rows]
    return "\n".join(lines)


def _line(row: Row, figures: Figures) -> str:
    best = figures.best_peer(row.key, row.unit.more_is_better)
    ours, limit = figures.of(TICKWRIGHT, row.key), figures.of(LIMIT, row.key)
    cells = [
        row.label,
        row.unit.name,
        _cell(row, figures, APSCHEDULER_3),
        NOTHING if best is None else f"{_cell(row, figures, best)} ({best})",
        _cell(row, figures, LIMIT),
        f"**{_cell(row, figures, TICKWRIGHT)}**",
        _ratio(_beside(row, figures, APSCHEDULER_3)),
        NOTHING if best is None else _ratio(_beside(row, figures, best)),
        NOTHING if ours is None or not limit else f"{ours / limit:.2g}",
        "; ".join(condition.says(row) for condition in row.reach) or NOTHING,
        verdict(figures, row),
    ]
    return f"| {' | '.join(cells)} |"


def everybody(rows: Sequence[Row], figures: Figures) -> str:
    """Return the figures of all who took part, by name; nothing where the summary has all of them."""
    took_part = {name for row in rows for name in figures.rounds.get(row.key, {})}
    names = [peer.name for peer in PEERS if peer.name in took_part]
    if set(names) <= {TICKWRIGHT, APSCHEDULER_3, LIMIT}:
        return ""
    lines = [f"| everybody | unit | {' | '.join(names)} |", f"|---|---|{'---:|' * len(names)}"]
    for row in rows:
        cells = [_cell(row, figures, name) for name in names]
        lines.append(f"| {row.label} | {row.unit.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _beside(row: Row, figures: Figures, name: str) -> float | None:
    return times_as_good(figures.of(TICKWRIGHT, row.key), figures.of(name, row.key), row.unit.more_is_better)


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return NOTHING
    return f"{ratio:,.0f} ×" if ratio >= 10 else f"{ratio:.2g} ×"


def _cell(row: Row, figures: Figures, name: str) -> str:
    figure = figures.of(name, row.key)
    if figure is None:
        return figures.remarks.get(row.key, {}).get(name) or NOTHING
    return row.unit.shown(figure)
