"""A web application with a scheduler; gunicorn.conf.py starts it in each worker."""

import json
import os
from urllib.parse import parse_qs

import chores

from tickwright import BackgroundScheduler, SQLiteJobStore

scheduler = BackgroundScheduler(jobstores={"default": SQLiteJobStore("jobs.sqlite")})
for name in ("mail", "tidy", "report"):
    scheduler.add_job(chores.leave_line, "cron", second="*", id=name, replace_existing=True)


def app(environ, start_response):
    """Answer `/health`, and add a job at `/add?id=...`, which any of the workers runs."""
    if environ["PATH_INFO"] == "/add":
        scheduler.add_job(chores.leave_line, id=parse_qs(environ["QUERY_STRING"])["id"][0])
    health = scheduler.health()
    start_response("200 OK" if health.ok else "503 Service Unavailable", [("Content-Type", "application/json")])
    return [json.dumps({"pid": os.getpid(), "state": health.state, "problems": health.problems}).encode()]
