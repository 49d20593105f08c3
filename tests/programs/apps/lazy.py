"""A web application that starts its scheduler with the first request that needs it, in each worker for itself."""

import json
import os
from functools import cache

import chores

from tickwright import BackgroundScheduler, SQLiteJobStore


@cache
def scheduler():
    """Return the scheduler of this process, running."""
    made = BackgroundScheduler(jobstores={"default": SQLiteJobStore("jobs.sqlite")})
    for name in ("mail", "tidy", "report"):
        made.add_job(chores.leave_line, "cron", second="*", id=name, replace_existing=True)
    made.start()
    return made


def app(environ, start_response):
    """Say how the scheduler of this worker is."""
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"pid": os.getpid(), "state": scheduler().health().state}).encode()]
