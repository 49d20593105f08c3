"""The job store in a SQLite file: each call is one transaction, with the user's code outside of it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from tickwright.change import Change
from tickwright.due import Due, DueJobs, Standing, UnreadableJob
from tickwright.errors import (
    ConfigurationError,
    InvalidJobError,
    JobStoreError,
    UnreadableJobError,
    shortened,
)
from tickwright.jobstores.base import JobStore
from tickwright.jobstores.batches import NONE_REPLACED
from tickwright.jobstores.body import pack_job
from tickwright.jobstores.sqlite import aside, batches, jobs, leases, notes, runs, standings
from tickwright.jobstores.sqlite.commits import commit_each
from tickwright.jobstores.sqlite.database import Database
from tickwright.jobstores.sqlite.instants import instant_of, micros_of
from tickwright.jobstores.sqlite.job_row import JobRow
from tickwright.jobstores.sqlite.opening import absolute
from tickwright.jobstores.sqlite.outcome import pack_outcome
from tickwright.jobstores.sqlite.retention import Retention
from tickwright.jobstores.sqlite.run_row import load_runs
from tickwright.serializers import PickleSerializer, Serializer

if TYPE_CHECKING:
    from tickwright.jobstores.base import StoreHost
    from tickwright.owner import Lease, Owner
    from tickwright.report import Report
    from tickwright.run import Run, RunStatus
    from tickwright.stored_job import StoredJob

__all__ = ["SQLiteJobStore"]

BATCHES_AT_ONCE = 10
"""So many batches `prune_runs` goes through at most; those of which it spares much leave the rest to the next call."""


class SQLiteJobStore(JobStore):
    """Keeps jobs, the history of their runs, and leases in one SQLite file, on a disk of this machine.

    Any number of processes may use the file at the same time, and any number of threads a store. Nothing but
    SQLite may open it in a process that uses it: closing it again takes SQLite's locks away. To copy it, use
    `VACUUM INTO` or the backup of the module `sqlite3`.

    `path`: text or a path object, made absolute here and now: a later `chdir` changes nothing. The file is
    made at `start` where it is missing, for its owner alone (mode 0600); its folder must be there. The mode
    of a file that is there already is left as it is.

    `synchronous`: with `"FULL"`, the default, every commit is on the disk when the call returns. With
    `"NORMAL"` a power failure, or a crash of the operating system, may take back the last commits, whole
    ones: a run that was done is then found undone. The death of a program takes back nothing in either.

    `serializer`: makes bytes of job bodies, results and exceptions; `PickleSerializer()` where none is given. Whoever
    can write the file can then run code in every process that reads it; with `PickleSerializer(secret=...)`, or
    with one that is given `modules`, he cannot. docs/explanation/security.md tells what he can do still.

    `keep_runs`, `keep_runs_for`: retention keeps the settled runs that ended last (None: all), and of these
    only such as ended within this time (None: whenever). The last run of a job that is still stored is kept
    beside them.

    `timeout`: for how many seconds a call waits while another process writes. Once one has waited in vain, the
    next ones wait for a tenth of that, until one gets through: the scheduler's other job stores wait meanwhile, and
    so do its leases there. With several stores, keep it below a third of the scheduler's `lease`.
    """

    checks_versions: ClassVar[bool] = True
    writes_batches: ClassVar[bool] = True
    survives_restart: ClassVar[bool] = True
    # A look costs a fraction of a millisecond, and what one process changes is to be seen by all within a second.
    look_every: float | None = 0.5

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        synchronous: str = "FULL",
        serializer: Serializer | None = None,
        keep_runs: int | None = 100_000,
        keep_runs_for: timedelta | None = None,
        timeout: float = 5.0,
    ) -> None:
        self.path = absolute(path)
        if synchronous not in ("FULL", "NORMAL"):
            raise ConfigurationError(f"synchronous is {synchronous!r}; give 'FULL' or 'NORMAL'")
        self.synchronous = synchronous
        if timeout < 0:
            raise ConfigurationError(f"timeout is {timeout}; give 0 or more seconds")
        self.timeout = timeout
        if serializer is not None and not isinstance(serializer, Serializer):
            raise TypeError(f"serializer must be a Serializer, such as JSONSerializer(), not {shortened(serializer)}")
        self.serializer = PickleSerializer() if serializer is None else serializer
        self.retention = Retention(keep_runs, keep_runs_for)
        self._database: Database | None = None
        self._seeks_illegible = True

    def __repr__(self) -> str:
        return f"<SQLiteJobStore {self.path!r}>"

    # -- start and end -------------------------------------------------------------------------------

    def start(self, scheduler: StoreHost, alias: str) -> None:
        super().start(scheduler, alias)
        self.shutdown()
        self._database = Database(self.path, synchronous=self.synchronous, timeout=self.timeout)

    def shutdown(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            database.close()

    @property
    def _file(self) -> Database:
        database = self._database
        if database is None:
            raise JobStoreError(f"job store {self.alias!r} on {self.path!r} is not open; start its scheduler first")
        return database

    # -- the heart -----------------------------------------------------------------------------------

    def lookup_job(self, job_id: str) -> StoredJob | None:
        row = self._file.read(jobs.find_job, job_id)
        return None if row is None else row.load(self.serializer)

    def get_due_jobs(self, now: datetime) -> list[StoredJob]:
        return self._readable(self._file.read(jobs.due_jobs, micros_of(now), -1))

    def get_next_run_time(self) -> datetime | None:
        return self.next_due_time()

    def get_all_jobs(self) -> list[StoredJob]:
        return self._readable(self._file.read_long(jobs.all_jobs))

    def add_job(self, job: StoredJob) -> None:
        self._add(job, unless_run=False)

    def add_job_unless_run(self, job: StoredJob) -> bool:
        return self._add(job, unless_run=True)

    def _add(self, job: StoredJob, *, unless_run: bool) -> bool:
        body = self._body_of(job)
        fire_time = micros_of(job.schedule.next_fire_time)

        def add(sql: sqlite3.Connection) -> bool:
            if unless_run:
                batches.refuse_if_run(sql, job.id, fire_time)
            batches.add_job(sql, job, body)
            return True

        return self._unless_refused(add)

    def _body_of(self, job: StoredJob) -> bytes:
        try:
            job.id.encode()
            job.executor.encode()
        except UnicodeEncodeError as error:
            raise InvalidJobError(
                f"job {job.id!r} cannot be stored: {error.object!r} is no Unicode text, as the name of a file may be; "
                f"give the job another id, or encode it",
                job_id=job.id,
            ) from None
        return pack_job(job, self.serializer)

    def update_job(self, job: StoredJob) -> None:
        body = self._body_of(job)
        if not self._file.write(jobs.replace_job, job, body):
            raise self._no_such_job(job.id)

    def remove_job(self, job_id: str) -> None:
        if not self._file.write(jobs.remove_job, job_id):
            raise self._no_such_job(job_id)

    def remove_all_jobs(self) -> None:
        self._file.write(jobs.remove_all_jobs)

    # -- jobs ----------------------------------------------------------------------------------------

    def read_due(self, now: datetime, limit: int, executors: Collection[str] | None = None) -> DueJobs:
        told: list[UnreadableJob] = []
        if self._seeks_illegible:
            # They never fall due, and nobody would hear of them.
            self._seeks_illegible = False
            told += self._put_aside(self._broken(self._file.read(jobs.illegible_jobs, executors)))
        while True:
            due, broken = [], []
            for row, run_rows in self._file.read(standings.due_rows, micros_of(now), max(limit, 0), executors):
                try:
                    job = row.load(self.serializer)
                except UnreadableJobError as error:
                    broken.append((row, error))
                else:
                    due.append(Due(job=job, unsettled=load_runs(run_rows, self.serializer)))
            if not broken:
                return DueJobs(due=tuple(due), set_aside=tuple(told))
            # Their places are free for jobs that were due later: read again, now that these are passed over.
            told += self._put_aside(broken)

    def next_due_time(self, executors: Collection[str] | None = None) -> datetime | None:
        return instant_of(self._file.read(jobs.next_run_time, executors))

    def read_standings(self, job_ids: Iterable[str]) -> dict[str, Standing]:
        return {
            job_id: Standing(schedule=schedule, unsettled=load_runs(rows, self.serializer))
            for job_id, schedule, rows in self._file.read(standings.standing_rows, tuple(job_ids))
        }

    def update_job_if(self, job: StoredJob, version: int) -> bool:
        return self._file.write(jobs.replace_job, job, self._body_of(job), version)

    def commit(self, changes: Sequence[Change]) -> list[bool]:
        prepared = [runs.prepare(change, self.serializer) for change in changes]
        return self._file.write(commit_each, changes, prepared)

    # -- many jobs -----------------------------------------------------------------------------------

    def lookup_jobs(self, job_ids: Iterable[str]) -> dict[str, StoredJob]:
        rows = self._file.read(jobs.find_jobs, tuple(job_ids))
        return {job.id: job for job in self._readable(rows)}

    def add_jobs(
        self,
        jobs: Sequence[StoredJob],
        instead_of: Mapping[str, int | None] = NONE_REPLACED,
        unless_run: Collection[str] = (),
        recorded: Sequence[Run] = (),
    ) -> bool:
        packed = [(job, self._body_of(job)) for job in jobs]
        new = [one for one in packed if one[0].id not in instead_of] if instead_of else packed
        changed = [one for one in packed if one[0].id in instead_of] if instead_of else []
        versions = [instead_of[job.id] for job, _ in changed]
        fire_times = [(job.id, micros_of(job.schedule.next_fire_time)) for job, _ in new if job.id in unless_run]
        passed_over = [runs.prepare(Change(job_id=run.job_id, recorded=(run,)), self.serializer) for run in recorded]

        def add(sql: sqlite3.Connection) -> bool:
            for job_id, fire_time in fire_times:
                batches.refuse_if_run(sql, job_id, fire_time)
            batches.replace_jobs(sql, changed, versions)
            batches.add_jobs(sql, new)
            for writes in passed_over:
                runs.insert(sql, writes.new)
            return True

        return self._unless_refused(add)

    def remove_jobs(self, job_ids: Sequence[str]) -> None:
        def remove(sql: sqlite3.Connection) -> None:
            missing = batches.remove_jobs(sql, job_ids)
            if missing is not None:
                raise self._no_such_job(missing)

        self._file.write(remove)

    def commit_all(self, changes: Sequence[Change]) -> bool:
        prepared = [runs.prepare(change, self.serializer) for change in changes]

        def commit(sql: sqlite3.Connection) -> bool:
            batches.commit_all(sql, changes, prepared)
            return True

        return self._unless_refused(commit)

    def _unless_refused(self, work: Callable[[sqlite3.Connection], bool]) -> bool:
        try:
            return self._file.write(work)
        except batches.Refused:
            return False
        except batches.Taken as taken:
            raise self._id_is_taken(*taken.args) from None

    # -- unreadable jobs -----------------------------------------------------------------------------

    def get_unreadable_jobs(self) -> list[UnreadableJob]:
        return [row.as_unreadable(error) for row, error in self._broken(self._file.read_long(jobs.all_jobs))]

    def find_unreadable_jobs(self, limit: int) -> list[UnreadableJob]:
        return self._put_aside(self._broken(self._file.read_long(jobs.first_jobs, limit)))

    def readmit_jobs(self) -> list[str]:
        self._seeks_illegible = True
        rows = self._file.read(jobs.aside_jobs)
        if not rows:
            return []
        broken = {row.key for row, _ in self._broken(rows)}
        back = [row for row in rows if row.key not in broken]
        self._file.read(aside.readmit, back)
        return sorted(row.job_id for row in back)

    def _put_aside(self, broken: list[tuple[JobRow, UnreadableJobError]]) -> list[UnreadableJob]:
        if not broken:
            return []
        news = self._file.read(aside.set_aside, [row for row, _ in broken])
        return [row.as_unreadable(error) for row, error in broken if row.key in news]

    def _readable(self, rows: Iterable[JobRow]) -> list[StoredJob]:
        readable = []
        for row in rows:
            try:
                readable.append(row.load(self.serializer))
            except UnreadableJobError:
                continue
        return readable

    def _broken(self, rows: Iterable[JobRow]) -> list[tuple[JobRow, UnreadableJobError]]:
        broken = []
        for row in rows:
            try:
                row.load(self.serializer)
            except UnreadableJobError as error:
                broken.append((row, error))
        return broken

    # -- runs ----------------------------------------------------------------------------------------

    def get_run(self, run_id: str) -> Run | None:
        rows = self._file.read(runs.find_run, run_id)
        return next(iter(load_runs(rows, self.serializer)), None)

    def get_runs(
        self,
        *,
        job_id: str | None = None,
        status: RunStatus | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[Run]:
        rows = self._file.read_long(runs.select_runs, job_id=job_id, status=status, since=since, limit=limit)
        return list(load_runs(rows, self.serializer))

    def get_unsettled_runs(self, owner: str | None = None) -> list[Run]:
        rows = self._file.read(runs.unsettled_runs, owner)
        return list(load_runs(rows, self.serializer))

    def pack(self, report: Report) -> Report:
        packed = pack_outcome(report.run_id, report.result, report.exception, self.serializer)
        return report._replace(packed=packed)

    def prune_runs(self, now: datetime, limit: int) -> int:
        deleted = 0
        # Each batch is a transaction of its own, so that no other writer waits for all of them, and none is begun
        # where nothing is to be done, which is so nearly always.
        for _ in range(BATCHES_AT_ONCE):
            if deleted >= limit or not any(self._file.read(self.retention.find_excess, now, 1)):
                break
            deleted += self._file.write(self._delete_excess, now, limit - deleted)
        return deleted

    def _delete_excess(self, sql: sqlite3.Connection, now: datetime, limit: int) -> int:
        excess = self.retention.find_excess(sql, now, limit)
        self.retention.delete(sql, excess)
        return len(excess.let_go)

    # -- notes ---------------------------------------------------------------------------------------

    def read_note(self, topic: str) -> str | None:
        return self._file.read(notes.read_note, topic)

    def write_note(self, topic: str, text: str) -> None:
        self._file.write(notes.write_note, topic, text)

    # -- leases --------------------------------------------------------------------------------------

    def open_lease(self, owner: Owner, seconds: float, now: datetime, beat: int = 1) -> None:
        self._file.write(leases.open_lease, owner, seconds, now, beat)

    def renew_lease(self, owner_id: str, now: datetime) -> bool:
        return self._file.write(leases.renew_lease, owner_id, now)

    def close_lease(self, owner_id: str, beat: int | None = None) -> None:
        self._file.write(leases.close_lease, owner_id, beat)

    def get_leases(self) -> list[Lease]:
        return self._file.read(leases.all_leases)
