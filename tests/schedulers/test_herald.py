"""The herald passes on together what is there, and who waits for it waits until that was heard."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest

from tests.schedulers.stage import SOON, soon
from tickwright import events
from tickwright.events import SchedulerEvent
from tickwright.schedulers.herald import TOGETHER, Herald


class Ear:
    """Hears when it is let."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.is_hearing, self.may_go_on = Event(), Event()

    def hear(self, told: list[events.Event]) -> None:
        self.is_hearing.set()
        assert self.may_go_on.wait(SOON)
        self.batches.append(len(told))


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def herald(ear: Ear) -> Iterator[Herald]:
    herald = Herald(ear.hear)
    herald.open()
    yield herald
    ear.may_go_on.set()
    herald.close()


def post(herald: Herald, times: int) -> None:
    for _ in range(times):
        assert herald.post(SchedulerEvent(events.EVENT_SCHEDULER_STARTED))


def test_what_came_meanwhile_is_passed_on_together_and_not_too_much_of_it(herald: Herald, ear: Ear):
    post(herald, 1)
    assert ear.is_hearing.wait(SOON)
    post(herald, TOGETHER + 50)
    assert herald.waiting == TOGETHER + 51
    ear.may_go_on.set()
    assert herald.drain(SOON)
    assert ear.batches == [1, TOGETHER, 50]
    assert soon(lambda: herald.waiting == 0)


def test_nobody_is_told_that_all_was_heard_before_it_was(herald: Herald, ear: Ear):
    post(herald, 2)
    assert ear.is_hearing.wait(SOON)
    assert not herald.drain(0.05)
    post(herald, 2)
    assert not herald.drain(0.05)
    ear.may_go_on.set()
    assert herald.drain(SOON)
    assert sum(ear.batches) == 4
