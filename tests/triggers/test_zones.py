"""Zones are taken by name, as an offset or as any tzinfo, and shown as what makes them again."""

import pickle
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import dateutil.tz
import pytest
import tzlocal

from tests.triggers.samples import samples
from tickwright.errors import InvalidTriggerError
from tickwright.instants import DAY, EARLIEST, HOUR, LATEST, to_datetime, to_micros
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.transitions import Transition, offset_at, transitions_between
from tickwright.zones import as_zone, zone_name

NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
BAD_NAMES = {
    "tz-unknown": "Mars/Phobos",
    "tz-empty": "",
    "tz-lower": "america/new_york",
    "tz-nul": "UTC\0",
    "tz-10MB": "A" * 10_000_000,
    "up": "../UTC",
    "root": "/etc/localtime",
    "folder": "America",
    "blank": " UTC",
    "lower-utc": "utc",
    "not-ascii": "Europe/Zürich",
    "offset": "+25:00",
    "offset-text": "+two",
}


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_of_no_zone_is_refused(name):
    with pytest.raises(InvalidTriggerError) as caught:
        as_zone(BAD_NAMES[name])
    assert caught.value.field == "timezone"
    assert len(caught.value.value) <= 50


def test_the_samples_of_bad_zones_are_all_tried():
    named = {sample["id"] for sample in samples("bad_other") if sample["id"].startswith("tz-")}
    assert named <= set(BAD_NAMES)


@pytest.mark.parametrize("value", [5, True, b"UTC", ["UTC"], timedelta(0)])
def test_another_type_is_a_type_error_that_names_the_parameter(value):
    with pytest.raises(TypeError, match="timezone must be"):
        as_zone(value)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (ZoneInfo("Asia/Kathmandu"), "Asia/Kathmandu"),
        ("UTC", "UTC"),
        (UTC, "UTC"),
        (ZoneInfo("UTC"), "UTC"),
        ("+00:00", "UTC"),
        ("+05:45", "+05:45"),
        (timezone(timedelta(hours=-3, minutes=-30)), "-03:30"),
        (timezone(timedelta(seconds=-1)), "-00:00:01"),
        (timezone(timedelta(hours=1), "CET"), "+01:00"),
    ],
)
def test_a_zone_has_a_name_that_makes_it_again(value, name):
    assert zone_name(as_zone(value)) == name
    assert zone_name(as_zone(name)) == name
    assert as_zone(name).utcoffset(NOW.replace(tzinfo=None)) == as_zone(value).utcoffset(NOW.replace(tzinfo=None))


def test_no_zone_means_the_machines_own(monkeypatch):
    monkeypatch.setattr(tzlocal, "get_localzone", lambda: ZoneInfo("Asia/Tokyo"))
    assert as_zone(None) == as_zone("local") == ZoneInfo("Asia/Tokyo")
    assert CronTrigger(hour=9) == CronTrigger(hour=9, timezone="Asia/Tokyo")


def test_a_machine_without_a_zone_is_told_to_name_one(monkeypatch):
    def fail():
        raise LookupError("no /etc/localtime")

    monkeypatch.setattr(tzlocal, "get_localzone", fail)
    with pytest.raises(InvalidTriggerError, match="name one"):
        as_zone(None)


class Summer(tzinfo):
    """A zone as older code writes it: it knows no fold, and the base class works out the rest."""

    def utcoffset(self, dt):
        return timedelta(hours=1) + self.dst(dt)

    def dst(self, dt):
        return timedelta(hours=1 if 4 <= dt.month <= 9 else 0)

    def tzname(self, dt):
        return "SUMMER" if self.dst(dt) else "WINTER"


class Broken(Summer):
    def utcoffset(self, dt):
        raise RuntimeError("no idea")


def test_any_tzinfo_is_taken():
    trigger = CronTrigger(hour=9, timezone=Summer())
    assert trigger.get_next_fire_time(None, NOW) == datetime(2026, 11, 24, 8, tzinfo=UTC)
    summer = datetime(2026, 7, 1, tzinfo=UTC)
    assert trigger.get_next_fire_time(None, summer) == summer.replace(hour=7)
    assert trigger.count_fire_times(summer, NOW) == (NOW - summer).days + 1


def test_a_tzinfo_that_cannot_convert_is_refused():
    with pytest.raises(InvalidTriggerError, match="it cannot convert a time"):
        as_zone(Broken())


def test_every_kind_of_tzinfo_gives_the_same_transitions():
    named = ZoneInfo("America/New_York")
    since, until = to_micros(NOW) - 3_000 * DAY, to_micros(NOW) + 3_000 * DAY
    expected = transitions_between(named, since, until)
    assert len(expected) == 33
    other = dateutil.tz.gettz("America/New_York")
    assert other is not None
    assert transitions_between(other, since, until) == expected


class PytzZone(tzinfo):
    """What we know of a zone of pytz, on which we do not depend: its class's module and its `zone`."""

    __module__ = "pytz.tzfile"

    def __init__(self, zone, minutes=0):
        self.zone = zone
        self.minutes = minutes

    def utcoffset(self, dt):
        return timedelta(minutes=self.minutes)

    def dst(self, dt):
        return None

    def tzname(self, dt):
        return self.zone


