"""Triggers say in plain English when they fire: each sentence here was read aloud, and is stood by."""

import random
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.triggers.proof.random_expressions import random_crontab
from tests.triggers.reading import read, read_times
from tickwright.errors import InvalidTriggerError
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.cron.clock_words import clock_text
from tickwright.triggers.cron.descriptor import stepped_text
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.interval import IntervalTrigger

NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
NEAR = datetime(2026, 11, 23, 11, 30)
BERLIN = "Europe/Berlin"


@pytest.fixture
def without_the_library(monkeypatch):
    """As it is for who has not installed the extra."""
    monkeypatch.setitem(sys.modules, "cron_descriptor", None)
    stepped_text.cache_clear()
    yield
    stepped_text.cache_clear()


# -- cron: one sentence with and without the library ------------------------------------------------

SENTENCES = [
    # How often, all day.
    ("* * * * *", "every minute"),
    ("* * * * * *", "every second"),
    ("*/1 * * * *", "every minute"),
    ("*/2 * * * *", "every 2 minutes"),
    ("*/5 * * * *", "every 5 minutes"),
    ("0-59/5 * * * *", "every 5 minutes"),
    ("0/5 * * * *", "every 5 minutes"),
    ("*/15 * * * *", "every 15 minutes"),
    ("0,30 * * * *", "every 30 minutes"),
    ("*/30 * * * *", "every 30 minutes"),
    ("*/90 * * * *", "every hour"),
    ("0 * * * *", "every hour"),
    ("@hourly", "every hour"),
    ("0 */2 * * *", "every 2 hours"),
    ("0 0-22/2 * * *", "every 2 hours"),
    ("0 */6 * * *", "every 6 hours"),
    ("*/10 * * * * *", "every 10 seconds"),
    ("*/30 * * * * *", "every 30 seconds"),
    ("0 */5 * * * *", "every 5 minutes"),
    ("1 * * * *", "at 1 minute past every hour"),
    ("5 * * * *", "at 5 minutes past every hour"),
    ("59 * * * *", "at 59 minutes past every hour"),
    ("15,45 * * * *", "at 15 and 45 minutes past every hour"),
    ("1,2,3 * * * *", "at 1, 2 and 3 minutes past every hour"),
    ("1 * * * * *", "at 1 second past every minute"),
    ("30 * * * * *", "at 30 seconds past every minute"),
    # At times.
    ("0 9 * * *", "every day at 09:00"),
    ("30 2 * * *", "every day at 02:30"),
    ("5 0 * * *", "every day at 00:05"),
    ("30 0 9 * * *", "every day at 09:00:30"),
    ("0 9,17 * * *", "every day at 09:00 and 17:00"),
    ("0 0,12 * * *", "every day at 00:00 and 12:00"),
    ("0 */12 * * *", "every day at 00:00 and 12:00"),
    ("0 */8 * * *", "every day at 00:00, 08:00 and 16:00"),
    ("0,30 9 * * *", "every day at 09:00 and 09:30"),
    ("10-20/5 5,6 * * *", "every day at 05:10, 05:15, 05:20, 06:10, 06:15 and 06:20"),
    ("0 7,8,11,18 * * *", "every day at 07:00, 08:00, 11:00 and 18:00"),
    ("15,30 8 9 * * *", "every day at 09:08:15 and 09:08:30"),
    ("@daily", "every day at 00:00"),
    ("@midnight", "every day at 00:00"),
    # How often, for a part of the day.
    ("*/15 9-17 * * *", "every day, every 15 minutes from 09:00 to 17:45"),
    ("0 9-17 * * *", "every day, every hour from 09:00 to 17:00"),
    ("30 9-17 * * *", "every day, every hour from 09:30 to 17:30"),
    ("* 9 * * *", "every day, every minute from 09:00 to 09:59"),
    ("*/5 1,2,3 * * *", "every day, every 5 minutes from 01:00 to 03:55"),
    ("10-20 5 * * *", "every day, every minute from 05:10 to 05:20"),
    ("5/10 * * * *", "every day, every 10 minutes from 00:05 to 23:55"),
    ("1-59/2 * * * *", "every day, every 2 minutes from 00:01 to 23:59"),
    ("30 */2 * * *", "every day, every 2 hours from 00:30 to 22:30"),
    ("0 1/6 * * *", "every day, every 6 hours from 01:00 to 19:00"),
    ("0 */5 * * *", "every day, every 5 hours from 00:00 to 20:00"),
    ("23 0-20/2 * * *", "every day, every 2 hours from 00:23 to 20:23"),
    ("*/5 9,17 * * *", "every day, every 5 minutes from 09:00 to 09:55 and from 17:00 to 17:55"),
    ("0 8-11,14-17 * * *", "every day, every hour from 08:00 to 11:00 and from 14:00 to 17:00"),
    ("0 6-11,17 * * *", "every day, every hour from 06:00 to 11:00 and at 17:00"),
    ("30-40/3 5 9 * * *", "every day, every 3 seconds from 09:05:30 to 09:05:39"),
    ("* 5 9 * * *", "every day, every second from 09:05 to 09:05:59"),
    ("30 5 * * * *", "every day, every hour from 00:05:30 to 23:05:30"),
    # Told value by value.
    ("0-30/10 9-17 * * *", "every day at minutes 0, 10, 20 and 30 of hours 9 to 17"),
    ("7,50 8,12,18,22 * * *", "every day at minutes 7 and 50 of hours 8, 12, 18 and 22"),
    ("0,10,15,20,40 * * * *", "at minutes 0, 10, 15, 20 and 40 of every hour"),
    ("*/5 */2 * * *", "every day, every 5 minutes of hours 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20 and 22"),
    ("* */2 * * *", "every day, every minute of hours 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20 and 22"),
    ("5,6,7,8,9,10 3,20 * * *", "every day at minutes 5 to 10 of hours 3 and 20"),
    ("*/10 5-9 * * * *", "every 10 seconds of minutes 5 to 9 of every hour"),
    ("0-5 10-20 9-17 * * *", "every day at seconds 0 to 5 of minutes 10 to 20 of hours 9 to 17"),
    ("5 */7 * * * *", "at second 5 of minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour"),
    ("1,3 * * * * *", "at seconds 1 and 3 of every minute"),
    ("1,3 * 9 * * *", "every day at seconds 1 and 3 of every minute of hour 9"),
    ("1,2 3,4 5,6 * * *", "every day at seconds 1 and 2 of minutes 3 and 4 of hours 5 and 6"),
    ("5 1,2,3,4,7,9,11,13,20 * * *", "every day at minute 5 of hours 1 to 4, 7, 9, 11, 13 and 20"),
    # Weekdays.
    ("0 9 * * 1-5", "every weekday at 09:00"),
    ("0 9 * * mon-fri", "every weekday at 09:00"),
    ("0 9 * * MON-FRI", "every weekday at 09:00"),
    ("0 0 * * 0", "every Sunday at 00:00"),
    ("0 0 * * 7", "every Sunday at 00:00"),
    ("0 0 * * 0,7", "every Sunday at 00:00"),
    ("0 0 * * SUN", "every Sunday at 00:00"),
    ("@weekly", "every Sunday at 00:00"),
    ("0 0 * * sat,sun", "every Saturday and Sunday at 00:00"),
    ("0 0 * * 6-7", "every Saturday and Sunday at 00:00"),
    ("0 9,17 * * mon,wed", "every Monday and Wednesday at 09:00 and 17:00"),
    ("0 0 * * 1,3,5", "every Monday, Wednesday and Friday at 00:00"),
    ("0 0 * * mon-fri/2", "every Monday, Wednesday and Friday at 00:00"),
    ("0 0 * * 1/2", "every Monday, Wednesday, Friday and Sunday at 00:00"),
    ("0 0 * * */2", "every Tuesday, Thursday, Saturday and Sunday at 00:00"),
    ("0 0 * * 2-4", "every day from Tuesday to Thursday at 00:00"),
    ("0 0 * * 5-7", "every day from Friday to Sunday at 00:00"),
    ("0 0 * * 1-6", "every day except Sunday at 00:00"),
    ("0 0 * * 0,1,2,3,5,6", "every day except Thursday at 00:00"),
    ("0 0 * * 6,0,1", "every day from Saturday to Monday at 00:00"),
    ("0 0 * * 0-7", "every day at 00:00"),
    ("0 0 * * 0-6", "every day at 00:00"),
    ("0 0 ? * ?", "every day at 00:00"),
    ("0 0 ? * mon", "every Monday at 00:00"),
    ("*/15 9-17 * * 1-5", "every weekday, every 15 minutes from 09:00 to 17:45"),
    ("* * * * sun", "every Sunday, every minute"),
    ("30 * * * 1-5", "every weekday at 30 minutes past every hour"),
    # Weekdays by their place.
    ("0 0 * * MON#1", "on the first Monday of every month at 00:00"),
    ("0 0 * * 1#1", "on the first Monday of every month at 00:00"),
    ("0 0 * * FRI#3,MON#1", "on the first Monday and the third Friday of every month at 00:00"),
    ("0 0 * * MON#1,MON#3", "on the first and third Monday of every month at 00:00"),
    ("0 0 * * MON#1,MON#3,FRI#2", "on the first and third Monday and the second Friday of every month at 00:00"),
    ("0 0 * * MON#5", "on the fifth Monday of every month that has one at 00:00"),
    ("0 0 * * 5L", "on the last Friday of every month at 00:00"),
    ("0 0 * * FRIL", "on the last Friday of every month at 00:00"),
    ("0 0 * * MON#1,FRIL", "on the first Monday and the last Friday of every month at 00:00"),
    ("0 0 * * MON#1,MONL", "on the first and last Monday of every month at 00:00"),
    ("0 0 * * MON#1,tue", "on the first Monday of every month and every Tuesday at 00:00"),
    # Days of the month.
    ("0 0 1 * *", "on the 1st of every month at 00:00"),
    ("@monthly", "on the 1st of every month at 00:00"),
    ("0 0 2,3 * *", "on the 2nd and 3rd of every month at 00:00"),
    ("0 0 1,15 * *", "on the 1st and 15th of every month at 00:00"),
    ("0 0 1-7 * *", "on the 1st to 7th of every month at 00:00"),
    ("0 4 8-14,20 * *", "on the 8th to 14th and 20th of every month at 04:00"),
    ("0 0 28 * *", "on the 28th of every month at 00:00"),
    ("0 0 29 * *", "on the 29th of every month that has one at 00:00"),
    ("0 0 31 * *", "on the 31st of every month that has one at 00:00"),
    ("0 0 30,31 * *", "on the 30th and 31st of every month (where there is such a day) at 00:00"),
    ("0 0 1,31 * *", "on the 1st and 31st of every month (where there is such a day) at 00:00"),
    ("0 0 25-31 * *", "on the 25th to 31st of every month (where there is such a day) at 00:00"),
    ("0 0 */2 * *", "on the odd days of every month at 00:00"),
    ("0 0 1/2 * *", "on the odd days of every month at 00:00"),
    ("0 0 2/2 * *", "on the even days of every month at 00:00"),
    ("0 0 */10 * *", "on the 1st, 11th, 21st and 31st of every month (where there is such a day) at 00:00"),
    ("0 0 1-31 * *", "every day at 00:00"),
    ("0 0 L * *", "on the last day of every month at 00:00"),
    ("0 0 l * *", "on the last day of every month at 00:00"),
    ("0 0 LW * *", "on the last weekday of every month at 00:00"),
    ("0 0 15W * *", "on the weekday nearest to the 15th of every month at 00:00"),
    ("0 0 31W * *", "on the weekday nearest to the 31st of every month that has one at 00:00"),
    ("0 0 15,L * *", "on the 15th and the last day of every month at 00:00"),
    ("0 0 1,15,LW * *", "on the 1st, the 15th and the last weekday of every month at 00:00"),
    ("0 0 5,20W,L * *", "on the 5th, the weekday nearest to the 20th and the last day of every month at 00:00"),
    ("* * 1 * *", "on the 1st of every month, every minute"),
    ("*/5 9-16 1,15 * *", "on the 1st and 15th of every month, every 5 minutes from 09:00 to 16:55"),
    # Months.
    ("0 0 1 1 *", "every year on 1 January at 00:00"),
    ("@yearly", "every year on 1 January at 00:00"),
    ("@annually", "every year on 1 January at 00:00"),
    ("0 0 24 dec *", "every year on 24 December at 00:00"),
    ("0 0 29 2 *", "every leap year on 29 February at 00:00"),
    ("0 0 28,29 2 *", "on the 28th and 29th of February (where there is such a day) at 00:00"),
    ("0 0 1,15 6 *", "on the 1st and 15th of June at 00:00"),
    ("0 0 31 1,3 *", "on the 31st of January and March at 00:00"),
    ("0 0 31 1,4 *", "on the 31st of January and April (where there is such a day) at 00:00"),
    ("0 0 1 1,4,7,10 *", "on the 1st of January, April, July and October at 00:00"),
    ("0 0 1 */3 *", "on the 1st of January, April, July and October at 00:00"),
    ("0 0 1 6-8 *", "on the 1st of each month from June to August at 00:00"),
    ("0 0 L 2 *", "on the last day of February at 00:00"),
    ("0 0 * * *", "every day at 00:00"),
    ("0 0 * 7 *", "every day in July at 00:00"),
    ("0 0 * jan,jul *", "every day in January and July at 00:00"),
    ("0 0 * 1-3 *", "every day from January to March at 00:00"),
    ("0 0 * 11,12,1,2 *", "every day from November to February at 00:00"),
    ("0 0 * 6/2 *", "every day in June, August, October and December at 00:00"),
    ("0 9 * 3 1-5", "every weekday in March at 09:00"),
    ("*/10 * * 7 *", "every day in July, every 10 minutes"),
    ("0 0 * 9 MON#1", "on the first Monday of September at 00:00"),
    ("0 0 * 1-12 *", "every day at 00:00"),
    # Day or weekday, and day and weekday.
    ("0 12 1 * mon", "on the 1st of every month and every Monday at 12:00"),
    ("0 0 13 * 5", "on the 13th of every month and every Friday at 00:00"),
    ("0 0 1-7 * mon", "on the 1st to 7th of every month and every Monday at 00:00"),
    ("59 23 31 12 5", "on the 31st of December and every Friday in December at 23:59"),
    ("0 0 1 6-8 1", "on the 1st of each month from June to August and every Monday from June to August at 00:00"),
    ("0 0 15W * 5L", "on the weekday nearest to the 15th and the last Friday of every month at 00:00"),
    ("0 0 L * MON#1,tue", "on the first Monday and the last day of every month and every Tuesday at 00:00"),
    ("*/5 * 1 * mon", "on the 1st of every month and every Monday, every 5 minutes"),
    ("0 0 1 * 0-6", "every day at 00:00"),
    ("0 0 1-31 * mon", "every day at 00:00"),
    ("0 0 */2 * mon", "every Monday that is an odd day of the month at 00:00"),
    ("0 0 */10 * mon-fri", "every weekday that is the 1st, 11th, 21st or 31st of the month at 00:00"),
    ("0 0 */2 6 mon,tue", "every Monday and Tuesday in June that is an odd day of the month at 00:00"),
    ("0 0 */2 * MON#1", "on the first Monday of every month, if that is an odd day of the month, at 00:00"),
    ("0 0 13 * */5", "every Friday and Sunday that is the 13th of the month at 00:00"),
    ("0 0 L * */2", "every Tuesday, Thursday, Saturday and Sunday that is the last day of the month at 00:00"),
    ("0 0 1 * *,mon", "on the 1st of every month at 00:00"),
    ("* * */2 * MON#1", "on the first Monday of every month, if that is an odd day of the month, every minute"),
]


