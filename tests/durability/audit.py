"""The end of a world: it ends well, it is judged, and its folder is kept where anything was wrong."""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.durability.judge import Line, Verdict, judge
from tests.durability.victim import PATIENCE, Victim
from tests.durability.world import World

__all__ = ["finish", "folder_for", "judge_world", "lines_of", "owners_of", "picture_of", "report"]


def finish(world: World) -> Victim:
    """Let one program settle everything, take the last picture and end well; return it."""
    victim = Victim(world, "alone")
    try:
        victim.wait_until("up")
        time.sleep(1.0)  # at work as ever after the last start, so that what it does then is judged, too
        victim.ask(signal.SIGUSR1)
        code = victim.end(3 * PATIENCE)
    finally:
        victim.kill(group=True)
    assert code == 0, f"the last program ended with exit code {code}: {victim.complaints}"
    return victim


def judge_world(world: World, *, at_the_end: bool) -> Verdict:
    """Return the verdict on the last picture that was taken in a world."""
    if not world.picture.exists():
        return Verdict()  # killed before it got so far
    picture, lines = picture_of(world), lines_of(world)
    if not at_the_end:
        # What was run since then is judged when the next picture knows it; twice is twice already now.
        known = {run["id"] for run in picture["runs"]}
        lines = [line for line in lines if line.run in known]
    return judge(world.plan, picture, lines, owners_of(world), at_the_end=at_the_end)


def lines_of(world: World) -> list[Line]:
    """Return what the jobs have left so far."""
    return Line.read(world.lines.read_text()) if world.lines.exists() else []


def picture_of(world: World) -> dict[str, Any]:
    """Return the last picture that was taken."""
    picture: dict[str, Any] = json.loads(world.picture.read_text())
    return picture


def owners_of(world: World) -> dict[str, int]:
    """Return which process took runs under which name."""
    return {name: int(pid) for name, pid, _ in map(str.split, world.owners.read_text().splitlines())}


def folder_for(what: str) -> Path:
    """Return a new folder; `report` removes it where all was well."""
    return Path(tempfile.mkdtemp(prefix=f"tickwright-{what}-"))


def report(complaints: list[str], folder: Path) -> int:
    """Print the complaints and keep the folder that shows them, or else remove it; return the exit code."""
    for complaint in complaints:
        print(complaint)
    if complaints:
        print(f"{len(complaints)} complaint(s); what they are about is kept in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0
