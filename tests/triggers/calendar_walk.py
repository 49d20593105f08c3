"""A plain walk over a calendar: what calendar intervals must answer, worked out slowly and on its own.

Nothing here is shared with the triggers. The dates are found month after month and day after day, and the rules of
daylight saving are applied word for word, to each wall clock time in turn.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def walk_dates(anchor, months, days, until):
    """Yield the dates of an interval from the anchor on, up to `until`; the calendar may end before."""
    year, month, ahead = anchor.year, anchor.month, 0
    while year <= 9999:
        first = date(year, month, 1)
        if ahead > (until - first).days:
            return
        try:
            found = date(year, month, anchor.day)
        except ValueError:
            found = None  # the month has no such day
        if found is not None:
            if ahead > (until - found).days:
                return
            yield found + timedelta(days=ahead)
        for _ in range(months):
            month += 1
            if month == 13:
                year, month = year + 1, 1
        ahead += days


def walk_fires(dates, at, zone, policy):
    """Return the fire times of these dates at a time of day."""
    fires = set()
    for day in dates:
        fires.update(fires_of_wall(datetime.combine(day, at), zone, policy))
    return sorted(fires)


def fires_of_wall(wall, zone, policy):
    """Return the instants at which a fixed-time job fires for a wall clock time."""
    # PEP 495: in a gap, fold=0 is by the offset before it and fold=1 by the one after; in a fold, one for each pass.
    readings = [wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    before, after = (reading.utcoffset() for reading in readings)
    instants = sorted({reading.astimezone(UTC) for reading in readings})
    shown = [instant for instant in instants if instant.astimezone(zone).replace(tzinfo=None) == wall]
    if not shown:
        gap = after - before
        if policy == "cron" and gap < 3 * HOUR:
            return [first_instant_after_gap(wall.replace(tzinfo=UTC) - after, zone)]
        return [wall.replace(tzinfo=UTC) - before] if policy == "shift" else []
    if len(shown) == 2:
        fold = before - after
        if policy in ("skip", "shift") or (policy == "cron" and fold <= 3 * HOUR):
            return shown[:1]
    return shown


def first_instant_after_gap(instant, zone):
    """Return the next instant at which the offset is another one."""
    offset = instant.astimezone(zone).utcoffset()
    for step in (HOUR, MINUTE, SECOND):
        while (instant + step).astimezone(zone).utcoffset() == offset:
            instant += step
    return instant + SECOND
