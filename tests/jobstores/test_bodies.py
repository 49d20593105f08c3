"""What a body says and leaves out, and that those of all versions are read."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tickwright.errors import UnreadableJobError
from tickwright.jobstores import body
from tickwright.jobstores.body import pack_job, unpack_job
from tickwright.jobstores.trigger_code import read_trigger, written_trigger
from tickwright.policies import OnLost
from tickwright.reference import make_reference
from tickwright.serializers import JSONSerializer, PickleSerializer, Serializer
from tickwright.stored_job import StoredJob
from tickwright.testing.suites.store.material import NOW, Every, made_job, work
from tickwright.triggers.calendarinterval import CalendarIntervalTrigger
from tickwright.triggers.combining import OrTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.interval import IntervalTrigger
from tickwright.triggers.rrule import RRuleTrigger

HOURLY = made_job(name="work", trigger=IntervalTrigger(hours=1, start_date="2026-11-27", timezone="UTC"), args=(7,))
UNUSUAL = made_job(
    name="tidy",
    trigger=CronTrigger.from_crontab("*/5 * * * *", "Europe/Berlin"),
    kwargs={"keep": 5},
    max_instances=3,
    misfire_grace_time=1.5,
    coalesce=False,
    on_lost=OnLost.RERUN,
)
PARTIAL = partial(work, 1, two=2)
UNNAMED = made_job(
    func=PARTIAL, reference=make_reference(PARTIAL), trigger=DateTrigger("2026-11-27", timezone="+05:30")
)


def unpacked(data: bytes, serializer: Serializer) -> StoredJob:
    return unpack_job(data, serializer, job_id="job", executor="default", schedule=made_job().schedule)


# -- today's ---------------------------------------------------------------------------------------------------


def test_a_body_says_no_more_than_it_must_and_means_the_same_for_ever() -> None:
    serializer = PickleSerializer()
    stored = pack_job(made_job(name="work"), serializer)
    assert serializer.loads(stored) == [2, "tickwright.testing.suites.store.material:work", Every(), ()]
    job = unpacked(stored, serializer)
    assert job == made_job(name="work")
    # A dict that a caller changes must not be one that other jobs share.
    assert isinstance(job.kwargs, dict)
    job.kwargs["mine"] = 1
    assert unpacked(stored, serializer).kwargs == {}


def test_a_body_reads_like_this() -> None:
    reference = "tickwright.testing.suites.store.material:work"
    serializer = JSONSerializer()

    def read(job: StoredJob) -> Any:
        return serializer.loads(pack_job(job, serializer))

    assert read(HOURLY) == [2, reference, ["i", {"h": 1, "b": 1795737600000000}], (7,)]
    assert read(UNUSUAL)[2:] == [
        ["c", {"x": "*/5 * * * *", "z": "Europe/Berlin"}],
        (),
        {
            "kwargs": {"keep": 5},
            "misfire_grace_time": 1.5,
            "coalesce": False,
            "max_instances": 3,
            "on_lost": "rerun",
            "name": "tidy",
        },
    ]
    assert read(UNNAMED)[2:] == [
        ["d", {"o": 1795717800000000, "z": "+05:30"}],
        (),
        {"partial_args": (1,), "partial_kwargs": {"two": 2}, "name": ""},
    ]


def test_the_body_of_an_ordinary_job_takes_few_bytes_beside_the_name_of_its_function() -> None:
    reference = make_reference(work).name
    assert len(pack_job(HOURLY, PickleSerializer())) < len(reference) + 50


TRIGGERS = [
    DateTrigger("2026-11-27 08:00:00.000001", timezone="Europe/Berlin"),
    DateTrigger(timezone="UTC").anchored(NOW),
    IntervalTrigger(weeks=1, days=2, minutes=3, seconds=0.5, end_date="2030-01-01", jitter=2.5, timezone="-03:00"),
    IntervalTrigger(hours=1, timezone="Asia/Tokyo").anchored(NOW),
    IntervalTrigger(hours=1, start_date="0001-01-01", end_date="9999-12-31T23:59:59.999999", timezone="UTC"),
    CronTrigger(
        day_of_week="mon-fri", hour=9, start_date="2026-01-01", dst_policy="shift", timezone="America/New_York"
    ),
    CronTrigger.from_crontab("0 0 * * *", "UTC"),
    CalendarIntervalTrigger(months=1, hour=9, start_date="2026-01-31", end_date="2030-01-01", timezone="UTC"),
    CalendarIntervalTrigger(days=1, start_date="2026-01-31T00:00:00+00:00", timezone="Europe/Berlin"),
    CalendarIntervalTrigger(weeks=2, timezone="Europe/Berlin").anchored(NOW),
    RRuleTrigger("FREQ=DAILY;COUNT=3", dtstart="2026-01-31 09:00", timezone="Europe/Berlin"),
    RRuleTrigger("FREQ=MONTHLY;BYMONTHDAY=31", timezone="UTC").anchored(NOW),
    OrTrigger([IntervalTrigger(hours=1, timezone="UTC"), DateTrigger("2026-11-27", timezone="UTC")]),
    Every(),
]


@pytest.mark.parametrize("trigger", TRIGGERS, ids=str)
def test_a_trigger_comes_back_as_it_was(trigger: Any) -> None:
    again = read_trigger(written_trigger(trigger))
    assert type(again) is type(trigger)
    assert again == trigger
    # Its anchor is no part of equality, and must come back as well.
    assert again.__getstate__() == trigger.__getstate__()


def test_what_is_remembered_of_the_last_trigger_is_nobody_elses() -> None:
    one, other = IntervalTrigger(hours=1, timezone="UTC"), IntervalTrigger(hours=2, timezone="UTC")
    assert [written_trigger(each) for each in (one, other, other, one)] == [
        ["i", {"h": hours}] for hours in (1, 2, 2, 1)
    ]
    written_trigger(one)[1]["h"] = 3
    assert written_trigger(one) == ["i", {"h": 1}]


class NewerTrigger(IntervalTrigger):
    """A trigger of the user's, with one of ours as its base."""

    __slots__ = ()