@pytest.mark.parametrize(("expr", "sentence"), SENTENCES)
def test_a_crontab_in_plain_english(expr, sentence):
    assert CronTrigger.from_crontab(expr, "UTC").describe() == f"{sentence} in UTC"


def test_what_people_say_every_day_needs_no_library(without_the_library):
    for expr, sentence in SENTENCES:
        assert CronTrigger.from_crontab(expr, "UTC").describe() == f"{sentence} in UTC"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "every second"),
        ({"hour": 9}, "every day at 09:00"),
        ({"day_of_week": 0, "hour": 9}, "every Monday at 09:00"),
        ({"day_of_week": 6, "hour": 9}, "every Sunday at 09:00"),
        ({"day_of_week": "mon-fri", "hour": 9, "minute": 30}, "every weekday at 09:30"),
        ({"minute": 5}, "at 5 minutes past every hour"),
        ({"second": "*/10"}, "every 10 seconds"),
        ({"month": 5}, "every year on 1 May at 00:00"),
        ({"month": "*", "hour": 1}, "every day at 01:00"),
        ({"day": "last", "hour": 9}, "on the last day of every month at 09:00"),
        ({"day": "2nd fri", "hour": 9}, "on the second Friday of every month at 09:00"),
        ({"day": "last sun, 1, 15"}, "on the 1st, the 15th and the last Sunday of every month at 00:00"),
        ({"day": "5th wed"}, "on the fifth Wednesday of every month that has one at 00:00"),
        ({"day": 13, "day_of_week": "fri", "hour": 9}, "every Friday that is the 13th of the month at 09:00"),
        (
            {"day": "1st mon,last", "day_of_week": "mon-wed"},
            "every day from Monday to Wednesday that is the first Monday or the last day of the month at 00:00",
        ),
        ({"week": 1, "day_of_week": "mon"}, "every Monday in ISO week 1 at 00:00"),
        ({"week": "1-10,20", "hour": 3}, "every day in ISO weeks 1 to 10 and 20 at 03:00"),
        ({"week": 53}, "every day in ISO week 53 at 00:00"),
        ({"year": 2026}, "on 1 January 2026 at 00:00"),
        ({"year": 2026, "month": 5, "day": 1, "hour": 9}, "on 1 May 2026 at 09:00"),
        ({"year": 2026, "hour": 9}, "every day in 2026 at 09:00"),
        ({"year": 2026, "month": 6, "day": "*"}, "every day in June 2026 at 00:00"),
        ({"year": 2026, "month": 6, "day": "1,15"}, "on the 1st and 15th of June 2026 at 00:00"),
        ({"year": 2026, "month": 5, "day": 1, "week": 18}, "on 1 May in ISO week 18 in 2026 at 00:00"),
        ({"year": "2026,2030", "month": 5}, "on 1 May in 2026 and 2030 at 00:00"),
        ({"year": "2026-2030", "day_of_week": "mon", "hour": 9}, "every Monday from 2026 to 2030 at 09:00"),
        ({"year": "2026,2027", "month": 6, "day": "*"}, "every day in June in 2026 and 2027 at 00:00"),
        ({"year": "2028,2032", "month": 2, "day": 29}, "on 29 February in 2028 and 2032 at 00:00"),
        ({"year": 2028, "month": 2, "day": 29}, "on 29 February 2028 at 00:00"),
        ({"year": "*/2", "hour": 9}, "every day in every 2nd year from 1970 to 9998 at 09:00"),
        ({"year": "1970-9999/2,1971-9999/3", "hour": 9}, "every day in 5,354 years from 1970 to 9999 at 09:00"),
        (
            {"year": "2026-2027", "week": 2, "month": 1, "hour": 0},
            "every day in January in ISO week 2 in 2026 and 2027 at 00:00",
        ),
    ],
)
def test_keyword_fields_in_plain_english(fields, sentence):
    assert CronTrigger(**fields, timezone="UTC").describe() == f"{sentence} in UTC"


