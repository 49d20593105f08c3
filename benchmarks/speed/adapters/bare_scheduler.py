"""A scheduler with nothing: a heap of due times, a thread that waits, and a queue to worker threads."""

from datetime import timedelta
from heapq import heappop, heappush
from queue import SimpleQueue
from threading import Lock, Thread
from time import time
from uuid import uuid4

LONGEST_WAIT = 1.0  # as every scheduler should, because the clock may be set


class BareJob:
    """A job with what any job has."""

    __slots__ = ("due", "func", "id", "interval", "number")

    def __init__(self, func, number, due, interval):
        self.id = uuid4().hex
        self.func, self.number, self.due, self.interval = func, number, due, interval


class BareScheduler:
    """Hands on what is due."""

    def __init__(self, threads):
        self.jobs = {}
        self.heap = []
        self.queue = SimpleQueue()
        self.bell = Lock()
        self.running = True
        self.threads = [Thread(target=self._work, daemon=True) for _ in range(threads)]

    def open(self):
        """Have the threads there."""
        self.bell.acquire()
        for thread in self.threads:
            thread.start()

    def go(self):
        """Let the heap be looked at."""
        self.loop = Thread(target=self._loop, daemon=True)
        self.loop.start()

    def close(self):
        """Stop."""
        self.running = False
        self.bell.release()
        self.loop.join()
        for _ in self.threads:
            self.queue.put(None)

    def add_once(self, func, number, when):
        """Keep a job."""
        self._add(BareJob(func, number, when, None))

    def add_hourly(self, func, number, first):
        """Keep a job with its interval."""
        self._add(BareJob(func, number, first, timedelta(hours=1)))

    def add_each_second(self, func, number, first):
        """Keep a job with its interval."""
        self._add(BareJob(func, number, first, timedelta(seconds=1)))

    def _add(self, job):
        self.jobs[job.id] = job
        heappush(self.heap, (job.due.timestamp(), job.id))

    def _loop(self):
        heap, jobs, put = self.heap, self.jobs, self.queue.put
        while self.running:
            now = time()
            while heap and heap[0][0] <= now:
                due, id = heappop(heap)
                job = jobs[id]
                if job.interval is None:
                    del jobs[id]
                else:  # folded together: however many were missed, it is a division
                    every = job.interval.total_seconds()
                    heappush(heap, (due + ((now - due) // every + 1) * every, id))
                put(job)
            wait = min(heap[0][0] - time(), LONGEST_WAIT) if heap else LONGEST_WAIT
            if wait > 0:
                self.bell.acquire(timeout=wait)

    def _work(self):
        get = self.queue.get
        while (job := get()) is not None:
            job.func(job.number)
