"""A web application that starts its scheduler when it is imported, as many do."""

import json
import os

import chores

from tickwright import BackgroundScheduler, SQLiteJobStore
from tickwright.errors import ForkedSchedulerError

scheduler = BackgroundScheduler(jobstores={"default": SQLiteJobStore("jobs.sqlite")})
for name in ("mail", "tidy", "report"):
    scheduler.add_job(chores.leave_line, "cron", second="*", id=name, replace_existing=True)
scheduler.start()


def app(environ, start_response):
    """Say whether the scheduler runs in this process, and how it is."""
    try:
        state = scheduler.health().state
    except ForkedSchedulerError as error:
        state = str(error)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"pid": os.getpid(), "running": scheduler.running, "state": state}).encode()]