NewerTrigger.__qualname__, NewerTrigger.__module__ = "IntervalTrigger", "tickwright.triggers.interval"


def test_a_class_that_only_bears_the_name_of_ours_is_stored_as_itself() -> None:
    trigger = NewerTrigger(hours=1, timezone="UTC")
    assert written_trigger(trigger) is trigger


# -- older ones ------------------------------------------------------------------------------------------------

FIRST_PICKLED = [
    b"\x80\x05\x95\xee\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x07version\x94K\x01\x8c\x04func\x94\x8c-"
    b"tickwright.testing.suites.store.material:work\x94\x8c\x07trigger\x94\x8c\x1ctickwright.triggers.interval\x94"
    b"\x8c\x0fIntervalTrigger\x94\x93\x94)\x81\x94}\x94(h\x01K\x01\x8c\x05hours\x94K\x01\x8c\nstart_date\x94\x8c\x19"
    b"2026-11-27T00:00:00+00:00\x94\x8c\x08timezone\x94\x8c\x03UTC\x94ub\x8c\x04args\x94K\x07\x85\x94\x8c\x04name\x94"
    b"\x8c\x04work\x94u.",
    b"\x80\x05\x952\x01\x00\x00\x00\x00\x00\x00}\x94(\x8c\x07version\x94K\x01\x8c\x04func\x94\x8c-"
    b"tickwright.testing.suites.store.material:work\x94\x8c\x07trigger\x94\x8c tickwright.triggers.cron.trigger\x94"
    b"\x8c\x0bCronTrigger\x94\x93\x94)\x81\x94}\x94(h\x01K\x01\x8c\x04expr\x94\x8c\x0b*/5 * * * *\x94"
    b"\x8c\x08timezone\x94\x8c\rEurope/Berlin\x94ub\x8c\x06kwargs\x94}\x94\x8c\x04keep\x94K\x05s\x8c\x04name\x94"
    b"\x8c\x04tidy\x94\x8c\x12misfire_grace_time\x94G?\xf8\x00\x00\x00\x00\x00\x00\x8c\x08coalesce\x94\x89"
    b"\x8c\rmax_instances\x94K\x03\x8c\x07on_lost\x94\x8c\x05rerun\x94u.",
    b"\x80\x05\x95\xf3\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x07version\x94K\x01\x8c\x04func\x94\x8c-"
    b"tickwright.testing.suites.store.material:work\x94\x8c\x07trigger\x94\x8c\x18tickwright.triggers.date\x94"
    b"\x8c\x0bDateTrigger\x94\x93\x94)\x81\x94}\x94(h\x01K\x01\x8c\x08run_date\x94\x8c\x19"
    b"2026-11-26T18:30:00+00:00\x94\x8c\x08timezone\x94\x8c\x06+05:30\x94ub\x8c\x0cpartial_args\x94K\x01\x85\x94"
    b"\x8c\x0epartial_kwargs\x94}\x94\x8c\x03two\x94K\x02su.",
]
FIRST_SIGNED = [
    b"TwS1P\x13\x0co\xe4\x10\x82,\x8d\x1d\xe4\xd3\xe1b\xdf\x08\x85\xfe^\x17k\xf5kx\x089\xb2p$2\xc9QY",
    b"TwS1P\r\x061g\xb1]\xf8T\xe7\xd0&\xde\xd1\x1b\xc4F^\t\xf79\xbc\xa5\xf3\x0c\x19N\xd2b\xd7\xdav\t",
    b"TwS1P\xa8d\x82\xcf\x06Q\xad\x9a\x84\xd4\xed\x9d\xd3ln0\x0b&\\\xd8{[2\x02\x89\x04\xa0l\xdcA\x1b\xc9",
]
FIRST_JSON = [
    b'{"tickwright":1,"value":{"version":1,"func":"tickwright.testing.suites.store.material:work",'
    b'"trigger":{"$trigger":["IntervalTrigger",{"version":1,"hours":1,"start_date":"2026-11-27T00:00:00+00:00",'
    b'"timezone":"UTC"}]},"args":{"$tuple":[7]},"name":"work"}}',
    b'{"tickwright":1,"value":{"version":1,"func":"tickwright.testing.suites.store.material:work",'
    b'"trigger":{"$trigger":["CronTrigger",{"version":1,"expr":"*/5 * * * *","timezone":"Europe/Berlin"}]},'
    b'"kwargs":{"keep":5},"name":"tidy","misfire_grace_time":1.5,"coalesce":false,"max_instances":3,'
    b'"on_lost":"rerun"}}',
    b'{"tickwright":1,"value":{"version":1,"func":"tickwright.testing.suites.store.material:work",'
    b'"trigger":{"$trigger":["DateTrigger",{"version":1,"run_date":"2026-11-26T18:30:00+00:00",'
    b'"timezone":"+05:30"}]},"partial_args":{"$tuple":[1]},"partial_kwargs":{"two":2}}}',
]

