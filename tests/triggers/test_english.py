"""The words that descriptions of triggers are made of."""

from datetime import time, timedelta, timezone

import pytest

from tickwright.instants import EARLIEST, LATEST
from tickwright.triggers import english
from tickwright.zones import as_zone


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (113, "113th"),
    ],
)
def test_ordinals(number, text):
    assert english.ordinal(number) == text


def test_numbers_and_lists():
    assert english.counted(1, "day") == "1 day"
    assert english.counted(1200, "day") == "1,200 days"
    assert english.every(1, "month") == "every month"
    assert english.every(0.5, "second") == "every 0.5 seconds"
    assert english.a_list(["a"]) == "a"
    assert english.a_list(["a", "b", "c"], "or") == "a, b or c"
    assert english.runs([]) == []
    assert english.runs([1, 2, 3, 5, 6, 31]) == ["1 to 3", "5", "6", "31"]
    assert english.runs([1, 2, 3], english.ordinal) == ["1st to 3rd"]


def test_a_sentence_has_its_parts_in_one_order():
    utc = as_zone("UTC")
    assert english.sentence("every day", None) == "every day"
    assert english.sentence("every day", utc) == "every day in UTC"
    left_out = english.left_out_text("month", "31st")
    assert english.sentence("monthly", utc, ", from then", left_out, "; it shifts") == (
        "monthly in UTC, from then; months without a 31st are left out; it shifts"
    )


@pytest.mark.parametrize(
    ("place", "text"),
    [(1, "first"), (5, "fifth"), (6, "6th"), (53, "53rd"), (-1, "last"), (-2, "second to last"), (-9, "9th to last")],
)
def test_places_are_words_as_far_as_anyone_says_them(place, text):
    assert english.place_text(place) == text


def test_weekdays_by_their_place():
    assert english.placed_weekdays([]) == []
    assert english.placed_weekdays([(4, -1), (0, 3), (0, 1)]) == ["the first and third Monday", "the last Friday"]
    assert english.placed_weekdays([(0, -1), (1, 1), (0, 1)], "or") == ["the first or last Monday", "the first Tuesday"]


@pytest.mark.parametrize(
    ("weekdays", "text"),
    [
        ([6], "every Sunday"),
        ([5, 6], "every Saturday and Sunday"),
        ([0, 1, 2, 3, 4], "every weekday"),
        ([1, 2, 3, 4, 5], "every day from Tuesday to Saturday"),
        ([0, 5, 6], "every day from Saturday to Monday"),
        ([0, 1, 2, 3, 4, 6], "every day except Saturday"),
        (range(7), "every day"),
    ],
)
def test_weekdays_that_come_each_week(weekdays, text):
    assert english.every_weekday(weekdays) == text


def test_months():
    assert english.in_months(range(1, 13)) == ""
    assert english.in_months([1, 7]) == " in January and July"
    assert english.in_months([1, 2, 12]) == " from December to February"


def test_times_show_what_they_have():
    assert english.time_text(time(9)) == "09:00"
    assert english.time_text(time(9, 0, 5)) == "09:00:05"
    assert english.time_text(time(9, 0, 0, 250_000)) == "09:00:00.250000"


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/Berlin", "in Europe/Berlin"),
        ("UTC", "in UTC"),
        ("+05:30", "at UTC+05:30"),
        ("-03:00", "at UTC-03:00"),
        (timezone(timedelta(microseconds=1)), "at UTC+00:00:00.000001"),
    ],
)
def test_zones(zone, text):
    assert english.in_zone(as_zone(zone)) == text


def test_spans_are_shown_in_the_zone_and_at_the_ends_of_the_calendar():
    berlin = as_zone("Europe/Berlin")
    assert english.span_text(None, None, berlin) == ""
    assert english.span_text(0, None, berlin) == ", from 1970-01-01 01:00"
    assert english.span_text(None, 0, berlin) == ", until 1970-01-01 01:00"
    added = english.WHEN_ADDED
    assert english.span_text(None, 0, berlin, added) == ", from when it is added until 1970-01-01 01:00"
    assert english.span_text(0, None, berlin, added) == ", from 1970-01-01 01:00"
    assert english.span_text(EARLIEST, LATEST, as_zone("-05:00")).startswith(", from 0001-01-01 00:00 until 9999-12-31")
