"""Tests of `commit`: each change whole or not at all, on the version that it was decided on."""

# ruff: noqa: S101 - the name of a test is its sentence, and it asserts

from __future__ import annotations

from collections.abc import Callable

import pytest

from tickwright.change import Change
from tickwright.jobstores.base import JobStore
from tickwright.report import Started
from tickwright.run import Run, RunStatus
from tickwright.stored_job import StoredJob
from tickwright.testing.suites.store.case import StoreCase
from tickwright.testing.suites.store.material import (
    NOW,
    all_at_once,
    at,
    committed,
    done,
    ids,
    made_job,
    made_run,
    moved,
    passed_over,
)

__all__ = ["CommitTests"]


def firing(job: StoredJob, number: int = 1, version: int | None = None) -> Change:
    """Return the change of a job that fires: a run started, one passed over, the next time."""
    return Change(
        job_id=job.id,
        expected_version=job.schedule.version if version is None else version,
        schedule=moved(job, at(60)),
        started=(made_run(number, job.id),),
        recorded=(passed_over(number + 1, job.id),),
    )


class CommitTests(StoreCase):
    """What a round writes."""

    def everything(self, store: JobStore) -> tuple[list[StoredJob], list[Run], list[Run]]:
        """Return all that a change could have touched."""
        return store.get_all_jobs(), store.get_runs(), store.get_unsettled_runs()

    def with_started(self, store: JobStore, *runs: Run) -> None:
        """Put runs on record that wait for a worker."""
        committed(store, *(Change(job_id=run.job_id, started=(run,)) for run in runs))

    # -- taken whole ---------------------------------------------------------------------------------

    def test_nothing_to_write_is_fine(self, store: JobStore) -> None:
        assert store.commit([]) == []

    def test_a_change_is_taken_whole(self, store: JobStore) -> None:
        job = made_job(args=(1, "two"))
        store.add_job(job)
        assert store.commit([firing(job)]) == [True]
        assert store.lookup_job("job") == job.with_schedule(moved(job, at(60)))
        assert store.get_runs() == [passed_over(2), made_run(1)]
        assert store.get_unsettled_runs() == [made_run(1)]
        assert store.next_due_time() == at(60)

    def test_a_new_schedule_leaves_the_definition_as_it_is(self, store: JobStore) -> None:
        job = made_job(args=([1],), kwargs={"a": {"b": 2}}, name="a name", misfire_grace_time=3.5)
        store.add_job(job)
        for version in (1, 2, 3):
            schedule = moved(job, at(version))._replace(version=version + 1)
            committed(store, Change(job_id="job", expected_version=version, schedule=schedule))
            assert store.lookup_job("job") == job.with_schedule(schedule)

    def test_changes_of_one_job_see_each_other(self, store: JobStore) -> None:
        job = made_job()
        store.add_job(job)
        run = made_run(1)
        second = Change(job_id="job", expected_version=2, schedule=moved(job, at(120), by=2), settled=(done(run),))
        first = Change(job_id="job", expected_version=1, schedule=moved(job, at(60)), started=(run,))
        assert store.commit([first, second]) == [True, True]
        assert store.lookup_job("job") == job.with_schedule(moved(job, at(120), by=2))
        assert store.get_runs() == [done(run)]

    def test_a_finished_job_goes_with_its_last_run_and_its_history_stays(self, store: JobStore) -> None:
        job, run = made_job(), made_run()
        store.add_job(job)
        self.with_started(store, run)
        committed(store, Change(job_id="job", expected_version=1, remove=True, settled=(done(run),)))
        assert store.lookup_job("job") is None
        assert store.next_due_time() is None
        assert store.get_runs(job_id="job") == [done(run)]

    def test_a_run_can_be_settled_after_its_job_is_gone(self, store: JobStore) -> None:
        store.add_job(made_job())
        run = made_run()
        self.with_started(store, run)
        store.remove_job("job")
        assert store.get_unsettled_runs() == [run]
        committed(store, Change(job_id="job", settled=(done(run),)))
        assert store.get_runs() == [done(run)]
        assert store.get_unsettled_runs() == []

    def test_a_lost_run_and_the_one_that_takes_its_place_are_one_change(self, store: JobStore) -> None:
        store.add_job(made_job())
        lost, again = made_run(1), made_run(2, attempt=2, fire_time=at(1))
        self.with_started(store, lost)
        committed(store, Change(job_id="job", settled=(done(lost, RunStatus.LOST),), started=(again,)))
        assert store.get_unsettled_runs() == [again]
        assert store.get_runs() == [again, done(lost, RunStatus.LOST)]

    # -- refused whole -------------------------------------------------------------------------------

    @pytest.mark.parametrize("version", [1, 4, 6])
    def test_a_change_decided_on_another_version_leaves_nothing(self, store: JobStore, version: int) -> None:
        job = made_job(version=5)
        store.add_job(job)
        before = self.everything(store)
        assert store.commit([firing(job, version=version)]) == [False]
        assert self.everything(store) == before
        assert store.next_due_time() == NOW

    def test_a_change_of_a_job_that_is_gone_leaves_nothing(self, store: JobStore) -> None:
        assert store.commit([firing(made_job())]) == [False]
        assert store.commit([Change(job_id="job", expected_version=1, remove=True)]) == [False]
        assert self.everything(store) == ([], [], [])

    def test_a_version_alone_is_a_condition_too(self, store: JobStore) -> None:
        store.add_job(made_job(version=5))
        wrong = Change(job_id="job", expected_version=4, recorded=(passed_over(1),))
        right = Change(job_id="job", expected_version=5, recorded=(passed_over(2),))
        assert store.commit([wrong, right]) == [False, True]
        assert store.get_runs() == [passed_over(2)]

    def test_a_removal_decided_on_another_version_leaves_the_job(self, store: JobStore) -> None:
        store.add_job(made_job(version=2))
        self.with_started(store, made_run())
        before = self.everything(store)
        change = Change(job_id="job", expected_version=1, remove=True, settled=(done(made_run()),))
        assert store.commit([change]) == [False]
        assert self.everything(store) == before

    def test_a_refused_change_does_not_touch_the_others(self, store: JobStore) -> None:
        jobs = [made_job(str(number), due=at(number)) for number in range(5)]
        for job in jobs:
            store.add_job(job)
        stale = {1, 3}
        changes = [firing(job, version=9 if n in stale else 1) for n, job in enumerate(jobs)]
        assert store.commit(changes) == [n not in stale for n in range(5)]
        assert ids(store.get_unsettled_runs()) == ["0-run-1", "2-run-1", "4-run-1"]
        assert ids(store.get_due_jobs(at(30))) == ["1", "3"]

    def test_of_two_changes_decided_on_the_same_version_the_first_is_taken(self, store: JobStore) -> None:
        job = made_job()
        store.add_job(job)
        assert store.commit([firing(job, 1), firing(job, 5)]) == [True, False]
        assert ids(store.get_runs()) == ["job-run-2", "job-run-1"]

    def test_what_a_user_changed_meanwhile_is_not_overwritten(self, store: JobStore) -> None:
        job = made_job()
        store.add_job(job)
        decided = firing(job)
        changed = job._replace(args=("new",), schedule=moved(job, at(7)))
        assert store.update_job_if(changed, 1)
        assert store.commit([decided]) == [False]
        assert self.everything(store) == ([changed], [], [])

    def test_a_job_that_was_removed_and_added_anew_is_another_job(self, store: JobStore) -> None:
        job = made_job(version=3)
        store.add_job(job)
        store.remove_job("job")
        store.add_job(made_job(due=at(99)))
        assert store.commit([firing(job)]) == [False]
        assert store.get_all_jobs() == [made_job(due=at(99))]

    # -- settling ------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda run: run._replace(id="nobody's"),
            lambda run: run._replace(owner="somebody else"),
            lambda run: run._replace(owner=""),
        ],
        ids=["a run that is not on record", "a run of another owner", "a run without an owner"],
    )
    def test_only_an_unsettled_run_in_its_owners_hands_is_settled(
        self, store: JobStore, spoil: Callable[[Run], Run]
    ) -> None:
        job, good, bad = made_job(), made_run(1), made_run(2)
        store.add_job(job)
        self.with_started(store, good, bad)
        before = self.everything(store)
        change = Change(
            job_id="job",
            expected_version=1,
            schedule=moved(job, at(60)),
            started=(made_run(3),),
            recorded=(passed_over(4),),
            settled=(done(good), spoil(done(bad))),
        )
        assert store.commit([change]) == [False]
        assert self.everything(store) == before
        assert store.next_due_time() == NOW

    def test_a_run_is_settled_once(self, store: JobStore) -> None:
        run = made_run()
        self.with_started(store, run)
        succeeded = Change(job_id="job", settled=(done(run, result="first"),))
        lost = Change(job_id="job", settled=(done(run, RunStatus.LOST),))
        assert store.commit([succeeded]) == [True]
        assert store.commit([succeeded]) == [False]
        assert store.commit([lost]) == [False]
        assert store.get_runs() == [done(run, result="first")]

    def test_a_run_is_settled_once_within_one_commit(self, store: JobStore) -> None:
        first, second = made_run(1), made_run(2)
        self.with_started(store, first, second)
        one = Change(job_id="job", settled=(done(first),))
        both = Change(job_id="job", settled=(done(second), done(first)))
        assert store.commit([one, both]) == [True, False]
        assert store.get_unsettled_runs() == [second]

    def test_a_change_that_settles_a_run_twice_is_refused(self, store: JobStore) -> None:
        run = made_run()
        self.with_started(store, run)
        twice = Change(job_id="job", settled=(done(run), done(run, RunStatus.FAILED)))
        assert store.commit([twice]) == [False]
        assert store.get_runs() == [run]

    def test_a_removal_with_a_run_that_was_settled_already_is_refused(self, store: JobStore) -> None:
        store.add_job(made_job())
        run = made_run()
        self.with_started(store, run)
        committed(store, Change(job_id="job", settled=(done(run, RunStatus.LOST),)))
        late = Change(job_id="job", expected_version=1, remove=True, settled=(done(run),))
        assert store.commit([late]) == [False]
        assert store.get_all_jobs() == [made_job()]
        assert store.get_runs() == [done(run, RunStatus.LOST)]

    # -- waiting -------------------------------------------------------------------------------------

    def test_a_change_that_waits_for_unsettled_runs_is_taken(self, store: JobStore) -> None:
        job = made_job()
        store.add_job(job)
        first, second = made_run(1), made_run(2)
        self.with_started(store, first, second)
        change = firing(job, 3)._replace(waits_for=(first.id, second.id))
        assert store.commit([change]) == [True]

    def test_a_change_that_waits_for_a_run_that_has_ended_leaves_nothing(self, store: JobStore) -> None:
        job = made_job()
        store.add_job(job)
        first, second = made_run(1), made_run(2)
        self.with_started(store, first, second)
        committed(store, Change(job_id="job", settled=(done(second),)))
        before = self.everything(store)
        assert store.commit([firing(job, 3)._replace(waits_for=(first.id, second.id))]) == [False]
        assert store.commit([firing(job, 3)._replace(waits_for=("nobody's",))]) == [False]
        assert self.everything(store) == before

    def test_a_change_waits_for_runs_as_the_changes_before_it_leave_them(self, store: JobStore) -> None:
        job = made_job()
        store.add_job(job)
        run = made_run(1)
        self.with_started(store, run)
        ends, waits = Change(job_id="job", settled=(done(run),)), firing(job, 3)._replace(waits_for=(run.id,))
        assert store.commit([ends, waits]) == [True, False]

    def test_of_many_that_settle_a_run_one_wins(self, store: JobStore) -> None:
        run = made_run()
        self.with_started(store, run)
        stores = [store, self.neighbour(store)] * 4
        answers = all_at_once(
            *(
                lambda one=one, n=n: one.commit([Change(job_id="job", settled=(done(run, result=n),))])[0]
                for n, one in enumerate(stores)
            )
        )
        assert answers.count(True) == 1
        assert store.get_runs() == [done(run, result=answers.index(True))]

    # -- new runs ------------------------------------------------------------------------------------

    def test_a_run_on_record_is_never_overwritten_by_a_new_one(self, store: JobStore) -> None:
        job, run = made_job(), made_run()
        store.add_job(job)
        committed(store, Change(job_id="job", started=(run,)))
        committed(store, Change(job_id="job", settled=(done(run),)))
        before = self.everything(store)
        for again in (
            Change(job_id="job", expected_version=1, schedule=moved(job), started=(run,)),
            Change(job_id="job", recorded=(passed_over(5), passed_over(1)._replace(id=run.id))),
        ):
            assert store.commit([again]) == [False]
            assert self.everything(store) == before

    def test_a_run_that_is_recorded_has_ended(self, store: JobStore) -> None:
        runs = (passed_over(1), passed_over(2, status=RunStatus.SKIPPED))
        committed(store, Change(job_id="job", recorded=runs))
        assert store.get_runs() == [runs[1], runs[0]]
        assert store.get_unsettled_runs() == []
        assert store.commit([Change(job_id="job", settled=(done(runs[0]),))]) == [False]

    # -- begun ---------------------------------------------------------------------------------------

    def test_a_run_that_a_worker_has_begun_is_running(self, store: JobStore) -> None:
        store.add_job(made_job())
        run, waiting = made_run(1), made_run(2)
        self.with_started(store, run, waiting)
        committed(store, Change(job_id="job", begun=(Started(run_id=run.id, started_at=at(1.5)),)))
        running = run._replace(status=RunStatus.RUNNING, started_at=at(1.5))
        assert store.get_run(run.id) == running
        assert store.get_unsettled_runs() == [running, waiting]
        assert store.get_runs(status=RunStatus.RUNNING) == [running]
        assert store.get_runs(status=RunStatus.SCHEDULED) == [waiting]
        assert store.read_due(at(9), 1).due[0].unsettled == (running, waiting)
        assert store.read_standings(["job"])["job"].unsettled == (running, waiting)
        committed(store, Change(job_id="job", settled=(done(running),)))
        assert store.get_run(run.id) == done(running)
        assert store.get_unsettled_runs() == [waiting]

    def test_the_news_that_a_run_has_begun_is_ignored_where_it_comes_too_late(self, store: JobStore) -> None:
        run = made_run()
        self.with_started(store, run)
        begun = (Started(run_id=run.id, started_at=at(1)), Started(run_id="nobody's", started_at=at(1)))
        committed(store, Change(job_id="job", begun=begun, settled=(done(run),)))
        committed(store, Change(job_id="job", begun=begun, recorded=(passed_over(2),)))
        assert store.get_runs() == [passed_over(2), done(run)]
        assert store.get_unsettled_runs() == []

    # -- several writers -----------------------------------------------------------------------------

    def test_of_two_writers_that_decided_on_the_same_job_one_wins(self, store: JobStore) -> None:
        store.add_job(made_job())
        other = self.neighbour(store)
        mine, theirs = (one.read_due(at(1), 1).due[0].job for one in (store, other))
        assert store.commit([firing(mine, 1)]) == [True]
        assert other.commit([firing(theirs, 5)]) == [False]
        assert ids(other.get_runs()) == ["job-run-2", "job-run-1"]
        assert other.read_due(at(1), 1).due == ()

    def test_of_many_that_fire_a_job_at_once_one_wins(self, store: JobStore) -> None:
        job = made_job()
        store.add_job(job)
        stores = [store, self.neighbour(store)] * 4
        answers = all_at_once(
            *(lambda one=one, n=n: one.commit([firing(job, n * 10)])[0] for n, one in enumerate(stores))
        )
        assert answers.count(True) == 1
        winner = answers.index(True) * 10
        assert ids(store.get_runs()) == [f"job-run-{winner + 1}", f"job-run-{winner}"]
        assert store.lookup_job("job") == job.with_schedule(moved(job, at(60)))

    def test_each_fire_time_is_taken_once_however_many_take_turns(self, store: JobStore) -> None:
        rounds = 20
        store.add_job(made_job())

        def take_turns(one: JobStore, writer: int) -> list[int]:
            taken = []
            while (job := one.lookup_job("job")) is not None and job.schedule.version <= rounds:
                version = job.schedule.version
                run = made_run(version, id=f"{version} by {writer}", owner=str(writer))
                change = Change(
                    job_id="job",
                    expected_version=version,
                    schedule=moved(job, at(version)),
                    started=(run,),
                )
                if one.commit([change])[0]:
                    taken.append(version)
            return taken

        stores = [store, self.neighbour(store)] * 2
        shares = all_at_once(*(lambda one=one, n=n: take_turns(one, n) for n, one in enumerate(stores)))
        assert sorted(version for share in shares for version in share) == list(range(1, rounds + 1))
        assert len(store.get_unsettled_runs()) == rounds

    def test_a_user_and_the_loop_that_change_a_job_at_once_do_not_overwrite_each_other(self, store: JobStore) -> None:
        job = made_job()
        store.add_job(job)
        changed = job._replace(args=("new",), schedule=moved(job, at(7)))
        other = self.neighbour(store)
        by_user, by_loop = all_at_once(lambda: store.update_job_if(changed, 1), lambda: other.commit([firing(job)])[0])
        assert by_user is not by_loop
        if by_user:
            assert self.everything(store) == ([changed], [], [])
        else:
            assert store.lookup_job("job") == job.with_schedule(moved(job, at(60)))
