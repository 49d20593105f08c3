"""A Flask application whose reloader imports it twice: in the process that watches, and in the one that serves."""

import os

import chores
from flask import Flask

from tickwright import BackgroundScheduler, SQLiteJobStore

app = Flask(__name__)
scheduler = BackgroundScheduler(jobstores={"default": SQLiteJobStore("jobs.sqlite")})
for name in ("mail", "tidy", "report"):
    scheduler.add_job(chores.leave_line, "cron", second="*", id=name, replace_existing=True)
scheduler.start()


@app.get("/health")
def health():
    return {"pid": os.getpid(), "state": scheduler.health().state}


if __name__ == "__main__":
    app.run(port=int(os.environ["PORT"]), debug=True)
