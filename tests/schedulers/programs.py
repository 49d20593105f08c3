"""Programs that tests start, signal, fork and kill: `python -m tests.schedulers.programs NAME FOLDER`."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from threading import Event
from typing import Any

from tests.schedulers.deeds import doze, note
from tickwright import BackgroundScheduler, BlockingScheduler, events
from tickwright.errors import ForkedSchedulerError
from tickwright.executors.pool import ThreadPoolExecutor
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.schedulers.process import this_owner


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")  # in one go: print() writes the end of the line by itself, and threads come between
    sys.stdout.flush()


def blocking(folder: Path, **options: Any) -> BlockingScheduler:
    scheduler = BlockingScheduler(
        timezone="UTC", jobstores={"default": SQLiteJobStore(folder / "jobs.sqlite")}, **options
    )
    scheduler.add_listener(lambda event: say("begun"), events.EVENT_JOB_SUBMITTED)
    scheduler.add_listener(lambda event: say(f"ended {event.run.status}"), events.EVENT_JOB_EXECUTED)
    scheduler.add_listener(lambda event: say("cancelled"), events.EVENT_JOB_CANCELLED)
    return scheduler


def run_until_signalled(folder: Path) -> None:
    """Be a blocking scheduler with a job of half a second and one that waits behind it."""
    scheduler = blocking(folder, executors={"default": ThreadPoolExecutor(1)})
    scheduler.add_job(doze, args=(0.5, str(folder / "began")), id="slow")
    scheduler.start()
    say("start returned")
    say(f"handler {signal.getsignal(signal.SIGINT) is signal.default_int_handler}")


def hang_until_signalled(folder: Path) -> None:
    """Be a blocking scheduler with one worker, whose job never ends, and one run that waits for it."""
    scheduler = blocking(folder, executors={"default": ThreadPoolExecutor(1)})
    scheduler.add_job(doze, args=(1000.0, str(folder / "began")), id="endless")
    scheduler.add_job(note, id="waiting")
    scheduler.start()
    say("start returned")


def keep_own_handler(folder: Path) -> None:
    """Have a handler of our own for both signals, and stop when it says so."""
    scheduler = blocking(folder)
    seen: list[int] = []

    def handle(number: int, frame: object) -> None:
        seen.append(number)
        say(f"mine {signal.Signals(number).name}")
        if len(seen) == 2:
            scheduler.shutdown(wait=False)

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
    scheduler.add_listener(lambda event: say("up"), events.EVENT_SCHEDULER_STARTED)
    scheduler.start()
    say(f"still mine {signal.getsignal(signal.SIGINT) is handle}")


def raise_from_own_handler(folder: Path) -> None:
    """Have a handler that raises, as many programs have, while a run is in flight."""
    scheduler = blocking(folder)

    def handle(number: int, frame: object) -> None:
        raise SystemExit(3)

    signal.signal(signal.SIGTERM, handle)
    scheduler.add_job(doze, args=(1000.0, str(folder / "began")), id="endless")
    try:
        scheduler.start()
    finally:
        say(f"running {scheduler.running}")


def end_while_running(folder: Path) -> None:
    """Come to the end of the main module while a job of a background scheduler runs."""
    scheduler = BackgroundScheduler(jobstores={"default": SQLiteJobStore(folder / "jobs.sqlite")})
    scheduler.add_listener(lambda event: say(f"ended {event.run.status}"), events.EVENT_JOB_EXECUTED)
    scheduler.start()
    scheduler.add_job(doze, args=(0.5, str(folder / "began")), id="slow")
    while not (folder / "began").exists():
        time.sleep(0.01)
    say("end of main")


def go_on_without_main(folder: Path) -> None:
    """Come to the end of the main module with a scheduler that is no daemon, which a job of its own ends."""
    scheduler = BackgroundScheduler(daemon=False, jobstores={"default": MemoryJobStore()})

    def job() -> None:
        say("ran after main")
        scheduler.shutdown()

    scheduler.start()
    scheduler.add_job(job, "interval", seconds=0.3)
    say("end of main")


def fork_and_use(folder: Path) -> None:
    """Fork beside a running scheduler, and say what the child may do."""
    scheduler = BackgroundScheduler(jobstores={"default": SQLiteJobStore(folder / "jobs.sqlite")})
    scheduler.start()
    scheduler.add_job(note, "interval", hours=1, id="parents")
    pid = os.fork()
    if pid == 0:
        os._exit(_in_child(scheduler, folder))
    _, status = os.waitpid(pid, 0)
    say(f"child ended with {os.waitstatus_to_exitcode(status)}")
    done = Event()
    scheduler.add_listener(lambda event: done.set(), events.EVENT_JOB_EXECUTED)
    scheduler.run_job("parents")
    say(f"parent goes on {done.wait(10)}")
    scheduler.shutdown()


CALLS = {
    "add_job": lambda scheduler: scheduler.add_job(note),
    "add_jobstore": lambda scheduler: scheduler.add_jobstore("memory", "x"),
    "add_executor": lambda scheduler: scheduler.add_executor("debug", "x"),
    "configure": lambda scheduler: scheduler.configure(),
    "get_job": lambda scheduler: scheduler.get_job("parents"),
    "get_jobs": lambda scheduler: scheduler.get_jobs(),
    "get_runs": lambda scheduler: scheduler.get_runs(),
    "get_unreadable_jobs": lambda scheduler: scheduler.get_unreadable_jobs(),
    "health": lambda scheduler: scheduler.health(),
    "import_jobs": lambda scheduler: scheduler.import_jobs("nothing.json"),
    "modify_job": lambda scheduler: scheduler.modify_job("parents", name="x"),
    "pause": lambda scheduler: scheduler.pause(),
    "pause_job": lambda scheduler: scheduler.pause_job("parents"),
    "print_jobs": lambda scheduler: scheduler.print_jobs(),
    "remove_all_jobs": lambda scheduler: scheduler.remove_all_jobs(),
    "remove_executor": lambda scheduler: scheduler.remove_executor("default"),
    "remove_job": lambda scheduler: scheduler.remove_job("parents"),
    "remove_jobstore": lambda scheduler: scheduler.remove_jobstore("default"),
    "resume": lambda scheduler: scheduler.resume(),
    "run_job": lambda scheduler: scheduler.run_job("parents"),
    "shutdown": lambda scheduler: scheduler.shutdown(),
    "start": lambda scheduler: scheduler.start(),
    "wakeup": lambda scheduler: scheduler.wakeup(),
}
"""Each public call, as a child makes it on the scheduler of its parent."""


def _in_child(scheduler: BackgroundScheduler, folder: Path) -> int:
    say(f"child sees running {scheduler.running}")
    for name, call in CALLS.items():
        try:
            call(scheduler)
            say(f"{name} passed")
        except ForkedSchedulerError:
            say(f"{name} refused")
        except BaseException as error:
            say(f"{name} raised {error!r}")
    done = Event()
    with BackgroundScheduler(jobstores={"default": SQLiteJobStore(folder / "jobs.sqlite")}) as own:
        own.add_listener(lambda event: done.set(), events.EVENT_JOB_EXECUTED)
        own.add_job(note, id="childs")
        say(f"own scheduler runs {done.wait(10)}")
    return 0


def fork_in_block(folder: Path) -> None:
    """Fork in the block of a scheduler, and leave it in the child in each way; the parent leaves it afterwards."""
    with BackgroundScheduler(jobstores={"default": SQLiteJobStore(folder / "jobs.sqlite")}) as scheduler:
        for leave in (lambda: sys.exit(3), lambda: 1 // 0):
            pid = os.fork()
            if pid == 0:
                leave()
            _, status = os.waitpid(pid, 0)
            say(f"child ended with {os.waitstatus_to_exitcode(status)}")
        scheduler.add_job(note, "interval", hours=1, id="parents")
        scheduler.run_job("parents")
    say("parent left")


def fork_as_worker(folder: Path) -> None:
    """Make the scheduler before the fork and start it after, as servers that preload an application do."""
    scheduler = BackgroundScheduler(jobstores={"default": SQLiteJobStore(folder / "jobs.sqlite")})
    scheduler.add_job(note, "interval", hours=1, id="preloaded", replace_existing=True)
    pid = os.fork()
    if pid == 0:
        done = Event()
        scheduler.add_listener(lambda event: done.set(), events.EVENT_JOB_EXECUTED)
        scheduler.start()
        scheduler.run_job("preloaded")
        say(f"child runs it {done.wait(10)}")
        scheduler.shutdown()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    say(f"child ended with {os.waitstatus_to_exitcode(status)}")


def show_owner() -> None:
    """Say who this process is, and wait to be killed."""
    owner = this_owner()
    say(f"{owner.host}|{owner.pid}|{owner.process}")
    sys.stdin.read()


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]))
