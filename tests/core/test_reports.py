"""Tests of looking at a report before anything is made of it."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.core.stage import NOW, a_report, a_run, at
from tickwright.core.reports import checked
from tickwright.report import Report
from tickwright.run import RunStatus
from tickwright.virtual_clock import VirtualClock


def clock_at(seconds: float) -> VirtualClock:
    return VirtualClock(at(seconds))


GOOD = a_report(a_run(), when=at(5), started_at=at(1), result=object(), reason="why", traceback="text")


@pytest.mark.parametrize("status", ["succeeded", "failed", "cancelled", "timed_out", "lost"])
def test_a_report_that_can_be_recorded_is_left_as_it_is(status):
    report = GOOD._replace(status=RunStatus(status), exception=KeyboardInterrupt())
    assert checked(report, clock_at(9)) is report
    bare = Report(run_id="1", status=RunStatus(status), finished_at=NOW)
    assert checked(bare, clock_at(9)) is bare


def test_an_instant_in_another_zone_is_an_instant():
    report = GOOD._replace(finished_at=at(5).astimezone(ZoneInfo("Asia/Tokyo")))
    assert checked(report, clock_at(9)) is report


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", RunStatus.SCHEDULED),
        ("status", RunStatus.RUNNING),
        ("status", RunStatus.MISSED),
        ("status", RunStatus.SKIPPED),
        ("status", "done"),
        ("status", None),
        ("finished_at", None),
        ("finished_at", NOW.replace(tzinfo=None)),
        ("finished_at", NOW.timestamp()),
        ("started_at", NOW.replace(tzinfo=None)),
        ("started_at", NOW.date()),
        ("started_at", timedelta(0)),
        ("traceback", ["line"]),
        ("reason", ValueError("text")),
        ("exception", "text"),
        ("exception", ValueError),
    ],
)
def test_one_that_cannot_be_recorded_becomes_one_that_says_what_is_wrong_with_it(field, value):
    report = checked(GOOD._replace(**{field: value}), clock_at(9))
    assert (report.run_id, report.status, report.finished_at) == (GOOD.run_id, RunStatus.FAILED, at(9))
    assert report.reason is not None
    assert report.reason.startswith(f"its executor sent a report that cannot be recorded: {field} ")
    assert (report.result, report.exception, report.started_at) == (None, None, None)
    assert checked(report, clock_at(10)) is report
