"""The judge: holds what the scheduler says after a restart against the plan, and against what the jobs really did."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from tests.chain import breaks
from tests.columns import in_columns
from tests.durability.plan import Planned

__all__ = ["Line", "Tally", "Verdict", "judge"]

MOST_ATTEMPTS = 10
"""So often is a fire time run that is lost each time; the record says then that it was given up."""

LATEST = timedelta(minutes=5)
"""How long the program may have been down, or busy starting, when its picture was taken."""
LATEST_AT_THE_END = timedelta(minutes=1)
"""How long its last runs may take to end, while it takes no new ones."""

UNSETTLED = ("scheduled", "running")
ENDS = ("succeeded", "lost", "missed", "skipped", *UNSETTLED)
EXECUTED = ("succeeded", "failed", "lost", "cancelled", *UNSETTLED)


@dataclass(frozen=True, slots=True)
class Line:
    """What a job left behind when its function was called."""

    job: str
    fire_time: str
    attempt: int
    run: str
    process: int
    parent: int
    began: float
    ended: float | None = None
    """When it returned; None where it did not come so far."""

    @staticmethod
    def read(text: str) -> list[Line]:
        # A line that is just being written may be seen in part.
        words = [line.split() for line in text[: text.rfind("\n") + 1].splitlines()]
        ends = {run: float(ended) for what, run, ended in (line for line in words if line[0] == "ended")}
        return [
            Line(job, at, int(attempt), run, int(process), int(parent), float(began), ends.get(run))
            for _, job, at, attempt, run, process, parent, began in (line for line in words if line[0] == "called")
        ]


@dataclass
class Tally:
    """The numbers of one kind of job."""

    jobs: int = 0
    fire_times: int = 0
    runs: int = 0
    folded: int = 0
    passed_over: int = 0
    lost: int = 0
    rerun: int = 0
    doubled: int = 0
    unaccounted: int = 0


@dataclass
class Verdict:
    """What the judge found; `complaints` is empty where every promise held."""

    complaints: list[str] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))

    def add(self, other: Verdict) -> None:
        """Add the numbers of another verdict to these."""
        for kind, tally in other.tallies.items():
            mine = self.tallies[kind]
            for one in fields(Tally):
                setattr(mine, one.name, getattr(mine, one.name) + getattr(tally, one.name))

    def table(self) -> str:
        """Return the numbers as text, a kind of job a line."""
        names = [one.name for one in fields(Tally)]
        rows = [(kind, *(getattr(tally, name) for name in names)) for kind, tally in self.tallies.items()]
        total = ("all", *(sum(getattr(tally, name) for tally in self.tallies.values()) for name in names))
        heads = ("kind", *(name.replace("_", " ") for name in names))
        return in_columns([heads, *rows, total])


def judge(
    plan: Sequence[Planned],
    picture: dict[str, Any],
    lines: Iterable[Line],
    owners: Mapping[str, int],
    *,
    at_the_end: bool,
) -> Verdict:
    """Return the verdict on one picture of the scheduler, taken while it took no jobs.

    `owners` says which process took runs under which name.
    """
    verdict = Verdict()
    runs_of = defaultdict(list)
    for run in picture["runs"]:
        runs_of[run["job"]].append(run)
    lines_of = defaultdict(list)
    for line in lines:
        lines_of[line.job].append(line)
    for unreadable in picture["unreadable"]:
        verdict.complaints.append(f"{unreadable}: cannot be loaded")
    for planned in plan:
        court = _Court(planned, runs_of.pop(planned.id, []), lines_of.pop(planned.id, []), owners, verdict)
        court.hear(picture["jobs"], datetime.fromisoformat(picture["now"]), at_the_end=at_the_end)
    for stranger in [*runs_of, *lines_of]:
        verdict.complaints.append(f"{stranger}: nobody planned such a job")
    return verdict


class _Court:
    """The case of one job."""

    def __init__(
        self,
        planned: Planned,
        runs: list[dict[str, Any]],
        lines: list[Line],
        owners: Mapping[str, int],
        verdict: Verdict,
    ) -> None:
        self.planned = planned
        self.runs = runs
        self.lines = lines
        self.owners = owners
        self.verdict = verdict
        self.tally = verdict.tallies[planned.kind]

    def complain(self, what: str) -> None:
        self.verdict.complaints.append(f"{self.planned.id}: {what}")

    def hear(self, jobs: dict[str, str | None], now: datetime, *, at_the_end: bool) -> None:
        self.tally.jobs += 1
        fire_times = self._attempts_are_in_order(at_the_end)
        self._lines_and_records_agree()
        self._called_by_their_owners()
        if self.planned.period is None:
            self._one_shot_is_there_or_done(jobs, fire_times)
        else:
            self._chain_is_whole(jobs, fire_times)
            if at_the_end:
                self._is_up_to_date(jobs, now - LATEST_AT_THE_END)
            elif self.planned.coalesce:  # others work off run by run what they have missed, and may still be at it
                self._is_up_to_date(jobs, now - LATEST)

    def _attempts_are_in_order(self, at_the_end: bool) -> dict[datetime, int]:
        """Return the fire times on record with how many each stands for, each once."""
        by_fire_time = defaultdict(list)
        for run in self.runs:
            by_fire_time[datetime.fromisoformat(run["fire_time"])].append(run)
        for fire_time, runs in by_fire_time.items():
            attempts = [run["attempt"] for run in runs]
            if attempts != list(range(1, len(runs) + 1)):
                self.complain(f"{fire_time} has records of the attempts {attempts}")
                self.tally.doubled += 1
            if any(run["status"] != "lost" for run in runs[:-1]):
                self.complain(f"{fire_time} was run again after {[run['status'] for run in runs]}")
            if len(runs) > 1 and self.planned.on_lost != "rerun":
                self.complain(f"{fire_time} was run again, and nobody asked for that")
            if self.planned.on_lost == "rerun" and runs[-1]["status"] == "lost" and not _was_given_up(runs[-1]):
                self.complain(f"{fire_time} is lost, and was not run again")
            # After a restart the only runs on the way are those that are to run again once it takes jobs.
            if runs[-1]["status"] in UNSETTLED and (at_the_end or self.planned.on_lost != "rerun"):
                self.complain(f"{fire_time} has a run that nobody settled: {runs[-1]}")
            self.tally.rerun += len(runs) - 1
        counts = Counter(run["status"] for run in self.runs)
        self.tally.runs += sum(counts[status] for status in EXECUTED)
        self.tally.lost += counts["lost"]
        self.tally.passed_over += counts["missed"] + counts["skipped"]
        for run in self.runs:
            if run["status"] not in ENDS and not _was_never_begun(run):
                self.complain(f"{run['fire_time']} ended as {run['status']}: {run['reason']}")
        return {fire_time: runs[0]["coalesced"] for fire_time, runs in by_fire_time.items()}

    def _lines_and_records_agree(self) -> None:
        """No function was called twice for one (fire time, attempt), and none without its run on record."""
        calls = Counter((line.fire_time, line.attempt) for line in self.lines)
        for (fire_time, attempt), times in calls.items():
            if times > 1:
                self.complain(f"{fire_time}, attempt {attempt}, was really run {times} times")
                self.tally.doubled += times - 1
        if self.planned.on_lost != "rerun" and any(line.attempt > 1 for line in self.lines):
            self.complain("was really run again, and nobody asked for that")
        records = {run["id"]: run for run in self.runs}
        called = {line.run for line in self.lines}
        for stranger in called - set(records):
            self.complain(f"run {stranger} was really run, and is not on record")
            self.tally.unaccounted += 1
        for run in self.runs:
            if run["status"] == "succeeded" and run["id"] not in called:
                self.complain(f"{run['fire_time']} is on record as succeeded, and was never run")
            if run["status"] in ("missed", "skipped", "failed") and run["id"] in called:
                self.complain(f"{run['fire_time']} is on record as {run['status']}, and was run")

    def _called_by_their_owners(self) -> None:
        """What is on record as done was done by the process that had taken it, or by a worker of that one."""
        callers = {line.run: line.process if self.planned.executor == "default" else line.parent for line in self.lines}
        for run in self.runs:
            if run["status"] == "succeeded" and run["id"] in callers:
                owner = self.owners.get(run["owner"])
                if callers[run["id"]] != owner:
                    self.complain(f"{run['fire_time']} was taken by process {owner}, and run by {callers[run['id']]}")

    def _one_shot_is_there_or_done(self, jobs: dict[str, str | None], fire_times: dict[datetime, int]) -> None:
        self.tally.fire_times += 1
        run_date = self.planned.run_date
        if not fire_times:
            if jobs.get(self.planned.id) != run_date.isoformat():
                self.complain(f"its only fire time is neither ahead nor on record: {jobs.get(self.planned.id)}")
                self.tally.unaccounted += 1
        elif set(fire_times) != {run_date}:
            self.complain(f"ran at {list(fire_times)} instead of {run_date}")

    def _chain_is_whole(self, jobs: dict[str, str | None], fire_times: dict[datetime, int]) -> None:
        """From the first fire time to the next one, every period is on record once: no gap, no overlap."""
        if jobs.get(self.planned.id) is None:
            self.complain("the job, or its next run time, is gone")
            self.tally.unaccounted += 1
            return
        period = timedelta(seconds=self.planned.period or 0)
        ahead = datetime.fromisoformat(str(jobs[self.planned.id]))
        self.tally.fire_times += sum(fire_times.values())
        self.tally.folded += sum(fire_times.values()) - len(fire_times)
        for expected, found in breaks(sorted(fire_times.items()), period):
            self.tally.unaccounted += max(0, (found - expected) // period)
            self.tally.doubled += max(0, (expected - found) // period)
            self.complain(f"after {expected - period} the next fire time on record is {found}")
        last = max(fire_times, default=None)
        if last is not None and ahead != last + period:
            self.tally.unaccounted += max(0, (ahead - last) // period - 1)
            self.complain(f"the last fire time on record is {last}, and it runs next at {ahead}")
        if self.planned.kind == "cron" and (ahead.microsecond or ahead.second % (self.planned.period or 1)):
            self.complain(f"{ahead} is no fire time of its trigger")

    def _is_up_to_date(self, jobs: dict[str, str | None], earliest: datetime) -> None:
        ahead = jobs.get(self.planned.id)
        if ahead is not None and datetime.fromisoformat(ahead) < earliest:
            self.complain(f"its next fire time is still {ahead}, which lies before {earliest}")


def _was_given_up(run: dict[str, Any]) -> bool:
    """Return whether the record says that a job which dies each time was run often enough."""
    return run["attempt"] == MOST_ATTEMPTS and "not run again" in (run["reason"] or "")


def _was_never_begun(run: dict[str, Any]) -> bool:
    """Return whether the record says that its worker process was killed before it could call anything."""
    reason = run["reason"] or ""
    return run["status"] == "failed" and "killed by SIGKILL" in reason and "before it was ready" in reason