SECRET = "an example of 16 bytes"
MODULES = ["tickwright.testing.suites.store.material"]


@pytest.mark.parametrize(
    ("stored", "serializer"),
    [
        (FIRST_PICKLED, PickleSerializer()),
        (FIRST_PICKLED, PickleSerializer(modules=MODULES)),
        (
            [seal + pickled for seal, pickled in zip(FIRST_SIGNED, FIRST_PICKLED, strict=True)],
            PickleSerializer(secret=SECRET),
        ),
        (FIRST_JSON, JSONSerializer()),
        (FIRST_JSON, JSONSerializer(modules=MODULES)),
    ],
    ids=repr,
)
def test_what_the_first_version_wrote_is_read(stored: list[bytes], serializer: Serializer) -> None:
    hourly, unusual, unnamed = (unpacked(data, serializer) for data in stored)
    assert (hourly, unusual) == (HOURLY, UNUSUAL)
    assert unnamed._replace(func=work) == UNNAMED._replace(func=work)
    assert (unnamed.func.args, unnamed.func.keywords) == ((1,), {"two": 2})  # type: ignore[attr-defined] # a partial
    # And written anew, it is today's.
    assert unpacked(pack_job(unusual, serializer), serializer) == UNUSUAL


def test_a_body_of_an_older_version_is_upgraded_one_step_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # As if there had been two versions before the first, which called the function by other names.
    def renamed(state: dict[str, Any], before: str, after: str) -> dict[str, Any]:
        return {**state, "version": state["version"] + 1, after: state.pop(before)}

    steps = {-1: lambda state: renamed(state, "f", "function"), 0: lambda state: renamed(state, "function", "func")}
    monkeypatch.setattr(body, "UPGRADES", {**body.UPGRADES, **steps})
    serializer = PickleSerializer()
    _, func, trigger, *_ = serializer.loads(pack_job(made_job(), serializer))
    old = serializer.dumps({"version": -1, "f": func, "trigger": trigger})
    assert unpacked(old, serializer) == made_job()


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ([3, "a", "b"], "version 3 .* a newer one wrote it"),
        ({"version": 3}, "version 3 .* a newer one wrote it"),
        ("text", "'text' is no record of a job"),
        ([], r"\[\] is no record of a job"),
        ({}, r"\{\} is no record of a job"),
        ([2, "tests:nothing", ["q", {}], ()], r"trigger is \['q', \{\}\]"),
    ],
)
def test_what_is_no_body_is_told_apart_from_one_to_come(record: Any, reason: str) -> None:
    serializer = PickleSerializer()
    with pytest.raises(UnreadableJobError, match=f"job 'job' cannot be loaded here: .*{reason}"):
        unpacked(serializer.dumps(record), serializer)


@pytest.mark.parametrize("wrong", [5.0, True])
def test_what_cannot_be_taken_is_refused_also_where_its_equal_was_read_just_before(wrong):
    read_trigger(["c", {"hour": int(wrong)}])
    with pytest.raises(TypeError):
        read_trigger(["c", {"hour": wrong}])


def test_equal_numbers_stay_what_they_are():
    assert repr(read_trigger(["i", {"h": 1, "j": 1}]).jitter) == "1"
    assert repr(read_trigger(["i", {"h": 1, "j": 1.0}]).jitter) == "1.0"
