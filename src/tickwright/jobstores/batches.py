"""Many jobs in one call of a store: all of them or none, by defaults that take back what they have done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from tickwright.change import Change
from tickwright.errors import ConflictingIdError, JobLookupError, JobStoreError, UnreadableJobError, described

if TYPE_CHECKING:
    from datetime import datetime
    from threading import RLock
    from typing import Protocol

    from tickwright.due import Standing
    from tickwright.run import Run
    from tickwright.stored_job import StoredJob

    class _Kept(Protocol):
        @property
        def one_writer(self) -> RLock: ...


__all__ = ["NONE_REPLACED", "BatchWrites"]

NONE_REPLACED: Final[Mapping[str, int | None]] = MappingProxyType({})


class _Written(NamedTuple):
    """A job that a batch has written."""

    job_id: str
    before: StoredJob | None
    """None: it was not there."""
    version: int
    """At which it was written."""


class BatchWrites:
    """The part of the port that serves calls about many jobs. Each changes all that it is given, or nothing."""

    writes_batches: ClassVar[bool] = False
    """Whether `add_jobs`, `remove_jobs` and `commit_all` are one transaction each: all or nothing, however they end.

    The defaults are not. They write one job after the other, and take back what was written where the rest is refused
    or fails. A process that dies in the middle leaves a part. So does a store that fails in the taking back, or
    somebody else who has gone on with a job meanwhile, which a note on the error then says."""

    alias: str

    if TYPE_CHECKING:  # what the store has that inherits these

        @property
        def _kept(self) -> _Kept: ...
        def lookup_job(self, job_id: str) -> StoredJob | None: ...
        def add_job(self, job: StoredJob) -> None: ...
        def update_job(self, job: StoredJob) -> None: ...
        def update_job_if(self, job: StoredJob, version: int) -> bool: ...
        def remove_job(self, job_id: str) -> None: ...
        def get_runs(self, *, job_id: str | None = None, since: datetime | None = None) -> list[Run]: ...
        def get_run(self, run_id: str) -> Run | None: ...
        def commit(self, changes: Sequence[Change]) -> list[bool]: ...
        def read_standings(self, job_ids: Iterable[str]) -> Mapping[str, Standing]: ...
        def _lookup_readable(self, job_id: str) -> StoredJob | None: ...

    def lookup_jobs(self, job_ids: Iterable[str]) -> dict[str, StoredJob]:
        """Return these jobs by id, without those that are not stored or cannot be loaded."""
        found = ((job_id, self._lookup_readable(job_id)) for job_id in job_ids)
        return {job_id: job for job_id, job in found if job is not None}

    def add_jobs(
        self,
        jobs: Sequence[StoredJob],
        instead_of: Mapping[str, int | None] = NONE_REPLACED,
        unless_run: Collection[str] = (),
        recorded: Sequence[Run] = (),
    ) -> bool:
        """Store these jobs, which have different ids; return whether it was done.

        Those whose ids are in `instead_of` take the place of the stored ones; the others are new, and raise
        `ConflictingIdError` where an id is taken, by an unreadable job too. Nothing is done, and the answer is False,
        where one to be replaced does not stand at the version that `instead_of` tells, or where a new one of which the
        id is in `unless_run` has a run on record for its next fire time. A version of None tells that it is stored, and
        that not even its schedule can be read. With the jobs go on record the runs in `recorded`, which were never to
        be executed.
        """
        with self._kept.one_writer:
            before = self.lookup_jobs(instead_of)
            for job in jobs:
                if job.id in instead_of:
                    if not self._stands_at(job.id, instead_of[job.id], before):
                        return False
                    continue
                if self._is_stored(job.id):
                    raise self._id_is_taken(job.id)
                if job.id in unless_run and self._has_run(job):
                    return False
            written: list[_Written] = []
            mended: list[str] = []
            try:
                # Those that cannot be read come last: they could not be put back.
                for job in sorted(jobs, key=lambda job: instead_of.get(job.id, 0) is None):
                    version = instead_of.get(job.id)
                    if version is None and job.id in instead_of:
                        mended.append(job.id)
                        self.update_job(job)
                        continue
                    written.append(_Written(job.id, before.get(job.id), job.schedule.version))
                    if version is None:
                        self.add_job(job)
                    elif not self.update_job_if(job, version):
                        self._take_back(written[:-1])
                        return False
            except BaseException as error:
                # The last may be there or not, unless somebody was faster and it is his.
                self._take_back(written[:-1] if isinstance(error, ConflictingIdError) else written, error)
                self._say_what_is_left(mended, "what they were could not be read", error)
                raise
            self.commit([Change(run.job_id, recorded=(run,)) for run in recorded])
            return True

    def remove_jobs(self, job_ids: Sequence[str]) -> None:
        """Remove these jobs, readable or not; their runs stay on record.

        Raises `JobLookupError` where one of them is not there, and then removes none.
        """
        with self._kept.one_writer:
            before = self.lookup_jobs(job_ids)
            for job_id in job_ids:
                if job_id not in before and not self._is_stored(job_id):
                    raise self._no_such_job(job_id)
            removed: list[str] = []
            try:
                # Those that cannot be loaded come last: they could not be put back.
                for job_id in sorted(job_ids, key=lambda job_id: job_id not in before):
                    removed.append(job_id)
                    self.remove_job(job_id)
            except BaseException as error:
                self._put_back([before[job_id] for job_id in removed if job_id in before], error)
                raise

    def commit_all(self, changes: Sequence[Change]) -> bool:
        """Write these changes of schedules, each of another job, if `commit` would take every one; return whether so.

        They remove no job. The default is for a few changes: it writes the jobs one by one, and the runs after them.
        """
        with self._kept.one_writer:
            before = self.lookup_jobs(change.job_id for change in changes)
            for change in changes:
                job = before.get(change.job_id)
                if job is None or change.expected_version not in (None, job.schedule.version):
                    return False
                if any(self.get_run(run.id) is not None for run in change.recorded):
                    return False
            written: list[_Written] = []
            try:
                for change in changes:
                    job = before[change.job_id]
                    written.append(_Written(job.id, job, (change.schedule or job.schedule).version))
                    if self.commit([change._replace(recorded=())]) == [False]:
                        self._take_back(written[:-1])
                        return False
            except BaseException as error:
                self._take_back(written, error)
                raise
            # After all jobs: records are for ever, and could not be taken back.
            self.commit([Change(change.job_id, recorded=change.recorded) for change in changes if change.recorded])
            return True

    # -- what stores share ------------------------------------------------------------------------------

    def _id_is_taken(self, job_id: str) -> ConflictingIdError:
        """Return the error that says so."""
        return ConflictingIdError.in_store(self.alias, job_id)

    def _no_such_job(self, job_id: str) -> JobLookupError:
        """Return the error that says so."""
        return JobLookupError(f"job store {self.alias!r} has no job {job_id!r}")

    def _is_stored(self, job_id: str) -> bool:
        try:
            return self.lookup_job(job_id) is not None
        except UnreadableJobError:
            return True

    def _stands_at(self, job_id: str, version: int | None, readable: Mapping[str, StoredJob]) -> bool:
        if version is None:
            return job_id not in readable and self._is_stored(job_id) and not self.read_standings([job_id])
        return job_id in readable and readable[job_id].schedule.version == version

    def _has_run(self, job: StoredJob) -> bool:
        fire_time = job.schedule.next_fire_time
        return any(run.fire_time == fire_time for run in self.get_runs(job_id=job.id, since=fire_time))

    def _take_back(self, written: Sequence[_Written], error: BaseException | None = None) -> None:
        """Make these jobs what they were before, the last one first."""
        left, reason = [], ""
        for one in reversed(written):
            try:
                if self._is_taken_back(one):
                    continue
                reason = "somebody else has changed it since"
            except Exception as failure:  # border: a store that has just failed
                reason = described(failure)
            left.append(one.job_id)
        self._say_what_is_left(left, reason, error)

    def _is_taken_back(self, written: _Written) -> bool:
        """Make a job what it was, unless somebody has gone on with it; return whether it is, or is gone."""
        job_id, before, version = written
        if before is None:
            removed = self.commit([Change(job_id, expected_version=version, remove=True)]) == [True]
            return removed or not self._is_stored(job_id)
        # At a version of its own: whoever has seen the job meanwhile has decided on what it is no more.
        again = before.with_schedule(before.schedule._replace(version=version + 1))
        if self.update_job_if(again, version):
            return True
        now = self._lookup_readable(job_id)
        return now is None or now.schedule.version == before.schedule.version

    def _put_back(self, jobs: Sequence[StoredJob], error: BaseException) -> None:
        left, reason = [], ""
        for job in jobs:
            try:
                self.add_job(job)
            except ConflictingIdError:  # it was not removed after all
                continue
            except Exception as failure:  # border: a store that has just failed
                left.append(job.id)
                reason = described(failure)
        self._say_what_is_left(left, reason, error)

    def _say_what_is_left(self, left: list[str], reason: str, error: BaseException | None) -> None:
        if not left:
            return
        what = (
            f"job(s) {', '.join(map(repr, left))} in job store {self.alias!r} could not be made what they were before "
            f"({reason}); look at them before you make this call again"
        )
        if error is None:
            raise JobStoreError(what)
        error.add_note(what)