# -- cron: where the library has the shorter way ----------------------------------------------------

STEPPED = [
    (
        "*/7 * * * *",
        "every 7 minutes, minutes 0 through 56 past the hour",
        "at minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour",
    ),
    (
        "3/11 9-17 * * mon",
        "every Monday, every 11 minutes, minutes 3 through 58 past the hour, between 09:00 and 17:59",
        "every Monday at minutes 3, 14, 25, 36, 47 and 58 of hours 9 to 17",
    ),
    (
        "0-40/5 6,7 * * *",
        "every day, every 5 minutes, minutes 0 through 40 past the hour, between 06:00 and 07:59",
        "every day at minutes 0, 5, 10, 15, 20, 25, 30, 35 and 40 of hours 6 and 7",
    ),
    (
        "*/11 * 9 * * *",
        "every day, every 11 seconds, seconds 0 through 55 past the minute, between 09:00 and 09:59",
        "every day at seconds 0, 11, 22, 33, 44 and 55 of every minute of hour 9",
    ),
    (
        "1-9/2 * * * * *",
        "every 2 seconds, seconds 1 through 9 past the minute",
        "at seconds 1, 3, 5, 7 and 9 of every minute",
    ),
]


@pytest.mark.parametrize(("expr", "sentence", "ours"), STEPPED)
def test_the_library_says_a_long_list_shortly(expr, sentence, ours):
    assert CronTrigger.from_crontab(expr, "UTC").describe() == f"{sentence} in UTC"


