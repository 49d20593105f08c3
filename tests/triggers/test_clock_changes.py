"""What descriptions say about changes of clock is what the triggers do at every one of them."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

import pytest

from tests.triggers.samples import fire_times
from tickwright.instants import SECOND, to_datetime, to_micros
from tickwright.triggers.clock_changes import clock_changes_text
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.dst import DstPolicy, treatment
from tickwright.triggers.transitions import transitions_between
from tickwright.zones import as_zone

BERLIN, NEW_YORK, SYDNEY = "Europe/Berlin", "America/New_York", "Australia/Sydney"
SPRING, AUTUMN = "; in spring's missing hour it ", "; in autumn's repeated hour it "
ONCE = f"{SPRING}runs at 03:00{AUTUMN}runs once"


def said(expr, zone, policy="cron", **span):
    trigger = CronTrigger.from_crontab(expr, zone, dst_policy=policy, **span)
    return "".join(f"; {clause}" for clause in trigger.describe().split("; ")[1:])


@pytest.mark.parametrize(
    ("expr", "zone", "policy", "text"),
    [
        ("30 2 * * *", BERLIN, "cron", ONCE),
        ("30 2 * * *", BERLIN, "wall_clock", f"{SPRING}does not run{AUTUMN}runs twice"),
        ("30 2 * * *", BERLIN, "skip", f"{SPRING}does not run{AUTUMN}runs once"),
        ("30 2 * * *", BERLIN, "shift", f"{SPRING}runs at 03:30{AUTUMN}runs once"),
        ("15,45 2 * * *", BERLIN, "cron", f"{SPRING}runs once, at 03:00{AUTUMN}runs in the first pass only"),
        ("15,45 2 * * *", BERLIN, "wall_clock", f"{SPRING}does not run{AUTUMN}runs in both passes"),
        ("15,45 2 * * *", BERLIN, "shift", f"{SPRING}runs an hour later{AUTUMN}runs in the first pass only"),
        # Not touched: another hour, another day, no change at all.
        ("30 1 * * *", BERLIN, "cron", ""),
        ("30 3 * * *", BERLIN, "cron", ""),
        ("30 2 * * mon-sat", BERLIN, "cron", ""),
        ("30 2 1-24 * *", BERLIN, "cron", ""),
        ("30 2 * * *", "UTC", "cron", ""),
        ("30 2 * * *", "+01:00", "cron", ""),
        ("30 2 * * *", "Asia/Tokyo", "cron", ""),
        # Each change has hours of its own.
        ("30 2 * * *", NEW_YORK, "cron", f"{SPRING}runs at 03:00"),
        ("30 1 * * *", NEW_YORK, "cron", f"{AUTUMN}runs once"),
        ("30 1 * * *", "Europe/London", "cron", f"{SPRING}runs at 02:00{AUTUMN}runs once"),
        ("30 2 * 3 *", BERLIN, "cron", f"{SPRING}runs at 03:00"),
        ("30 2 25 3 *", BERLIN, "cron", f"{SPRING}runs at 03:00"),
        ("0 0 * * *", "America/Havana", "cron", f"{SPRING}runs at 01:00{AUTUMN}runs once"),
        ("30 23 * * *", "America/Nuuk", "cron", f"{SPRING}runs at 00:00{AUTUMN}runs once"),
        # The south, and changes that are not by an hour.
        ("30 2 * * *", SYDNEY, "cron", ONCE),
        ("15 2 * * *", "Australia/Lord_Howe", "cron", "; in spring's missing half hour it runs at 02:30"),
        ("45 1 * * *", "Australia/Lord_Howe", "cron", "; in autumn's repeated half hour it runs once"),
        ("15 2 * * *", "Australia/Lord_Howe", "shift", "; in spring's missing half hour it runs at 02:45"),
        ("10,20 2 * * *", "Australia/Lord_Howe", "shift", "; in spring's missing half hour it runs half an hour later"),
        (
            "30 1 * * *",
            "Antarctica/Troll",
            "cron",
            "; in spring's two missing hours it runs at 03:00; in autumn's two repeated hours it runs once",
        ),
        ("0,30 1 * 1-6 *", "Antarctica/Troll", "shift", "; in spring's two missing hours it runs two hours later"),
        # Ramadan is in no season.
        (
            "30 2 * * *",
            "Africa/Casablanca",
            "cron",
            "; in a missing hour it runs at 03:00; in a repeated hour it runs once",
        ),
        # A rhythm goes on, and nothing needs saying; or it does not.
        ("*/15 * * * *", BERLIN, "cron", ""),
        ("0,50 * * * *", BERLIN, "wall_clock", ""),
        ("5 * * * *", BERLIN, "cron", ""),
        ("* * * * * *", BERLIN, "cron", ""),
        ("*/15 * * * *", BERLIN, "skip", f"{AUTUMN}runs in the first pass only"),
        ("*/15 * * * *", BERLIN, "shift", f"{AUTUMN}runs in the first pass only"),
        ("0-59/15 0-23 * * *", BERLIN, "cron", f"{AUTUMN}runs in the first pass only"),
        ("5-59/15 0-23 * * *", BERLIN, "cron", f"{SPRING}runs once, at 03:00{AUTUMN}runs in the first pass only"),
        ("*/15 2 * * *", BERLIN, "cron", f"{SPRING}does not run{AUTUMN}runs in both passes"),
        ("0 */2 * * *", BERLIN, "cron", f"{SPRING}does not run{AUTUMN}runs twice"),
        ("0 2,3 * * *", BERLIN, "cron", ONCE),
        ("30 2,3 * * *", BERLIN, "cron", ONCE),
        ("30 1,2 * * *", NEW_YORK, "wall_clock", f"{SPRING}does not run{AUTUMN}runs twice"),
        ("10 * * * *", "Australia/Lord_Howe", "cron", "; in spring's missing half hour it does not run"),
        ("10 * * * *", "Australia/Lord_Howe", "shift", "; in spring's missing half hour it runs at 02:40"),
    ],
)
def test_the_clause(expr, zone, policy, text):
    assert said(expr, zone, policy) == text


def test_only_changes_within_the_schedules_own_span_count():
    assert said("30 2 * * *", BERLIN, start_date="2026-01-01", end_date="2026-03-01") == ""
    assert said("30 2 * * *", BERLIN, start_date="2026-01-01", end_date="2026-06-01") == (
        "; in spring's missing hour it runs at 03:00"
    )
    assert said("30 2 * * *", BERLIN, start_date="2026-06-01", end_date="2027-03-01") == (
        "; in autumn's repeated hour it runs once"
    )
    assert said("30 2 * * *", BERLIN, end_date="1999-01-01") == ""
    assert said("30 2 * * *", BERLIN, start_date="2200-01-01") == ONCE
    assert said("30 2 * * *", BERLIN, start_date="9999-06-01") == ""  # there is no later year to look at


class OneChange(tzinfo):
    """A zone of a user's, which goes forward by 20 minutes once, and has no season."""

    CHANGE = datetime(2030, 6, 1, 12, tzinfo=UTC)

    def utcoffset(self, moment):
        if moment is None:
            return None
        return timedelta(minutes=20) if moment.replace(tzinfo=UTC) >= self.CHANGE else timedelta(0)

    def dst(self, moment):
        return timedelta(0)

    def tzname(self, moment):
        return "one change"

    def fromutc(self, moment):
        later = moment.replace(tzinfo=UTC) >= self.CHANGE
        return moment + timedelta(minutes=20) if later else moment


