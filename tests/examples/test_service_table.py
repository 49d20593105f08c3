"""The table of the example service, at widths that terminals have and at widths that nobody wants."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from examples.service.board import Row
from examples.service.paint import Paint
from examples.service.table import table
from tickwright import Run, RunStatus


@pytest.mark.parametrize("width", [20, 40, 79, 119])
@pytest.mark.parametrize("colours", [True, False])
def test_no_line_of_the_table_is_wider_than_the_terminal(width, colours):
    now = datetime.now().astimezone()
    run = Run(id="1", job_id="backup", fire_time=now, due_at=now, coalesced=3)
    lost = run.ended(RunStatus.LOST, now, reason="its process\x1b[2J ended " * 9)
    failed = run.ended(RunStatus.FAILED, now + timedelta(hours=9), started_at=now, exception=ValueError("no\n" * 99))
    rows = [
        Row(job_id="lookalikes", trigger="cron[second='*/10', minute='*/2']", next_run="in 20 min 4 s", run=one, part=p)
        for one, p in ((None, None), (run, None), (run, 0.5), (lost, None), (failed, None))
    ]
    shown = list(table("title " * 30, rows, "footer " * 30, now=now, width=width, paint=Paint(colours)))
    assert len(shown) == 4 + len(rows)
    plain = [re.sub(r"\x1b\[\d*m", "", line) for line in shown]
    assert all(len(line) <= width and line.isprintable() for line in plain)
    assert colours == (plain != shown)