@pytest.mark.parametrize(("expr", "sentence", "ours"), STEPPED)
def test_without_the_library_a_long_list_is_told_in_full(expr, sentence, ours, without_the_library):
    assert CronTrigger.from_crontab(expr, "UTC").describe() == f"{ours} in UTC"


@pytest.mark.parametrize("expr", ["0-40/5 6,8 * * *", "0-40/5 */5 * * *", "*/7 */15,2-4 * * *", "1-9/2 5 * * * *"])
def test_the_library_is_not_asked_where_its_words_would_be_unclear(expr, without_the_library):
    alone = CronTrigger.from_crontab(expr, "UTC").describe()
    stepped_text.cache_clear()
    assert CronTrigger.from_crontab(expr, "UTC").describe() == alone
    assert stepped_text.cache_info().misses == 0


# -- cron: every sentence means what fires ----------------------------------------------------------


@pytest.mark.parametrize("has_library", [True, False])
def test_a_plain_reader_understands_of_random_crontabs_what_they_match(has_library, request):
    if not has_library:
        request.getfixturevalue("without_the_library")
    dates = [date(2023, 11, 1) + timedelta(days=day) for day in range(500)]
    for seed in range(250):
        written = random_crontab(random.Random(seed), NEAR)
        try:
            sentence = written.trigger("UTC", "cron").describe().removesuffix(" in UTC")
        except InvalidTriggerError:  # it can never fire
            continue
        is_meant, times = read(sentence)
        assert times == {hour * 3600 + minute * 60 for hour in written.hours for minute in written.minutes}, sentence
        for at in dates:
            assert is_meant(at) == written.matches_date(at), (written.written, sentence, at)


