"""The report: sizes, counts and a summary of the run history, written to a file for people to read."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from tickwright import Run

from ..scheduler import scheduler
from ..sources import FOLDERS, source_files
from ..telling import statuses, took
from ..wording import number, size, span
from .backup import backups


def write_report(root: Path, data: Path) -> str:
    """Write `report.md`; return how many runs it tells of."""
    runs = scheduler.get_runs()
    lines = ["# Report of the example service", *_of_sources(root, data), *_of_backups(data), *_of_history(runs)]
    target = data / "report.md"
    draft = target.with_suffix(".draft")
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(draft, target)
    return f"{target.name} tells of {number(len(runs), 'run')}"


def _of_sources(root: Path, data: Path) -> Iterator[str]:
    files = source_files(root, data)
    yield from ("", "## Sources", "", "| folder | files | size |", "|---|---|---|")
    for name in FOLDERS:
        inside = [file for file in files if file.is_relative_to(root / name)]
        if inside:
            yield f"| {name} | {len(inside):,} | {size(sum(file.stat().st_size for file in inside))} |"


def _of_backups(data: Path) -> Iterator[str]:
    yield from ("", "## Backups, newest first", "", "| archive | size |", "|---|---|")
    for archive in backups(data):
        yield f"| {archive.name} | {size(archive.stat().st_size)} |"


def _of_history(runs: list[Run]) -> Iterator[str]:
    by_job: defaultdict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_job[run.job_id].append(run)
    yield from ("", f"## History: {number(len(runs), 'run')}", "")
    yield from ("| job | fire times | how the runs ended | mean duration | latest |", "|---|---|---|---|---|")
    for job_id, its in sorted(by_job.items()):
        ended = Counter(run.status for run in its)
        fire_times = sum(run.coalesced for run in its if run.attempt == 1)
        latest = max(run.lateness for run in its)
        yield f"| {job_id} | {fire_times:,} | {statuses(ended)} | {_mean_duration(its)} | {span(latest)} |"


def _mean_duration(runs: list[Run]) -> str:
    known = [length for length in map(took, runs) if length is not None]
    return span(sum(known, timedelta()) / len(known)) if known else "-"