def test_a_pytz_zone_becomes_the_zone_of_its_name():
    # Taken as they come, each offset in the zone's history would be a zone of its own.
    assert as_zone(PytzZone("Europe/Berlin")) == ZoneInfo("Europe/Berlin")
    assert as_zone(PytzZone("UTC")) is UTC
    assert as_zone(PytzZone(None, minutes=90)) == timezone(timedelta(minutes=90))


def from_file(key, rules="Europe/Berlin"):
    """A zone under a key of its own, with the rules of another."""
    files = [Path(folder, rules) for folder in TZPATH]
    found = [file for file in files if file.exists()]
    if not found:
        pytest.skip("this system has no folder of zones, only the package tzdata")
    with found[0].open("rb") as file:
        return ZoneInfo.from_file(file, key=key)


def test_a_zone_from_a_file_of_its_own_is_its_own_name():
    zone = from_file("Europe/Elsewhere")
    assert zone_name(as_zone(zone)) is zone
    trigger = CronTrigger(hour=9, timezone=zone)
    assert trigger.get_next_fire_time(None, NOW) == datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_a_machine_whose_zone_has_no_name_says_local(monkeypatch):
    zone = from_file("local")
    monkeypatch.setattr(tzlocal, "get_localzone", lambda: zone)
    trigger = CronTrigger(hour=9)
    assert repr(trigger) == "CronTrigger(hour='9', timezone='local')"
    assert pickle.loads(pickle.dumps(trigger)) == trigger


def test_an_offset_of_less_than_a_second_is_its_own_name():
    zone = timezone(timedelta(microseconds=1))
    assert zone_name(as_zone(zone)) is zone
    assert CronTrigger(hour=0, timezone=zone) == CronTrigger(hour=0, timezone=zone)


def test_transitions_are_found_to_the_microsecond():
    new_york = ZoneInfo("America/New_York")
    moment = to_micros(datetime(2026, 3, 8, 7, tzinfo=UTC))
    spring = Transition(moment, -5 * HOUR, -4 * HOUR)
    assert transitions_between(new_york, moment - DAY, moment + DAY) == [spring]
    assert transitions_between(new_york, moment, moment + 1) == [spring]
    assert transitions_between(new_york, moment + 1, moment + DAY) == []
    assert transitions_between(new_york, moment - DAY, moment) == []
    assert offset_at(new_york, moment - 1) == -5 * HOUR
    assert offset_at(new_york, moment) == -4 * HOUR


def test_the_shortest_stay_ever_is_not_overlooked():
    freetown = ZoneInfo("Africa/Freetown")
    for day in range(1, 31):  # wherever the asking begins
        since = to_micros(datetime(1939, 8, day, tzinfo=UTC))
        found = transitions_between(freetown, since, since + 60 * DAY)
        assert [transition.gap for transition in found] == [20 * 60_000_000, -20 * 60_000_000]


@pytest.mark.parametrize("name", ["America/New_York", "Asia/Tokyo", "UTC"])
def test_offsets_hold_to_the_ends_of_the_calendar(name):
    zone = as_zone(name)
    assert offset_at(zone, EARLIEST) == offset_at(zone, EARLIEST + 3 * DAY)
    assert abs(offset_at(zone, LATEST)) < DAY
    assert transitions_between(zone, EARLIEST, EARLIEST + 2) == []


def test_instants_and_datetimes_turn_into_each_other_exactly():
    for moment in (
        datetime.min,
        datetime.max,
        datetime(1969, 12, 31, 23, 59, 59, 999_999),
        datetime(2038, 1, 20),
    ):
        aware = moment.replace(tzinfo=UTC)
        assert to_datetime(to_micros(aware)) == aware
    assert to_micros(datetime(1970, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))) == 0


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (dateutil.tz.gettz("Europe/Berlin"), "Europe/Berlin"),
        (dateutil.tz.tzutc(), "UTC"),
        (dateutil.tz.tzoffset("IST", 19_800), "+05:30"),
    ],
)
def test_a_zone_of_dateutils_is_taken_for_what_it_was_read_from(given, name):
    # What dateutil has read ends in 2037; from then on it would be an hour late in summer.
    trigger = CronTrigger(hour=9, timezone=given)
    assert trigger == CronTrigger(hour=9, timezone=name)
    assert repr(trigger) == f"CronTrigger(hour='9', timezone={name!r})"
    summer = datetime(2040, 7, 1, tzinfo=UTC)
    assert trigger.next(1, after=summer) == CronTrigger(hour=9, timezone=name).next(1, after=summer)


def test_a_zone_of_dateutils_without_a_name_in_the_database_is_taken_as_it_is():
    zone = dateutil.tz.tzstr("EST5EDT,M3.2.0,M11.1.0")
    assert CronTrigger(hour=9, timezone=zone).timezone is zone
    assert as_zone(dateutil.tz.tzlocal()) == as_zone()
