"""Crontab text is taken as crontab(5) writes it, and anything else is refused with its field and a reason."""

from calendar import monthrange
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triggers.samples import fire_times, samples
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.cron import CronTrigger

TEN_MEGABYTES = {
    "10MB-star": "*" * 10_000_000,
    "10MB-commas": "1," * 5_000_000 + "1 * * * *",
    "10MB-spaces": "0 0 * *" + " " * 10_000_000 + "*",
    "10MB-fields": "* " * 5_000_000,
    "10MB-digits": "1" * 10_000_000 + " * * * *",
}
OTHER_TYPES = {"none": None, "int": 5, "bytes": b"* * * * *", "list": ["*"] * 5}
NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)


def from_crontab(text):
    return CronTrigger.from_crontab(text, "UTC")


def next_ten(trigger):
    found = [NOW]
    for _ in range(10):
        found.append(trigger.get_next_fire_time(found[-1], NOW))
    return found


@pytest.mark.parametrize("sample", samples("bad_inputs"), ids=lambda sample: sample["id"])
def test_a_bad_input_is_refused_with_its_field(sample):
    ideal = sample["ideal"]
    if sample["id"] in OTHER_TYPES:
        with pytest.raises(TypeError, match="expression must be a crontab text"):
            from_crontab(OTHER_TYPES[sample["id"]])
        return
    text = TEN_MEGABYTES.get(sample["id"], sample["input"])
    if "OK" in ideal and sample["id"] not in TEN_MEGABYTES:
        assert from_crontab(text)
        return
    with pytest.raises(InvalidTriggerError) as caught:
        from_crontab(text)
    fields = {"expression"} if ideal == "NEVER" or sample["id"] in TEN_MEGABYTES else ideal_fields(ideal)
    assert caught.value.field in fields
    assert len(caught.value.value) <= 50
    assert caught.value.reason


def ideal_fields(ideal):
    return {word for word in ideal.removeprefix("E:").replace(",", " ").split() if word != "or"}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("*/0 * * * *", "minute"),
        ("10-5 * * * *", "minute"),
        ("* * 0W * *", "day-of-month"),
        ("* * 32W * *", "day-of-month"),
        ("* * W * *", "day-of-month"),
        ("* * WL * *", "day-of-month"),
        ("* * L-3 * *", "day-of-month"),
        ("* * 1-5W * *", "day-of-month"),
        ("* * * * L", "day-of-week"),
        ("* * * * MON#0", "day-of-week"),
        ("* * * * MON#1#2", "day-of-week"),
        ("* * * * MON#01", "day-of-week"),
        ("* * * * MONLL", "day-of-week"),
        ("* * * * ?/2", "day-of-week"),
        ("* * ?,1 * *", "day-of-month"),
        ("* * * FEB-JAN *", "month"),
        ("* * * * SAT-FRI", "day-of-week"),
        ("* * * * mon-", "day-of-week"),
        ("* * * * \u017fun", "day-of-week"),  # a long s, which upper() would turn into S
        ("٣ * * * *", "minute"),
        ("0 0 * * *\n", "day-of-week"),
        ("0 0 * * *\x00", "day-of-week"),
        ("0\x0b0 * * * *", "minute"),
        ("@", "expression"),
        ("@daily @daily", "expression"),
        ("   ", "expression"),
        ("0 0 29-31 2/12 ?", None),
        ("0 0 31 4,6,9,11 *", "expression"),
        ("0 0 31W 2 ?", "expression"),
        ("0 0 31W 11 ?", "expression"),
    ],
)
def test_malformed_terms_are_refused_where_they_stand(text, field):
    if field is None:
        assert from_crontab(text)
        return
    with pytest.raises(InvalidTriggerError) as caught:
        from_crontab(text)
    assert caught.value.field == field


@settings(max_examples=300)
@given(st.text(alphabet="0123456789*/-,?LW# @monFRI\t\n²x", max_size=40) | st.text(max_size=30))
def test_nothing_else_than_a_refusal_ever_comes_out_of_the_reader(text):
    with suppress(InvalidTriggerError):
        trigger = from_crontab(text)
        assert eval(repr(trigger)) == trigger


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("@yearly", "0 0 1 1 *"),
        ("@Annually", "0 0 1 1 *"),
        ("@MONTHLY", "0 0 1 * *"),
        ("@weekly", "0 0 * * 0"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        ("@hourly", "0 * * * *"),
        ("0 0 * * 7", "0 0 * * 0"),
        ("0 0 * * 5-7", "0 0 * * FRI-SUN"),
        ("0 0 * * 0-7", "0 0 * * SUN-SAT"),
        ("0 0 * * SUN-SUN", "0 0 * * SUN"),
        ("0 0 * * SUN-Sun", "0 0 * * SUN"),
        ("0 0 * * 0-SUN", "0 0 * * SUN"),
        ("0 0 * * 7-SUN", "0 0 * * SUN"),
        ("0 0 * * 1/2", "0 0 * * 1,3,5,7"),
        ("0 0 * * 7/2", "0 0 * * sun"),
        ("0 0 * * 0/6", "0 0 * * sun,sat"),
        ("0 0 * JAN-mar *", "0 0 * 1-3 *"),
        ("0 0 ? * MON", "0 0 * * 1"),
        ("0 */5 * * * *", "*/5 * * * *"),
        ("05 08 * * *", "5 8 * * *"),
        ("  0 \t 0 * * * ", "0 0 * * *"),
        ("0 0 l * *", "0 0 L * *"),
        ("0 0 15w * *", "0 0 15W * *"),
        ("0 0 * * fril", "0 0 * * 5L"),
        ("0 0 * * mon#1", "0 0 * * 1#1"),
        ("*/70 * * * *", "*/60 * * * *"),
        ("10/90 * * * *", "10 * * * *"),
    ],
)
def test_two_ways_to_write_one_schedule_are_equal(text, same):
    trigger, other = from_crontab(text), from_crontab(same)
    assert trigger == other
    assert hash(trigger) == hash(other)
    assert next_ten(trigger) == next_ten(other)


