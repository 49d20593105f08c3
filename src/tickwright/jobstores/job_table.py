"""Jobs in memory, by id and by due time, so that nothing is linear in the jobs that are not due."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush, merge
from itertools import dropwhile, islice
from operator import itemgetter

from tickwright.stored_job import Schedule, StoredJob

__all__ = ["JobTable"]

_Entry = tuple[datetime, str]
"""A `next_run_time` and the id of the job that has, or had it. By id where the time is the same."""

STALE_ALLOWED = 64
"""So many stale entries a queue may always have; beyond, as many as it has current ones."""


class JobTable:
    """Holds jobs for a store that keeps them in memory.

    Not for several threads at once: the store that owns it brings the lock.

    What raises in the main thread between any two instructions, as Ctrl-C does, must not cost another job its fire
    times. So each step leaves something good: a new time is queued before the job gets it, what is read
    is copied before the original goes, and a count that may be wrong is not relied on.
    """

    def __init__(self) -> None:
        self._jobs: dict[str, StoredJob] = {}
        # Schedules that moved on since their job was last read. Firing changes a schedule, and a job that
        # fires once is not read again: making a whole new job each time would cost more than all the rest.
        self._moved: dict[str, Schedule] = {}
        # One for each executor: a scheduler whose executor is full asks for the jobs of the others, and must
        # not have to wade through a backlog that it cannot run.
        self._queues: dict[str, _Queue] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._jobs

    def first_of(self, job_ids: Iterable[str]) -> str | None:
        """Return the first of these ids that a job has, or None."""
        jobs = self._jobs
        for job_id in job_ids:
            if job_id in jobs:
                return job_id
        return None

    def get(self, job_id: str) -> StoredJob | None:
        """Return the job as it stands, or None."""
        job = self._jobs.get(job_id)
        if job is not None and (moved := self._moved.get(job_id)) is not None:
            job = self._jobs[job_id] = job.with_schedule(moved)
            del self._moved[job_id]
        return job

    def schedule_of(self, job_id: str) -> Schedule | None:
        """Return the job's schedule, or None where there is no such job."""
        job = self._jobs.get(job_id)
        return None if job is None else self._moved.get(job_id, job.schedule)

    def all(self) -> list[StoredJob]:
        """Return all jobs by `next_run_time`, those without one at the end, then by id."""
        jobs = [self.get(job_id) for job_id in list(self._jobs)]
        return sorted((job for job in jobs if job is not None), key=_by_next_run_time)

    def add(self, job: StoredJob) -> bool:
        """Add a new job; return whether its id was free."""
        job_id, time = job.id, job.schedule.next_run_time
        if job_id in self._jobs:
            return False
        if time is not None:
            _check_aware(job.schedule)
            self._queue(job.executor).enter((time, job_id))
        self._moved.pop(job_id, None)  # of one that was removed, where that was interrupted
        self._jobs[job_id] = job
        return True

    def add_all(self, jobs: Sequence[StoredJob]) -> None:
        """Add new jobs, of which no id is taken; all in one step, so that no interruption leaves a part."""
        entries: dict[str, list[_Entry]] = {}
        for job in jobs:
            if (time := job.schedule.next_run_time) is not None:
                _check_aware(job.schedule)
                entries.setdefault(job.executor, []).append((time, job.id))
        for executor, queued in entries.items():
            self._queue(executor).enter_all(queued)
        if self._moved:
            for job in jobs:
                self._moved.pop(job.id, None)
        self._jobs.update({job.id: job for job in jobs})

    def put(self, job: StoredJob) -> None:
        """Add the job, or replace the one of its id."""
        _check_aware(job.schedule)
        before, schedule = self._jobs.get(job.id), self.schedule_of(job.id)
        if job.schedule.next_run_time is not None:
            self._queue(job.executor).enter((job.schedule.next_run_time, job.id))
        self._jobs[job.id] = job
        self._moved.pop(job.id, None)
        if before is not None and schedule is not None and schedule.next_run_time is not None:
            self._leave(before.executor)

    def stands_at(self, job_id: str, version: int) -> bool:
        """Return whether the job is here, and at this version."""
        return self._found(job_id, version) is not None

    def _found(self, job_id: str, version: int | None) -> tuple[StoredJob, Schedule] | None:
        """Return the job as it was read last, and how it stands, if it is here and at this version (None: at any)."""
        job = self._jobs.get(job_id)
        if job is None:
            return None
        schedule = self._moved.get(job_id, job.schedule)
        return (job, schedule) if version is None or version == schedule.version else None

    def reschedule(self, job_id: str, schedule: Schedule, version: int | None = None) -> bool:
        """Give the job another schedule, if it is here and at this version (None: at any); return whether it was."""
        found = self._found(job_id, version)
        if found is None:
            return False
        job, before = found
        time, time_before = schedule.next_run_time, before.next_run_time
        moves = time != time_before
        if moves and time is not None:
            _check_aware(schedule)
            self._queue(job.executor).enter((time, job_id))
        self._moved[job_id] = schedule
        if moves and time_before is not None:
            self._leave(job.executor)
        return True

    def remove(self, job_id: str, version: int | None = None) -> bool:
        """Remove the job, if it is here and at this version (None: at any); return whether it was."""
        found = self._found(job_id, version)
        if found is None:
            return False
        job, before = found
        del self._jobs[job_id]
        self._moved.pop(job_id, None)
        if before.next_run_time is not None:
            self._leave(job.executor)
        return True

    def clear(self) -> None:
        """Remove all jobs."""
        self._jobs.clear()
        self._moved.clear()
        self._queues.clear()

    def due(self, now: datetime, limit: int, executors: Collection[str] | None = None) -> list[StoredJob]:
        """Return at most `limit` jobs with `next_run_time <= now`, those due first in front, then by id."""
        found = [queue.due(now, limit) for queue in self._queues_of(executors)]
        return found[0] if len(found) == 1 else list(islice(merge(*found, key=_by_next_run_time), limit))

    def next_time(self, executors: Collection[str] | None = None) -> datetime | None:
        """Return the earliest `next_run_time`, or None."""
        times = [queue.first_time() for queue in self._queues_of(executors)]
        return min((time for time in times if time is not None), default=None)

    # -- queues --------------------------------------------------------------------------------------

    def _queues_of(self, executors: Collection[str] | None) -> list[_Queue]:
        return [queue for alias, queue in self._queues.items() if executors is None or alias in executors]

    def _queue(self, executor: str) -> _Queue:
        queue = self._queues.get(executor)
        if queue is None:
            queue = self._queues[executor] = _Queue(self, executor)
        return queue

    def _leave(self, executor: str) -> None:
        queue = self._queues.get(executor) or self._queue(executor)
        queue.leave()
        # The count says when it is worth looking; whether nothing is left, the entries say.
        if queue.current <= 0 and queue.is_empty():
            del self._queues[executor]

    def job_at(self, entry: _Entry, executor: str) -> StoredJob | None:
        """Return the job of an entry of this executor's queue; None where the entry is stale."""
        time, job_id = entry
        job = self._jobs.get(job_id)
        if job is None or job.executor != executor:
            return None
        moved = self._moved.get(job_id)
        if moved is None:
            return job if job.schedule.next_run_time == time else None
        return self.get(job_id) if moved.next_run_time == time else None

    def is_current(self, entry: _Entry, executor: str) -> bool:
        """Return whether an entry of this executor's queue is current. It makes no job."""
        time, job_id = entry
        job = self._jobs.get(job_id)
        if job is None or job.executor != executor:
            return False
        return self._moved.get(job_id, job.schedule).next_run_time == time