def test_a_zone_of_ones_own_is_looked_at_too():
    zone = OneChange()
    assert said("5 12 * * *", zone) == "; in 20 missing minutes it runs at 12:20"
    assert said("5,6 12 * * *", zone, "shift") == "; in 20 missing minutes it runs 20 minutes later"


def test_a_pattern_that_ends_or_begins_at_a_change_is_described_all_the_same():
    change = transitions_between(as_zone(BERLIN), to_micros(datetime(2026, 3, 1, tzinfo=UTC)), 2**63 // 5000)[0]
    wall = (change.instant + change.before) // SECOND + 60

    class Once:
        """One wall, in the gap."""

        def first_from(self, at):
            return wall if at <= wall else None

        def last_until(self, at):
            return wall if wall <= at else None

        def count_between(self, begin, end):
            return int(begin <= wall < end)

        def bits_within(self, day):
            return 1 << wall % 86_400 if wall // 86_400 == day else 0

    for policy, text in (("cron", "runs at 03:00"), ("shift", "runs at 03:01"), ("skip", "does not run")):
        treated = treatment(DstPolicy(policy), is_wildcard=False)
        assert clock_changes_text(Once(), as_zone(BERLIN), treated) == f"; in spring's missing hour it {text}"


ZONES = [BERLIN, NEW_YORK, SYDNEY, "America/Havana", "Australia/Lord_Howe", "Antarctica/Troll", "Africa/Casablanca"]
ZONES += ["Asia/Gaza", "Africa/Cairo", "America/Santiago", "America/Nuuk", "Atlantic/Azores", "Asia/Tokyo"]
EXPRESSIONS = ["30 2 * * *", "0 0,1 * * sun", "10,20 0-3 * * *", "0 */2 * * *", "20 * * * *", "*/15 1-2 * * *"]
EXPRESSIONS += ["5-59/15 0-23 * * *", "45 1,2,23 * * 0,6", "30 1-3 1-7 * *"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("policy", ["cron", "wall_clock", "skip", "shift"])
def test_what_is_said_is_what_happens_at_every_change_of_28_years(zone, policy):
    changes = transitions_between(
        as_zone(zone), to_micros(datetime(2026, 1, 1, tzinfo=UTC)), to_micros(datetime(2054, 1, 1, tzinfo=UTC))
    )
    for expr in EXPRESSIONS:
        trigger = CronTrigger.from_crontab(expr, zone, dst_policy=policy)
        on_all_clocks = CronTrigger.from_crontab(expr, "UTC")
        clauses = said(expr, zone, policy)
        for change in changes:
            check(trigger, on_all_clocks, change, clauses)


def check(trigger, walls, change, clauses):
    """Hold the clauses against what the trigger does at one change."""
    kind = "missing" if change.gap > 0 else "repeated"
    clause = next((clause for clause in clauses.split("; ") if kind in clause), None)
    size = abs(change.gap)
    first_wall = to_datetime(change.instant + min(change.before, change.after))
    last_wall = first_wall + timedelta(microseconds=size)
    just = timedelta(microseconds=1)
    matches = fire_times(walls, first_wall - just, last_wall - just)
    if not matches:
        return
    if clause is None:
        check_that_it_goes_on(trigger, walls, change, matches)
        return
    outcome = clause.partition(" it ")[2]
    at = to_datetime(change.instant)
    stretch = timedelta(microseconds=size)
    if kind == "missing":
        fires = [fire.astimezone(trigger.timezone) for fire in fire_times(trigger, at - just, at + stretch - just)]
        shown = [f"{fire:%H:%M}" for fire in fires]
        usual = [f"{wall:%H:%M}" for wall in fire_times(walls, last_wall - just, last_wall + stretch - just)]
        if match := re.fullmatch(r"runs (?:once, )?at (\d\d:\d\d)", outcome):
            assert shown == sorted({match[1], *usual}), (trigger, change, clause)
        elif outcome == "does not run":
            assert shown == usual, (trigger, change, clause)
        else:
            assert outcome.endswith("later")
            later = {f"{wall + stretch:%H:%M}" for wall in matches}
            assert shown == sorted({*later, *usual}), (trigger, change, clause)
        return
    first_pass = fire_times(trigger, at - stretch - just, at - just)
    second_pass = fire_times(trigger, at - just, at + stretch - just)
    assert len(first_pass) == len(matches), (trigger, change, clause)
    passes = {"runs once": 1, "runs in the first pass only": 1, "runs twice": 2, "runs in both passes": 2}[outcome]
    assert len(second_pass) == (passes - 1) * len(matches), (trigger, change, clause)
    assert len(matches) == 1 or outcome not in ("runs once", "runs twice")


def check_that_it_goes_on(trigger, walls, change, matches):
    """Hold that nothing is said against the change: no two fires are further apart than two of the pattern's walls are.

    And no fewer come than the pattern has walls: in a fold, those of both passes.
    """
    day, at = timedelta(days=1), to_datetime(change.instant)
    wall = to_datetime(change.instant + change.before)
    usual = fire_times(walls, wall - day, wall + day)
    widest = max(later - earlier for earlier, later in pairwise(usual))
    fires = fire_times(trigger, at - day, at + day)
    assert max(later - earlier for earlier, later in pairwise(fires)) <= widest, (trigger, change)
    if change.gap < 0:
        stretch = timedelta(microseconds=-change.gap)
        just = timedelta(microseconds=1)
        assert len(fire_times(trigger, at - stretch - just, at + stretch - just)) == 2 * len(matches), (trigger, change)
