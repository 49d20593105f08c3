"""Tests of leases: a beat for each sign of life, and none for an owner whose lease is gone."""

# ruff: noqa: S101 - the name of a test is its sentence, and it asserts

from __future__ import annotations

from tickwright.change import Change
from tickwright.jobstores.base import JobStore
from tickwright.owner import Lease, Owner, Silence
from tickwright.run import RunStatus
from tickwright.testing.suites.store.case import StoreCase
from tickwright.testing.suites.store.material import all_at_once, at, committed, made_job, made_run, moved

__all__ = ["LeaseTests"]

ME = Owner(id="me-🦉", host="größe.example", pid=4711, process="boot 17, tick 123456")
THEM = Owner(id="them")


class LeaseTests(StoreCase):
    """Signs of life."""

    def lease_of(self, store: JobStore, owner: Owner) -> Lease:
        """Return the one lease of this owner."""
        (lease,) = [lease for lease in store.get_leases() if lease.owner.id == owner.id]
        return lease

    def test_a_new_store_has_no_leases(self, store: JobStore) -> None:
        assert store.get_leases() == []
        assert not store.renew_lease("me", at(0))

    def test_a_lease_tells_of_its_owner_and_how_long_it_lasts(self, store: JobStore) -> None:
        store.open_lease(ME, 12.5, at(0))
        lease = self.lease_of(store, ME)
        assert (lease.owner, lease.seconds) == (ME, 12.5)
        assert lease.seen_at is not None

    def test_each_renewal_is_one_beat(self, store: JobStore) -> None:
        store.open_lease(ME, 10, at(0))
        store.open_lease(THEM, 10, at(0))
        first = self.lease_of(store, ME)
        for number in range(1, 4):
            assert store.renew_lease(ME.id, at(number))
            assert self.lease_of(store, ME).beat == first.beat + number
        assert self.lease_of(store, ME).owner == ME
        assert self.lease_of(store, ME).seconds == 10
        assert self.lease_of(store, THEM).beat == first.beat

    def test_a_beat_counts_whatever_the_wall_clock_says(self, store: JobStore) -> None:
        store.open_lease(ME, 10, at(0))
        before = self.lease_of(store, ME).beat
        assert store.renew_lease(ME.id, at(-3600))
        assert self.lease_of(store, ME).beat == before + 1

    def test_a_lease_that_is_gone_cannot_be_renewed(self, store: JobStore) -> None:
        store.open_lease(ME, 10, at(0))
        store.open_lease(THEM, 10, at(0))
        store.close_lease(ME.id)
        assert not store.renew_lease(ME.id, at(1))
        assert [lease.owner for lease in store.get_leases()] == [THEM]

    def test_closing_twice_is_fine(self, store: JobStore) -> None:
        store.close_lease("nobody")
        store.open_lease(ME, 10, at(0))
        store.close_lease(ME.id)
        store.close_lease(ME.id)
        assert store.get_leases() == []

    def test_a_lease_can_be_opened_anew_after_it_was_taken_away(self, store: JobStore) -> None:
        store.open_lease(ME, 10, at(0))
        store.close_lease(ME.id)
        store.open_lease(ME, 20, at(1))
        assert self.lease_of(store, ME).seconds == 20
        assert store.renew_lease(ME.id, at(2))

    def test_opening_a_lease_that_is_there_is_a_beat_under_the_new_terms(self, store: JobStore) -> None:
        store.open_lease(ME, 10, at(0))
        before = self.lease_of(store, ME)
        store.open_lease(ME, 20, at(1))
        after = self.lease_of(store, ME)
        assert (after.owner, after.seconds) == (ME, 20)
        assert after.beat > before.beat

    def test_no_beat_is_lost_between_threads(self, store: JobStore) -> None:
        store.open_lease(ME, 10, at(0))
        before = self.lease_of(store, ME).beat
        stores = [store, self.neighbour(store)] * 2

        def renew(one: JobStore) -> int:
            return sum(one.renew_lease(ME.id, at(1)) for _ in range(10))

        assert all_at_once(*(lambda one=one: renew(one) for one in stores)) == [10] * 4
        assert self.lease_of(store, ME).beat == before + 40

    def test_a_lease_begins_with_the_beat_that_its_owner_gives_and_never_goes_back(self, store: JobStore) -> None:
        store.open_lease(ME, 10, at(0), 7)
        assert self.lease_of(store, ME).beat == 7
        store.open_lease(ME, 10, at(1), 3)
        assert self.lease_of(store, ME).beat == 8
        store.open_lease(ME, 10, at(2), 20)
        assert self.lease_of(store, ME).beat == 20
        store.renew_lease(ME.id, at(3))
        assert self.lease_of(store, ME).beat == 21

    def test_the_lease_of_the_dead_is_closed_only_at_the_beat_that_was_seen(self, store: JobStore) -> None:
        store.open_lease(THEM, 10, at(0))
        seen = self.lease_of(store, THEM).beat
        store.renew_lease(THEM.id, at(1))
        store.close_lease(THEM.id, seen)
        assert self.lease_of(store, THEM).beat == seen + 1
        store.close_lease(THEM.id, seen + 1)
        store.close_lease(THEM.id, seen + 1)
        assert store.get_leases() == []

    # -- changes that count on an owner's silence ----------------------------------------------------

    def abandoned(self, store: JobStore, beat: int | None) -> Change:
        """Return the change that settles a run of `THEM` as lost and makes its job due, if nothing was heard since."""
        job, run = made_job(), made_run(1, owner=THEM.id)
        store.add_job(job)
        committed(store, Change(job_id=job.id, started=(run,)))
        return Change(
            job_id=job.id,
            expected_version=job.schedule.version,
            schedule=moved(job, at(60)),
            settled=(run.ended(RunStatus.LOST, at(30)),),
            silence=Silence(owner=THEM.id, beat=beat),
        )

    def test_what_a_silent_owner_has_left_is_settled(self, store: JobStore) -> None:
        store.open_lease(THEM, 10, at(0))
        store.renew_lease(THEM.id, at(1))
        change = self.abandoned(store, self.lease_of(store, THEM).beat)
        assert store.commit([change]) == [True]
        assert store.get_unsettled_runs() == []

    def test_what_an_owner_without_a_lease_has_left_is_settled(self, store: JobStore) -> None:
        assert store.commit([self.abandoned(store, None)]) == [True]

    def test_an_owner_that_stirs_keeps_what_is_its_own(self, store: JobStore) -> None:
        store.open_lease(THEM, 10, at(0))
        change = self.abandoned(store, self.lease_of(store, THEM).beat)
        store.renew_lease(THEM.id, at(1))
        self.check_refused_whole(store, change)

    def test_an_owner_that_announces_itself_anew_keeps_what_is_its_own(self, store: JobStore) -> None:
        change = self.abandoned(store, None)
        store.open_lease(THEM, 10, at(1))
        self.check_refused_whole(store, change)

    def test_an_owner_whose_lease_was_closed_is_not_the_one_that_was_seen(self, store: JobStore) -> None:
        store.open_lease(THEM, 10, at(0))
        change = self.abandoned(store, self.lease_of(store, THEM).beat)
        store.close_lease(THEM.id)
        self.check_refused_whole(store, change)

    def check_refused_whole(self, store: JobStore, change: Change) -> None:
        """Assert that nothing of a change is written, and that others beside it are."""
        before = store.lookup_job(change.job_id)
        beside = Change(job_id="beside", recorded=(made_run(9, "beside").ended(RunStatus.MISSED, at(1)),))
        assert store.commit([change, beside]) == [False, True]
        assert store.lookup_job(change.job_id) == before
        assert [run.id for run in store.get_unsettled_runs()] == [run.id for run in change.settled]
