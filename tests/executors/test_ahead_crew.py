"""The crew whose workers have one run ahead, in moments that real processes seldom meet."""

from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Any

import pytest

from tests.executors.processes import wait_until
from tickwright.active_run import ActiveRun
from tickwright.executors.pool.ahead_crew import AheadCrew
from tickwright.report import Report
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob
from tickwright.testing.suites.execution import work
from tickwright.testing.suites.execution.stage import FIRE_TIME, Inbox, job_of

SUCCEEDED, FAILED, CANCELLED = RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED


class Worker:
    """Performs a run by waiting for its gate; a run without one is done at once."""

    gates: dict[str, Event]
    in_take: dict[str, Callable[[], object]]
    """What happens while a run is taken, once."""
    in_wait: dict[str, Callable[[], object]]
    begun: list[str]

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._lock = Lock()
        self.items: list[tuple[ActiveRun, StoredJob]] = []
        self.gives_first = False

    @property
    def current(self) -> str | None:
        return self.items[0][0].id if self.items else None

    @property
    def wants_one_ahead(self) -> bool:
        return len(self.items) == 1

    def take(self, active: ActiveRun, job: StoredJob) -> None:
        self.in_take.pop(active.id, bool)()
        with self._lock:
            self.items.append((active, job))

    def begin(self) -> Report | None:
        self.begun.append(self.items[0][0].id)
        return None

    def wait(self) -> list[Report]:
        run_id = self.items[0][0].id
        self.in_wait.pop(run_id, bool)()
        if run_id in self.gates:
            assert self.gates[run_id].wait(work.WAIT)
        with self._lock:
            active, _ = self.items.pop(0)
        return [Report(active.id, SUCCEEDED, self._inbox.clock.now())]

    def take_back(self, run_id: str) -> Any:
        with self._lock:
            if len(self.items) < 2 or self.items[1][0].id != run_id:
                return None
            return self.items.pop(0 if self.gives_first else 1)

    def abandon(self) -> list[ActiveRun]:
        runs = [active for active, _ in self.items]
        self.items.clear()
        return runs

    def close(self) -> None:
        return


class Scene:
    """Two workers: the first has a long run after a short one, and the second another short one."""

    def __init__(self) -> None:
        Worker.gates = {name: Event() for name in ("before", "other", "long")}
        Worker.in_take, Worker.in_wait, Worker.begun = {}, {}, []
        self.inbox = Inbox()
        self.crew = AheadCrew(2, lambda _: Worker(self.inbox), self.inbox, "scene")
        for name in ("before", "other"):
            self.submit(name)
            wait_until(lambda name=name: name in Worker.begun)
        self.submit("long")

    def submit(self, name: str) -> None:
        self.crew.take(Run(id=name, job_id="job", fire_time=FIRE_TIME, due_at=FIRE_TIME), job_of(work.nothing))

    def open(self, name: str) -> None:
        Worker.gates[name].set()

    def become_idle(self) -> None:
        """Have the second worker run out of work."""
        self.open("other")
        wait_until(lambda: self.crew._idle)

    def worker_of_long(self) -> Any:
        wait_until(lambda: any(worker.current == "long" for worker in self.crew._workers))
        return next(worker for worker in self.crew._workers if worker.current == "long")

    def close(self) -> None:
        for gate in Worker.gates.values():
            gate.set()
        self.crew.close(finish=True)
        ending = Thread(target=self.crew.join, daemon=True)
        ending.start()
        ending.join(work.WAIT)
        assert not ending.is_alive()
        reports = [report.run_id for report in self.inbox.reports()]
        assert len(reports) == len(set(reports))
        assert not self.crew._taken
        assert not self.crew._ahead


@pytest.fixture
def scene():
    scene = Scene()
    yield scene
    scene.close()


def report_of_next(scene: Scene) -> Report:
    """Have a run put ahead of the long one, and return its report."""
    scene.submit("next")
    scene.open("before")
    return scene.inbox.report_of("next")


def is_long_still_running(scene: Scene) -> bool:
    return "long" not in [report.run_id for report in scene.inbox.reports()]


def test_a_run_that_is_put_ahead_as_another_worker_becomes_idle_goes_to_that_one(scene):
    Worker.in_take["next"] = scene.become_idle
    assert report_of_next(scene).status is SUCCEEDED
    assert is_long_still_running(scene)


def test_a_run_that_is_cancelled_as_it_is_put_ahead_is_taken_back_at_once(scene):
    Worker.in_take["next"] = lambda: scene.crew.cancel("next")
    assert report_of_next(scene).status is CANCELLED
    assert is_long_still_running(scene)
    assert "next" not in Worker.begun


def test_a_run_that_is_lost_as_it_is_put_ahead_is_taken_back_at_once(scene):
    Worker.in_take["next"] = lambda: scene.crew.lose("next")
    report = report_of_next(scene)
    assert report.status is CANCELLED
    assert "another scheduler" in str(report.reason)
    assert is_long_still_running(scene)


def test_a_run_that_is_put_ahead_as_the_crew_is_closed_is_taken_back_at_once(scene):
    Worker.in_take["next"] = lambda: scene.crew.close(finish=False)
    report = report_of_next(scene)
    assert report.status is CANCELLED
    assert "shut down" in str(report.reason)
    assert is_long_still_running(scene)


def test_a_run_that_is_put_ahead_as_the_crew_is_closed_to_finish_is_done_by_whoever_is_free(scene):
    def close_and_become_idle() -> None:
        scene.crew.close(finish=True)
        scene.become_idle()

    Worker.in_take["next"] = close_and_become_idle
    assert report_of_next(scene).status is SUCCEEDED
    assert is_long_still_running(scene)


def test_where_the_first_is_taken_back_in_place_of_the_one_that_is_cancelled_it_is_done_by_another(scene):
    scene.submit("next")
    scene.open("before")
    worker = scene.worker_of_long()
    wait_until(lambda: len(worker.items) == 2)
    worker.gives_first = True
    assert scene.crew.cancel("next")
    assert [active.id for active, _ in worker.items] == ["next"]
    assert "next" not in [report.run_id for report in scene.inbox.reports()]
    scene.open("long")
    scene.open("other")
    assert scene.inbox.report_of("long").status is SUCCEEDED


def test_a_worker_that_breaks_as_it_takes_a_run_ahead_costs_that_run(scene):
    def fail() -> None:
        raise MemoryError("none left")

    Worker.in_take["next"] = fail
    report = report_of_next(scene)
    assert report.status is FAILED
    assert "none left" in str(report.reason)
    assert is_long_still_running(scene)


def test_a_worker_that_breaks_costs_the_runs_that_it_has(scene):
    def fail() -> None:
        raise MemoryError("none left")

    Worker.in_wait["long"] = fail
    scene.submit("next")
    scene.open("before")
    assert scene.inbox.report_of("long").status is FAILED
    assert scene.inbox.report_of("next").status is FAILED
    scene.submit("after")
    assert scene.inbox.report_of("after").status is SUCCEEDED