def values(size):
    """Return sets of values as people write them: one, all, a stepped range, or any."""
    ranges = st.builds(
        lambda first, length, step: set(range(first, min(size, first + length), step)),
        st.integers(0, size - 1),
        st.integers(1, size),
        st.sampled_from([1, 2, 3, 5, 7, 10, 15, 20, 30]),
    )
    one = st.integers(0, size - 1).map(lambda value: {value})
    return st.one_of(one, st.just(set(range(size))), ranges, st.sets(st.integers(0, size - 1), min_size=1, max_size=8))


@given(values(24), values(60), st.one_of(st.just({0}), values(60)))
def test_a_plain_reader_understands_any_times_of_day(hours, minutes, seconds):
    masks = tuple(sum(1 << value for value in field) for field in (hours, minutes, seconds))
    expected = {h * 3600 + m * 60 + s for h in hours for m in minutes for s in seconds}
    assert read_times(clock_text(masks).text) == expected


def test_equal_triggers_say_the_same():
    for seed in range(300):
        try:
            trigger = random_crontab(random.Random(seed), NEAR).trigger("UTC", "cron")
        except InvalidTriggerError:
            continue
        again = eval(repr(trigger))
        assert again == trigger
        assert again.describe() == trigger.describe()
    keywords = CronTrigger(day_of_week="mon-fri", hour=9, timezone="UTC")
    assert keywords.describe() == CronTrigger.from_crontab("0 9 * * 1-5", "UTC").describe()


