"""The examples of RFC 5545, 3.8.5.3, in New York, with the results that it lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tests.triggers.samples import fire_times
from tickwright.triggers.rrule import RRuleTrigger

ZONE = "America/New_York"
NEW_YORK = ZoneInfo(ZONE)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
WEEK = "SU,MO,TU,WE,TH,FR,SA"


def listed(text):
    """Return the dates of "1997 Sep 2,3 Oct 4-6", each at 9:00, as the RFC lists them."""
    found, year, month = [], 0, 0
    for word in text.split():
        if word in MONTHS:
            month = MONTHS.index(word) + 1
        elif len(word) == 4 and word.isdigit():
            year = int(word)
        else:
            for days in word.split(","):
                first, _, last = days.partition("-")
                found += [datetime(year, month, day, 9) for day in range(int(first), int(last or first) + 1)]
    return found


def at(*times):
    """Return these times of 2 September 1997."""
    return [datetime.fromisoformat(f"1997-09-02 {time}") for time in times]


EVERY_DAY_IN_JANUARY = "1998 Jan 1-31 1999 Jan 1-31 2000 Jan 1-31"
FIVE_WEEKS = "1997 Sep 2,4,9,11,16,18,23,25,30 Oct 2"
TWENTY_MINUTES = [
    datetime(1997, 9, day, hour, minute) for day in (2, 3) for hour in range(9, 17) for minute in (0, 20, 40)
]

# What is recurs, its start, and what comes of it; "..." where the RFC says that it goes on.
EXAMPLES = [
    ("DAILY;COUNT=10", "19970902", "1997 Sep 2-11"),
    ("DAILY;UNTIL=19971224T000000Z", "19970902", "1997 Sep 2-30 Oct 1-31 Nov 1-30 Dec 1-23"),
    (
        "DAILY;INTERVAL=2",
        "19970902",
        "1997 Sep 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30 Oct 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30 "
        "Nov 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29 Dec 1,3 ...",
    ),
    ("DAILY;INTERVAL=10;COUNT=5", "19970902", "1997 Sep 2,12,22 Oct 2,12"),
    (f"YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY={WEEK}", "19980101", EVERY_DAY_IN_JANUARY),
    ("DAILY;UNTIL=20000131T140000Z;BYMONTH=1", "19980101", EVERY_DAY_IN_JANUARY),
    ("WEEKLY;COUNT=10", "19970902", "1997 Sep 2,9,16,23,30 Oct 7,14,21,28 Nov 4"),
    (
        "WEEKLY;UNTIL=19971224T000000Z",
        "19970902",
        "1997 Sep 2,9,16,23,30 Oct 7,14,21,28 Nov 4,11,18,25 Dec 2,9,16,23",
    ),
    (
        "WEEKLY;INTERVAL=2;WKST=SU",
        "19970902",
        "1997 Sep 2,16,30 Oct 14,28 Nov 11,25 Dec 9,23 1998 Jan 6,20 Feb 3,17 ...",
    ),
    ("WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", "19970902", FIVE_WEEKS),
    ("WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "19970902", FIVE_WEEKS),
    (
        "WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "19970901",
        "1997 Sep 1,3,5,15,17,19,29 Oct 1,3,13,15,17,27,29,31 Nov 10,12,14,24,26,28 Dec 8,10,12,22",
    ),
    ("WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "19970902", "1997 Sep 2,4,16,18,30 Oct 2,14,16"),
    (
        "MONTHLY;COUNT=10;BYDAY=1FR",
        "19970905",
        "1997 Sep 5 Oct 3 Nov 7 Dec 5 1998 Jan 2 Feb 6 Mar 6 Apr 3 May 1 Jun 5",
    ),
    ("MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "19970905", "1997 Sep 5 Oct 3 Nov 7 Dec 5"),
    (
        "MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "19970907",
        "1997 Sep 7,28 Nov 2,30 1998 Jan 4,25 Mar 1,29 May 3,31",
    ),
    ("MONTHLY;COUNT=6;BYDAY=-2MO", "19970922", "1997 Sep 22 Oct 20 Nov 17 Dec 22 1998 Jan 19 Feb 16"),
    ("MONTHLY;BYMONTHDAY=-3", "19970928", "1997 Sep 28 Oct 29 Nov 28 Dec 29 1998 Jan 29 Feb 26 ..."),
    (
        "MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "19970902",
        "1997 Sep 2,15 Oct 2,15 Nov 2,15 Dec 2,15 1998 Jan 2,15",
    ),
    (
        "MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "19970930",
        "1997 Sep 30 Oct 1,31 Nov 1,30 Dec 1,31 1998 Jan 1,31 Feb 1",
    ),
    (
        "MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "19970910",
        "1997 Sep 10-15 1999 Mar 10-13",
    ),
    (
        "MONTHLY;INTERVAL=2;BYDAY=TU",
        "19970902",
        "1997 Sep 2,9,16,23,30 Nov 4,11,18,25 1998 Jan 6,13,20,27 Mar 3,10,17,24,31 ...",
    ),
    (
        "YEARLY;COUNT=10;BYMONTH=6,7",
        "19970610",
        "1997 Jun 10 Jul 10 1998 Jun 10 Jul 10 1999 Jun 10 Jul 10 2000 Jun 10 Jul 10 2001 Jun 10 Jul 10",
    ),
    (
        "YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "19970310",
        "1997 Mar 10 1999 Jan 10 Feb 10 Mar 10 2001 Jan 10 Feb 10 Mar 10 2003 Jan 10 Feb 10 Mar 10",
    ),
    (
        "YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "19970101",
        "1997 Jan 1 Apr 10 Jul 19 2000 Jan 1 Apr 9 Jul 18 2003 Jan 1 Apr 10 Jul 19 2006 Jan 1",
    ),
    ("YEARLY;BYDAY=20MO", "19970519", "1997 May 19 1998 May 18 1999 May 17 ..."),
    ("YEARLY;BYWEEKNO=20;BYDAY=MO", "19970512", "1997 May 12 1998 May 11 1999 May 17 ..."),
    (
        "YEARLY;BYMONTH=3;BYDAY=TH",
        "19970313",
        "1997 Mar 13,20,27 1998 Mar 5,12,19,26 1999 Mar 4,11,18,25 ...",
    ),
    (
        "YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "19970605",
        "1997 Jun 5,12,19,26 Jul 3,10,17,24,31 Aug 7,14,21,28 "
        "1998 Jun 4,11,18,25 Jul 2,9,16,23,30 Aug 6,13,20,27 "
        "1999 Jun 3,10,17,24 Jul 1,8,15,22,29 Aug 5,12,19,26 ...",
    ),
    (
        "MONTHLY;BYDAY=FR;BYMONTHDAY=13\nEXDATE;TZID=America/New_York:19970902T090000",
        "19970902",
        "1998 Feb 13 Mar 13 Nov 13 1999 Aug 13 2000 Oct 13 ...",
    ),
    (
        "MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "19970913",
        "1997 Sep 13 Oct 11 Nov 8 Dec 13 1998 Jan 10 Feb 7 Mar 7 Apr 11 May 9 Jun 13 ...",
    ),
    (
        "YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "19961105",
        "1996 Nov 5 2000 Nov 7 2004 Nov 2 ...",
    ),
    ("MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "19970904", "1997 Sep 4 Oct 7 Nov 6"),
    (
        "MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "19970929",
        "1997 Sep 29 Oct 30 Nov 27 Dec 30 1998 Jan 29 Feb 26 Mar 30 ...",
    ),
    # The RFC prints 17:00 local time as if it were UTC, which is 13:00 there (erratum 3883); with either reading:
    ("HOURLY;INTERVAL=3;UNTIL=19970902T170000Z", "19970902", at("09:00", "12:00")),
    ("HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", "19970902", at("09:00", "12:00", "15:00")),
    (
        "MINUTELY;INTERVAL=15;COUNT=6",
        "19970902",
        at("09:00", "09:15", "09:30", "09:45", "10:00", "10:15"),
    ),
    ("MINUTELY;INTERVAL=90;COUNT=4", "19970902", at("09:00", "10:30", "12:00", "13:30")),
    ("DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40", "19970902", [*TWENTY_MINUTES, ...]),
    ("MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16", "19970902", [*TWENTY_MINUTES, ...]),
    ("WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "19970805", "1997 Aug 5,10,19,24"),
    ("WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "19970805", "1997 Aug 5,17,19,31"),
    ("MONTHLY;BYMONTHDAY=15,30;COUNT=5", "20070115", "2007 Jan 15,30 Feb 15 Mar 15,30"),
]


@pytest.mark.parametrize(("rule", "start", "results"), EXAMPLES)
def test_the_rfc_lists_these_results(rule, start, results):
    trigger = RRuleTrigger(f"DTSTART;TZID={ZONE}:{start}T090000\nRRULE:FREQ={rule}")
    if isinstance(results, str):
        goes_on = results.endswith("...")
        expected = listed(results.removesuffix("..."))
    else:
        goes_on = results[-1] is ...
        expected = results[:-1] if goes_on else results
    # Walls of the second pass of a fold do not occur here, so each is the instant that `zoneinfo` says.
    instants = [wall.replace(tzinfo=NEW_YORK).astimezone(UTC) for wall in expected]
    begin = instants[0] - timedelta(days=400)
    until = instants[-1] if goes_on else instants[-1] + timedelta(days=400 * 366)
    assert fire_times(trigger, begin, until) == instants
    assert trigger.count_fire_times(begin, until) == len(instants)
    assert trigger.last_fire_time_until(until) == instants[-1]
    if goes_on:
        assert trigger.get_next_fire_time(until, until) is not None
    for at_last, following in pairwise(instants):
        assert trigger.last_fire_time_until(following - timedelta(seconds=1)) == at_last
