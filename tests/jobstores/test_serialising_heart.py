"""A store that serialises its jobs, and leaves all but the heart and one method to the defaults, passes the suite."""

from datetime import UTC, datetime
from threading import Lock

from tickwright.due import UnreadableJob
from tickwright.errors import ConflictingIdError, JobLookupError, UnreadableJobError
from tickwright.jobstores.base import JobStore
from tickwright.jobstores.body import pack_job, unpack_job
from tickwright.serializers import PickleSerializer
from tickwright.stored_job import Schedule, StoredJob
from tickwright.testing.suites import JobStoreSuite

Row = tuple[bytes, str, Schedule]


class SerialisingStore(JobStore):
    """A dict of rows."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.lock = Lock()
        self.serializer = PickleSerializer()

    def packed(self, job: StoredJob) -> Row:
        return pack_job(job, self.serializer), job.executor, job.schedule

    def unpacked(self, job_id: str, row: Row) -> StoredJob:
        body, executor, schedule = row
        return unpack_job(body, self.serializer, job_id=job_id, executor=executor, schedule=schedule)

    def each(self) -> tuple[list[StoredJob], list[UnreadableJob]]:
        readable, unreadable = [], []
        for job_id, row in list(self.rows.items()):
            try:
                readable.append(self.unpacked(job_id, row))
            except UnreadableJobError as error:
                time = row[2].next_run_time
                unreadable.append(UnreadableJob(job_id=job_id, reason=str(error), next_run_time=time, body=row[0]))
        return readable, unreadable

    def lookup_job(self, job_id: str) -> StoredJob | None:
        row = self.rows.get(job_id)
        return None if row is None else self.unpacked(job_id, row)

    def get_due_jobs(self, now: datetime) -> list[StoredJob]:
        return [job for job in self.get_all_jobs() if (time := job.schedule.next_run_time) and time <= now]

    def get_next_run_time(self) -> datetime | None:
        times = (job.schedule.next_run_time for job in self.get_all_jobs())
        return min((time for time in times if time is not None), default=None)

    def get_all_jobs(self) -> list[StoredJob]:
        def by_time(job: StoredJob) -> tuple[bool, datetime, str]:
            time = job.schedule.next_run_time
            return time is None, time or datetime.max.replace(tzinfo=UTC), job.id

        return sorted(self.each()[0], key=by_time)

    def add_job(self, job: StoredJob) -> None:
        row = self.packed(job)
        with self.lock:
            if job.id in self.rows:
                raise ConflictingIdError(f"job {job.id!r} is stored already")
            self.rows[job.id] = row

    def update_job(self, job: StoredJob) -> None:
        row = self.packed(job)
        with self.lock:
            if job.id not in self.rows:
                raise JobLookupError(f"there is no job {job.id!r}")
            self.rows[job.id] = row

    def remove_job(self, job_id: str) -> None:
        with self.lock:
            if self.rows.pop(job_id, None) is None:
                raise JobLookupError(f"there is no job {job_id!r}")

    def remove_all_jobs(self) -> None:
        with self.lock:
            self.rows.clear()

    def get_unreadable_jobs(self) -> list[UnreadableJob]:
        return self.each()[1]


class TestSerialisingStore(JobStoreSuite):
    def make_store(self) -> SerialisingStore:
        return SerialisingStore()