# -- cron: the zone, the span, the changes of clock -------------------------------------------------


def test_the_zone_the_span_and_the_changes_of_clock_come_last():
    trigger = CronTrigger.from_crontab("30 2 * * 1-5,7", BERLIN, start_date="2026-01-01", end_date="2030-01-01 12:00")
    assert trigger.describe() == (
        "every day except Saturday at 02:30 in Europe/Berlin, from 2026-01-01 00:00 until 2030-01-01 12:00"
        "; in spring's missing hour it runs at 03:00; in autumn's repeated hour it runs once"
    )
    assert CronTrigger(hour=9, timezone="+05:30", end_date="2027-01-01").describe() == (
        "every day at 09:00 at UTC+05:30, until 2027-01-01 00:00"
    )


# -- interval ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"seconds": 1}, "every second"),
        ({"seconds": 10}, "every 10 seconds"),
        ({"seconds": 90}, "every 90 seconds"),
        ({"seconds": 100}, "every 1 minute and 40 seconds"),
        ({"seconds": 0.25}, "every 0.25 seconds"),
        ({"seconds": 1.5}, "every 1.5 seconds"),
        ({"seconds": 0.000001}, "every 0.000001 seconds"),
        ({"minutes": 1}, "every minute"),
        ({"minutes": 60}, "every hour"),
        ({"minutes": 90}, "every 90 minutes"),
        ({"minutes": 150}, "every 2 hours and 30 minutes"),
        ({"hours": 24}, "every 24 hours"),
        ({"hours": 36}, "every 36 hours"),
        ({"hours": 100}, "every 4 days and 4 hours"),
        ({"days": 7}, "every 7 days of 24 hours"),
        ({"days": 1000}, "every 1,000 days of 24 hours"),
        ({"weeks": 2}, "every 14 days of 24 hours"),
        ({"days": 1, "hours": 1, "minutes": 1, "seconds": 1.5}, "every 1 day, 1 hour, 1 minute and 1.5 seconds"),
        ({"hours": 1, "seconds": 1}, "every 1 hour and 1 second"),
    ],
)
def test_an_interval_in_plain_english(parts, sentence):
    trigger = IntervalTrigger(**parts, timezone="UTC")
    assert trigger.describe() == f"{sentence}, from when it is added"
    assert trigger.anchored(NOW - trigger.interval).describe() == f"{sentence} in UTC, from 2026-11-23 11:30"


