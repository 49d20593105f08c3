"""The suite that every serializer must pass: subclass it for your own, and say how to make one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from tickwright.errors import UnreadableJobError
from tickwright.jobstores.body import pack_job, unpack_job
from tickwright.serializers import Serializer
from tickwright.stored_job import StoredJob
from tickwright.testing.suites.store.material import made_job
from tickwright.triggers.base import Trigger
from tickwright.triggers.combining import AndTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.exclude import ExcludeTrigger
from tickwright.triggers.interval import IntervalTrigger
from tickwright.triggers.rrule import RRuleTrigger

# ruff: noqa: S101 - the name of a test is its sentence, and it asserts

__all__ = ["SerializerSuite"]

NOW = datetime(2026, 3, 27, 22, 30, tzinfo=UTC)

VALUES: list[Any] = [
    None,
    True,
    0,
    -(2**80),
    0.1,
    "",
    "nächtlich\n🦉\x00",
    [],
    [1, [2, "three"]],
    {},
    {"a": {"b": [None, False]}},
]
"""What every serializer holds."""

TRIGGERS: list[Trigger] = [
    CronTrigger(hour="3", day_of_week="mon-fri", timezone="Europe/Berlin", jitter=5),
    CronTrigger.from_crontab("*/15 * * * *", "UTC"),
    IntervalTrigger(hours=1, timezone="UTC").anchored(NOW),
    DateTrigger(NOW, timezone="Asia/Tokyo"),
    RRuleTrigger("FREQ=MONTHLY;BYDAY=-1FR;COUNT=5", timezone="UTC").anchored(NOW),
    AndTrigger([IntervalTrigger(minutes=7, timezone="UTC"), CronTrigger(minute="*/5", timezone="UTC")]).anchored(NOW),
    ExcludeTrigger(CronTrigger(hour="9", timezone="UTC"), ["2026-12-25", ("22:00", "06:00")]),
]


class Unwritable:
    """What no serializer can write down: it refuses by itself, and no JSON has a word for it."""

    def __reduce__(self) -> Any:
        """Refuse."""
        raise TypeError("an open connection cannot be written down")


class SerializerSuite:
    """Tests every sentence of the port `Serializer`.

    Name the subclass `Test...`, so that pytest finds it::

        class TestMySerializer(SerializerSuite):
            signs = True

            def make_serializer(self):
                return MySerializer(key=b"...")

    A serializer that limits the functions of jobs must admit
    `tickwright.testing.suites.store.material` here, where the suite's own functions are.
    """

    signs: ClassVar[bool] = False
    """Whether everything that it writes is signed, for the place where it belongs."""

    def make_serializer(self) -> Serializer:
        """Return a new serializer; each that is made reads what another wrote. To be overridden."""
        raise NotImplementedError(f"{type(self).__name__} must override make_serializer()")

    # -- values --------------------------------------------------------------------------------------

    @pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
    def test_a_value_comes_back_equal_and_of_the_same_type(self, value: Any) -> None:
        data = self.make_serializer().dumps(value)
        assert type(data) is bytes
        found = self.make_serializer().loads(data)
        assert found == value
        assert type(found) is type(value)

    @pytest.mark.parametrize("trigger", TRIGGERS, ids=str)
    def test_a_trigger_comes_back_with_the_same_answers(self, trigger: Trigger) -> None:
        serializer = self.make_serializer()
        found = serializer.loads(serializer.dumps(trigger))
        assert found == trigger
        assert type(found) is type(trigger)
        assert found.next(3, after=NOW) == trigger.next(3, after=NOW)

    def test_what_cannot_be_written_down_is_refused(self) -> None:
        with pytest.raises(Exception):  # noqa: B017, PT011 - the port allows any
            self.make_serializer().dumps([Unwritable()])

    def test_what_was_cut_short_is_refused(self) -> None:
        serializer = self.make_serializer()
        data = serializer.dumps({"a": [1, "two", None]})
        for length in range(len(data)):
            with pytest.raises(Exception):  # noqa: B017, PT011 - the port allows any
                serializer.loads(data[:length])

    # -- jobs ----------------------------------------------------------------------------------------

    def job(self, **fields: Any) -> StoredJob:
        return made_job("nightly", trigger=TRIGGERS[0], kwargs={"keep": 5, "of": ["a", None]}, **fields)

    def unpacked(self, data: bytes, job: StoredJob, **columns: Any) -> StoredJob:
        given = {"job_id": job.id, "executor": job.executor, "schedule": job.schedule, **columns}
        return unpack_job(data, self.make_serializer(), **given)

    def test_a_job_comes_back_as_it_was(self) -> None:
        job = self.job(args=("a", ("b", 1)), max_instances=3, misfire_grace_time=1.5, coalesce=False)
        assert self.unpacked(pack_job(job, self.make_serializer()), job) == job

    def test_a_job_whose_function_is_gone_is_unreadable(self) -> None:
        job = self.job()
        serializer = self.make_serializer()
        body = {
            "version": 1,
            "func": "tickwright.testing.suites.store.material:renamed",
            "trigger": job.trigger,
            "args": (),
        }
        data = serializer.within("job", job.id, job.executor).dumps(body)
        with pytest.raises(UnreadableJobError, match="renamed"):
            self.unpacked(data, job)

    # -- places --------------------------------------------------------------------------------------

    def test_the_serializer_of_a_place_reads_what_it_wrote(self) -> None:
        data = self.make_serializer().within("a", "b").dumps([1])
        assert self.make_serializer().within("a", "b").loads(data) == [1]
        assert self.make_serializer().within("a").within("b").loads(data) == [1]

    def test_nothing_is_read_in_another_place_than_it_was_written_for_if_it_is_signed(self) -> None:
        data = self.make_serializer().within("a", "b").dumps([1])
        others = [(), ("a",), ("b",), ("a", "c"), ("b", "a"), ("ab",), ("a", "", "b"), ("a", "b", ""), ("a b",)]
        for place in others:
            elsewhere = self.make_serializer().within(*place)
            if not self.signs:
                assert elsewhere.loads(data) == [1]
                continue
            with pytest.raises(Exception):  # noqa: B017, PT011 - the port allows any
                elsewhere.loads(data)

    def test_a_body_is_good_for_its_own_job_alone_if_it_is_signed(self) -> None:
        job = self.job()
        data = pack_job(job, self.make_serializer())
        for columns in ({"job_id": "another"}, {"executor": "another"}):
            if not self.signs:
                assert self.unpacked(data, job, **columns).args == job.args
                continue
            with pytest.raises(UnreadableJobError):
                self.unpacked(data, job, **columns)

    def test_a_single_altered_bit_is_noticed_if_it_is_signed(self) -> None:
        serializer = self.make_serializer()
        data = serializer.dumps({"a": [1, "two", None]})
        for position in range(len(data) * 8 if self.signs else 0):
            altered = bytearray(data)
            altered[position // 8] ^= 1 << position % 8
            with pytest.raises(Exception):  # noqa: B017, PT011 - the port allows any
                serializer.loads(bytes(altered))
