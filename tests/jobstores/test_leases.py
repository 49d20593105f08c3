"""The lease book, where the suite of all stores says too little: what a watcher of beats could be fooled by."""

from tickwright.jobstores.leases import LeaseBook
from tickwright.owner import Lease, Owner
from tickwright.testing.suites.store.material import at

ME = Owner(id="me", host="here", pid=7)


def test_a_lease_says_when_it_was_last_heard_of() -> None:
    book = LeaseBook()
    book.open(ME, 10, at(0))
    assert book.all() == [Lease(owner=ME, seconds=10, beat=1, seen_at=at(0))]
    assert book.renew("me", at(3))
    assert book.all() == [Lease(owner=ME, seconds=10, beat=2, seen_at=at(3))]


def test_an_owner_that_announces_itself_again_never_shows_a_beat_it_showed_before() -> None:
    book = LeaseBook()
    beats = []
    for second in range(3):
        book.open(ME, 10, at(second))
        beats += [lease.beat for lease in book.all()]
        book.renew("me", at(second))
        beats += [lease.beat for lease in book.all()]
    assert beats == sorted(set(beats))


def test_what_was_handed_out_does_not_change() -> None:
    book = LeaseBook()
    book.open(ME, 10, at(0))
    before = book.all()
    book.renew("me", at(1))
    book.close("me")
    assert [lease.beat for lease in before] == [1]
