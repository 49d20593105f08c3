"""Tests of runs in flight: what was heard of them stays until it is on record."""

from __future__ import annotations

from tests.core.each_step import looking_at_each_step
from tests.core.stage import NOW, a_report, a_run, at
from tickwright.core.flights import Flights
from tickwright.report import Started
from tickwright.run import RunStatus


def departed(count: int):
    flights, runs = Flights(), [a_run(number=number) for number in range(count)]
    for run in runs:
        flights.depart(run)
    return flights, runs


def test_what_is_heard_of_a_run_that_is_not_in_flight_is_nobodys():
    flights, (run,) = departed(1)
    stranger = a_run(number=9)
    assert not flights.hear(a_report(stranger))
    assert not flights.hear(Started(run_id=stranger.id, started_at=NOW))
    assert flights.hear(a_report(run))
    flights.land(run.id)
    assert not flights.hear(a_report(run))
    assert len(flights) == flights.unreported == 0


def test_reports_come_out_in_the_order_of_their_arrival_again_and_again_until_they_land():
    flights, runs = departed(3)
    reports = [a_report(run) for run in reversed(runs)]
    for report in reports:
        flights.hear(report)
    assert flights.reported(9) == list(zip(reversed(runs), reports, strict=True))
    assert flights.reported(2) == flights.reported(9)[:2]
    flights.land(runs[2].id)
    assert [run.id for run, _ in flights.reported(9)] == [runs[1].id, runs[0].id]


def test_the_first_report_counts():
    flights, (run,) = departed(1)
    flights.hear(a_report(run, RunStatus.FAILED))
    assert flights.hear(a_report(run, RunStatus.SUCCEEDED))
    assert [report.status for _, report in flights.reported(9)] == [RunStatus.FAILED]
    assert flights.unreported == 0


def test_news_that_a_run_has_begun_is_told_until_it_is_on_record():
    flights, (run, other) = departed(2)
    started = Started(run_id=run.id, started_at=at(1))
    assert flights.hear(started)
    assert flights.begun() == [("job", started)] == flights.begun()
    flights.forget_begun()
    assert flights.begun() == []
    assert flights.unreported == 2
    flights.hear(a_report(run))
    ((known, _),) = flights.reported(9)
    assert (known.status, known.started_at) == (RunStatus.RUNNING, at(1))
    assert other.id in flights


def test_news_of_a_beginning_is_worth_nothing_once_the_end_is_known():
    flights, (run,) = departed(1)
    flights.hear(Started(run_id=run.id, started_at=at(1)))
    flights.hear(a_report(run))
    assert flights.begun() == []
    assert flights.is_reported(run.id)
    flights.hear(Started(run_id=run.id, started_at=at(2)))
    assert flights.begun() == []


def test_landing_twice_or_unknown_is_fine():
    flights, (run,) = departed(1)
    flights.hear(Started(run_id=run.id, started_at=at(1)))
    flights.land(run.id)
    flights.land(run.id)
    flights.land("nobody")
    assert (len(flights), flights.begun(), flights.is_reported(run.id)) == (0, [], False)


def test_when_a_run_began_is_known_from_the_news_of_it_until_it_lands():
    flights, (run,) = departed(1)
    assert flights.started_at(run.id) is None
    flights.hear(Started(run_id=run.id, started_at=at(1)))
    assert flights.started_at(run.id) == at(1)
    flights.forget_begun()
    assert flights.started_at(run.id) == at(1)
    flights.hear(a_report(run)._replace(started_at=at(1)))
    assert flights.started_at(run.id) == at(1)
    flights.land(run.id)
    assert flights.started_at(run.id) is None


def test_when_a_run_began_is_never_forgotten_in_between():
    flights, (run, other) = departed(2)
    flights.hear(Started(run_id=run.id, started_at=at(1)))
    seen = set()
    with looking_at_each_step(lambda: seen.add(flights.started_at(run.id)), Flights.__module__):
        flights.forget_begun()
        flights.hear(a_report(other))
        flights.hear(a_report(run)._replace(started_at=at(1)))
        flights.put_off(run.id)
    assert seen == {at(1)}
    flights, (run,) = departed(1)
    flights.hear(Started(run_id=run.id, started_at=at(1)))
    with looking_at_each_step(lambda: seen.add(flights.started_at(run.id)), Flights.__module__):
        flights.hear(a_report(run))
        flights.put_off(run.id)
    assert seen == {at(1)}