def test_an_intervals_span_is_shown_in_its_zone():
    trigger = IntervalTrigger(minutes=90, start_date="2026-01-01", end_date="2026-07-01 12:00", timezone=BERLIN)
    assert trigger.describe() == "every 90 minutes in Europe/Berlin, from 2026-01-01 00:00 until 2026-07-01 12:00"
    assert IntervalTrigger(minutes=90, end_date="2026-07-01 12:00", timezone=BERLIN).describe() == (
        "every 90 minutes in Europe/Berlin, from when it is added until 2026-07-01 12:00"
    )


# -- date -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("run_date", "zone", "sentence"),
    [
        ("2026-11-23 11:30", BERLIN, "once at 2026-11-23 11:30 in Europe/Berlin"),
        ("2026-11-23 11:30:05.25+00:00", BERLIN, "once at 2026-11-23 12:30:05.250000 in Europe/Berlin"),
        ("2026-11-23", "+05:30", "once at 2026-11-23 00:00 at UTC+05:30"),
        (datetime(2026, 10, 25, 2, 30), BERLIN, "once at 2026-10-25 02:30 in Europe/Berlin"),
        (datetime(2026, 10, 25, 2, 30, fold=1), BERLIN, "once at 2026-10-25 02:30 (the second time) in Europe/Berlin"),
        ("2026-03-29 02:30", BERLIN, "once at 2026-03-29 03:00 in Europe/Berlin"),
        (None, BERLIN, "once, when it is added"),
    ],
)
def test_a_date_in_plain_english(run_date, zone, sentence):
    assert DateTrigger(run_date, zone).describe() == sentence


def test_a_date_that_was_fixed_by_adding_it_says_which():
    assert DateTrigger(timezone="UTC").anchored(NOW).describe() == "once at 2026-11-23 11:30 in UTC"
