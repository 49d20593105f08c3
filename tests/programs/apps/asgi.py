"""An ASGI application whose scheduler lives as long as the server: it is started and shut down by the lifespan."""

import json
import os
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import chores

from tickwright import AsyncIOScheduler, SQLiteJobStore

scheduler = AsyncIOScheduler(jobstores={"default": SQLiteJobStore("jobs.sqlite")})
for name, chore in (
    ("mail", chores.leave_line_later),
    ("tidy", chores.leave_line),
    ("report", chores.leave_line_later),
):
    scheduler.add_job(chore, "cron", second="*", id=name, replace_existing=True)


@asynccontextmanager
async def lifespan(app):
    """Start with the server, and end before it does, with all runs on record."""
    async with scheduler:
        yield


async def live(receive, send):
    """Do what FastAPI and Starlette do with a lifespan."""
    await receive()
    async with lifespan(app):
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def app(scope, receive, send):
    """Answer `/health`, and add a job at `/add?id=...&in=SECONDS`, which any of the workers runs."""
    if scope["type"] == "lifespan":
        return await live(receive, send)
    if scope["path"] == "/add":
        query = parse_qs(scope["query_string"].decode())
        due = datetime.now(UTC) + timedelta(seconds=float(query.get("in", ["0"])[0]))
        await scheduler.aio.add_job(chores.leave_line_later, "date", run_date=due, id=query["id"][0])
    health = scheduler.health()
    body = json.dumps({"pid": os.getpid(), "state": health.state, "problems": health.problems}).encode()
    status = 200 if health.ok else 503
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})