class _Queue:
    """The jobs of one executor by due time: a heap from which nothing is deleted until it comes up.

    An entry whose job has another time by now is stale, and is passed over when it comes up. Nothing but the
    job itself tells, so a time that a job had twice may stand here twice.
    """

    __slots__ = ("_executor", "_front", "_heap", "_table", "current")

    def __init__(self, table: JobTable, executor: str) -> None:
        self._table = table
        self._executor = executor
        self._heap: list[_Entry] = []
        # What was read as due, in order. Reading takes nothing away, but putting each entry back on the heap
        # would double the work, and nearly always the next thing that happens to a due job is a new time.
        self._front: list[_Entry] = []
        self.current = 0

    def enter(self, entry: _Entry) -> None:
        """Add an entry, which is current."""
        heappush(self._heap, entry)
        self.current += 1

    def enter_all(self, entries: list[_Entry]) -> None:
        """Add entries, which are current once their jobs are there."""
        if len(entries) < len(self._heap) / 8:  # where making a heap of all anew would cost more
            for entry in entries:
                heappush(self._heap, entry)
        else:
            heap = [*self._heap, *entries]
            heapify(heap)
            self._heap = heap
        self.current += len(entries)

    def leave(self) -> None:
        """Note that one entry, somewhere, is no longer current."""
        self.current -= 1
        # A job far in the future that is rescheduled again and again would fill the heap with what it was.
        # Twice the size for each time that this happens: a constant cost for each entry.
        if len(self._heap) > 2 * self.current + STALE_ALLOWED:
            heap = list({entry for entry in self._heap if not self._is_stale(entry)})
            heapify(heap)
            self._heap = heap

    def is_empty(self) -> bool:
        """Return whether no entry is current."""
        return self.first_time() is None

    def due(self, now: datetime, limit: int) -> list[StoredJob]:
        """Return at most `limit` jobs whose time is up to `now`, in order and each once."""
        limit = max(limit, 0)
        while True:
            self._bring_forward(now, limit)
            first = self._front[:limit]
            found = [self._table.job_at(entry, self._executor) for entry in first]
            jobs = [job for job in found if job is not None]
            if len(jobs) == len(first):
                # The clock may have been set back since the front was read.
                return jobs[: bisect_right(first, now, key=_time_of)]
            # What was stale has taken up room.
            current = [entry for entry, job in zip(first, found, strict=True) if job is not None]
            self._front = current + self._front[limit:]

    def _bring_forward(self, now: datetime, limit: int) -> None:
        """Have in front the first `limit` entries up to `now`, stale ones among them, each once."""
        front, heap = self._front, self._heap
        # What came since may be due earlier than what was read before.
        while heap and heap[0][0] <= now and (len(front) < limit or (limit and heap[0] < front[limit - 1])):
            entry = heap[0]
            if not front or front[-1] < entry:
                front.append(entry)
            elif front[at := bisect_left(front, entry)] != entry:
                front.insert(at, entry)
            heappop(heap)

    def first_time(self) -> datetime | None:
        """Return the earliest time of a current entry, or None."""
        self._front = list(dropwhile(self._is_stale, self._front))
        while self._heap and self._is_stale(self._heap[0]):
            heappop(self._heap)
        firsts = [entries[0][0] for entries in (self._front, self._heap) if entries]
        return min(firsts, default=None)

    def _is_stale(self, entry: _Entry) -> bool:
        return not self._table.is_current(entry, self._executor)


_time_of = itemgetter(0)


def _check_aware(schedule: Schedule) -> None:
    # A naive time cannot be compared with the others: on the heap it would break every job's schedule.
    if schedule.next_run_time is not None and schedule.next_run_time.tzinfo is None:
        raise ValueError(f"next_run_time {schedule.next_run_time} has no time zone; give it in UTC")


def _by_next_run_time(job: StoredJob) -> tuple[bool, datetime, str]:
    time = job.schedule.next_run_time
    return time is None, time or datetime.max.replace(tzinfo=UTC), job.id
