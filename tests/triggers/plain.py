"""Plain sets of fire times: what composed triggers must answer, worked out from their members one by one.

Nothing here is shared with the triggers that combine or exclude. A member that is no such trigger is walked through;
what the others make of it are operations on sets.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tickwright.triggers.combining import AndTrigger, OrTrigger
from tickwright.triggers.cron import CronTrigger
from tickwright.triggers.date import DateTrigger
from tickwright.triggers.exclude import ExcludeTrigger
from tickwright.triggers.interval import IntervalTrigger

# Changes of clocks, in UTC: in Lord Howe it is half an hour, in Cairo at midnight, and Apia leaves out a day. And days
# on which nothing changes.
TURNS = [
    ("Europe/Berlin", datetime(2026, 3, 29, 1)),
    ("Europe/Berlin", datetime(2026, 10, 25, 1)),
    ("America/New_York", datetime(2026, 3, 8, 7)),
    ("America/New_York", datetime(2026, 11, 1, 6)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30)),
    ("Africa/Cairo", datetime(2026, 4, 23, 22)),
    ("Africa/Cairo", datetime(2026, 10, 29, 21)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10)),
    ("UTC", datetime(2026, 6, 1)),
    ("+05:30", datetime(2026, 6, 1)),
]
MINUTES = ["*", "*/7", "*/15", "0", "5", "30", "10,40", "1-59/2", "0-58/2", "59"]
HOURS = ["*", "*/2", "1-23/2", "2", "0-4", "1", "3", "0", "23", "9-17"]
DAYS = ["* * *", "* * *", "* * *", "* * sat,sun", "* * mon-fri", "1-31/2 * *", "2-30/2 * *", "L * *", "29 3 sun"]
SECONDS = ["0", "*/7", "0-58/2", "1-59/2", "30", "*"]


def fires(trigger, begin, end):
    """Return the set of fire times with begin <= fire time < end."""
    if isinstance(trigger, AndTrigger):
        return set.intersection(*(fires(member, begin, end) for member in trigger.triggers))
    if isinstance(trigger, OrTrigger):
        return set.union(*(fires(member, begin, end) for member in trigger.triggers))
    if isinstance(trigger, ExcludeTrigger):
        zone = trigger.timezone
        return {at for at in fires(trigger.trigger, begin, end) if not is_excluded(at, zone, trigger.calendar)}
    found = set()
    following = trigger.get_next_fire_time(None, begin)
    while following is not None and following < end:
        found.add(following)
        following = trigger.get_next_fire_time(following, following)
    return found


def is_excluded(at, zone, calendar):
    """Whether a calendar as `ExcludeTrigger.calendar` shows it excludes the instant, by the words of the docs."""
    wall = at.astimezone(zone)
    if not isinstance(calendar, list):
        return wall.date() in calendar
    for entry in calendar:
        start, end = (entry, entry) if isinstance(entry, str) else entry
        if "T" in start:
            if datetime.fromisoformat(start) <= at < datetime.fromisoformat(end):
                return True
        elif ":" in start:
            since, until, clock = time.fromisoformat(start), time.fromisoformat(end), wall.time()
            if since <= clock < until if since < until else clock >= since or clock < until:
                return True
        elif date.fromisoformat(start) <= wall.date() <= date.fromisoformat(end):
            return True
    return False


def agrees(trigger, begin, end):
    """Hold a trigger against the plain set of its fire times in each direction, in number, and from within."""
    expected = sorted(fires(trigger, begin, end))
    found = []
    moment = timedelta(microseconds=1)
    following = trigger.get_next_fire_time(None, begin)
    while following is not None and following < end:
        found.append(following)
        following = trigger.get_next_fire_time(following, begin)
    assert found == expected
    backwards = []
    last = trigger.last_fire_time_until(end - moment)
    while last is not None and last >= begin:
        backwards.append(last)
        last = trigger.last_fire_time_until(last - moment)
    assert backwards[::-1] == expected
    assert trigger.count_fire_times(begin - moment, end - moment) == len(expected)
    for share in (3, 5, 8, 13):
        middle = begin + (end - begin) * share // 17
        later = [at for at in expected if at >= middle]
        following = trigger.get_next_fire_time(None, middle)
        assert (following if following is None or following < end else None) == (later[0] if later else None)
        earlier = [at for at in expected if at < middle]
        last = trigger.last_fire_time_until(middle - moment)
        assert (last if last is None or last >= begin else None) == (earlier[-1] if earlier else None)
        assert trigger.count_fire_times(middle - moment, end - moment) == len(later)
        assert trigger.count_fire_times(begin - moment, middle - moment) == len(earlier)


# -- random ones ---------------------------------------------------------------------------------------------


@st.composite
def stages(draw, span=timedelta(days=4), with_seconds=False):
    """A composed trigger at random, with the stretch of time in which to look at it, as (trigger, begin, end)."""
    zone, turn = draw(st.sampled_from(TURNS))
    turn = turn.replace(tzinfo=UTC)
    begin = turn - span / 2 + draw(st.integers(-3_600, 3_600)) * timedelta(seconds=1)
    zones = st.sampled_from([zone, zone, zone, "UTC", "Europe/Berlin"])
    leaves = st.one_of(
        crons(zones, with_seconds, turn), crons(zones, with_seconds, turn), intervals(begin, with_seconds), dates(turn)
    )
    trigger = draw(st.recursive(leaves, lambda members: composed(members, zones, turn), max_leaves=6))
    if not isinstance(trigger, (AndTrigger, OrTrigger, ExcludeTrigger)):
        trigger = AndTrigger([trigger, draw(leaves)])
    return trigger, begin, begin + span


@st.composite
def crons(draw, zones, with_seconds, turn):
    fields = [draw(st.sampled_from(MINUTES)), draw(st.sampled_from(HOURS)), draw(st.sampled_from(DAYS))]
    if with_seconds:
        fields = [draw(st.sampled_from(SECONDS)), draw(st.sampled_from(["*", *MINUTES])), "*", "* * *"]
    policy = draw(st.sampled_from(["cron", "cron", "wall_clock", "skip", "shift"]))
    span = draw(st.sampled_from([{}, {}, {"start_date": turn}, {"end_date": turn + timedelta(minutes=30)}]))
    return CronTrigger.from_crontab(" ".join(fields), draw(zones), dst_policy=policy, **span)


@st.composite
def intervals(draw, begin, with_seconds):
    unit = 1 if with_seconds else 60
    step = draw(st.sampled_from([1, 2, 3, 5, 7, 10, 15, 60, 90, 420])) * unit
    offset = draw(st.sampled_from([0, 0, 0, 1, 2, 60, 3_600, -7_200]))
    fraction = draw(st.sampled_from([0, 0, 0, 0, 1]))
    start = begin.replace(second=0) + timedelta(seconds=offset, microseconds=fraction)
    end = draw(st.sampled_from([None, None, begin + timedelta(hours=1), begin + timedelta(hours=40)]))
    end = None if end is not None and end < start else end
    return IntervalTrigger(seconds=step, start_date=start, end_date=end, timezone="UTC")


@st.composite
def dates(draw, turn):
    return DateTrigger(turn + timedelta(minutes=draw(st.integers(-180, 180))), timezone="UTC")


@st.composite
def composed(draw, members, zones, turn):
    kind = draw(st.sampled_from([AndTrigger, OrTrigger, ExcludeTrigger]))
    if kind is not ExcludeTrigger:
        return kind(draw(st.lists(members, min_size=1, max_size=4)))
    return ExcludeTrigger(draw(members), draw(calendars(turn)), timezone=draw(st.none() | zones))


@st.composite
def calendars(draw, turn):
    """Dates and windows about the turn, as a list or as a container."""
    days = st.integers(-3, 3).map(lambda number: (turn + timedelta(days=number)).date())
    if draw(st.booleans()):
        return draw(st.sets(days).map(OnlyAsked))
    hours = st.integers(-40, 40).map(lambda number: turn + timedelta(minutes=number * 31))
    clock = st.sampled_from([time(0), time(0, 30), time(1), time(2, 30), time(3), time(9, 15), time(23, 59, 59)])
    pairs = [st.tuples(kind, kind).map(sorted).map(tuple) for kind in (days, hours)]
    proper = st.one_of(*pairs, st.tuples(clock, clock)).filter(
        lambda pair: pair[0] != pair[1] or not isinstance(pair[0], (datetime, time))
    )
    return draw(st.lists(st.one_of(days, proper), max_size=4))


class OnlyAsked:
    """A container that can only be asked, of which a trigger knows nothing else."""

    def __init__(self, days):
        self.days = frozenset(days)

    def __contains__(self, day):
        assert type(day) is date
        return day in self.days

    def __eq__(self, other):
        return isinstance(other, OnlyAsked) and self.days == other.days

    def __repr__(self):
        return f"OnlyAsked({sorted(self.days)!r})"


BERLIN = ZoneInfo("Europe/Berlin")