def test_a_day_or_a_weekday_is_enough_when_both_are_restricted():
    either = next_ten(from_crontab("0 0 13 * fri"))
    assert {fire_time.day == 13 or fire_time.weekday() == 4 for fire_time in either[1:]} == {True}
    assert {fire_time.day == 13 for fire_time in either[1:]} == {True, False}


@pytest.mark.parametrize("text", ["0 0 */2 * fri", "0 0 13 * */7", "0 0 ? * fri", "0 0 */2,13 * fri"])
def test_a_star_in_front_of_day_or_weekday_asks_for_both(text):
    day, _, weekday = text.split()[2:]
    for fire_time in next_ten(from_crontab(text))[1:]:
        assert fire_time.weekday() == (4 if weekday == "fri" else 6)
        assert fire_time.day % 2 == 1 or day == "?"


@pytest.mark.parametrize("text", ["0 0 L * mon", "0 0 15W * mon", "0 0 1 * MON#1", "0 0 1-31 * mon"])
def test_what_is_no_star_is_a_restriction(text):
    days = {(fire_time.weekday(), fire_time.day) for fire_time in next_ten(from_crontab(text))[1:]}
    assert any(weekday != 0 for weekday, _ in days) or text == "0 0 1 * MON#1"
    assert len(days) == 10 or text == "0 0 1 * MON#1"


@pytest.mark.parametrize(
    ("text", "shown", "written"),
    [
        ("*/5 * * * *", "cron[minute='*/5']", "*/5 * * * *"),
        ("* * * * *", "cron[minute='*']", "* * * * *"),
        ("0 9 * * 1-5", "cron[day_of_week='mon-fri', hour='9', minute='0']", "0 9 * * mon-fri"),
        ("@daily", "cron[hour='0', minute='0']", "0 0 * * *"),
        ("*/10 * * * * *", "cron[second='*/10']", "*/10 * * * * *"),
        ("0 0 0 L JAN ?", "cron[month='jan', day='L', hour='0', minute='0']", "0 0 L jan ?"),
        (
            "0 0 13 * 5",
            "cron[day='13' or day_of_week='fri', hour='0', minute='0']",
            "0 0 13 * fri",
        ),
        ("0 0 * * 7#2,5L", "cron[day_of_week='sun#2,friL', hour='0', minute='0']", "0 0 * * sun#2,friL"),
    ],
)
def test_a_trigger_shows_its_weekdays_by_name(text, shown, written):
    trigger = from_crontab(text)
    assert str(trigger) == shown
    assert repr(trigger) == f"CronTrigger.from_crontab({written!r}, timezone='UTC')"
    assert eval(repr(trigger)) == trigger


def test_a_refusal_says_what_is_taken():
    with pytest.raises(InvalidTriggerError, match=r"day-of-week: .* 0 to 7 and sun to sat are taken .got 'MONDAY'."):
        from_crontab("0 0 * * MONDAY")


def test_a_thousand_characters_are_read_and_one_more_is_not():
    text = ",".join(["5"] * 496) + " * * * *"
    assert len(text) == 999
    assert from_crontab(text) == from_crontab("5 * * * *")
    with pytest.raises(InvalidTriggerError, match="longer than 1,000 characters"):
        from_crontab(text + "  ")


@pytest.mark.parametrize("day", range(1, 32))
def test_the_nearest_workday_stays_in_its_month(day):
    trigger = from_crontab(f"0 0 {day}W * *")
    # 28 years: every month begins on every weekday, leap years included.
    begin, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2047, 12, 31, tzinfo=UTC)
    expected = []
    for year, month in product(range(2020, 2048), range(1, 13)):
        if day <= monthrange(year, month)[1]:
            days = (datetime(year, month, 1, tzinfo=UTC) + timedelta(days=n) for n in range(31))
            workdays = [at for at in days if at.month == month and at.weekday() < 5]
            expected.append(min(workdays, key=lambda at: abs(at.day - day)))
    assert fire_times(trigger, begin - timedelta(seconds=1), end) == expected
