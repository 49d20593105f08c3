"""An application as users write one, held to strict types; it runs, too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import assert_type

import pytest
from dateutil.rrule import MONTHLY, rrule

import tickwright
from tickwright import (
    ActiveRun,
    AndTrigger,
    AsyncIOExecutor,
    AsyncIOScheduler,
    BackgroundScheduler,
    BlockingScheduler,
    CalendarIntervalTrigger,
    CronTrigger,
    DateTrigger,
    ExcludeTrigger,
    IntervalTrigger,
    Job,
    JSONSerializer,
    OnLost,
    OrTrigger,
    PickleSerializer,
    RRuleTrigger,
    Run,
    RunStatus,
    Serializer,
    TickwrightError,
    current_run,
    named,
)
from tickwright.errors import ConflictingIdError, JobLookupError
from tickwright.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent, SchedulerEvent
from tickwright.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.schedulers.health import Health
from tickwright.schedulers.preview import Upcoming
from tickwright.serializers import MovingSerializer
from tickwright.testing import ManualScheduler, VirtualClock


def back_up(source: str, *, keep: int = 3) -> int:
    run = current_run()
    assert_type(run, ActiveRun)
    assert_type(run.fire_time, datetime)
    run.raise_if_cancelled()
    return len(source) + keep


async def fetch(url: str) -> bytes:
    return url.encode()


def listen(event: JobExecutionEvent) -> None:
    assert_type(event.scheduled_run_time, datetime)
    assert_type(event.exception, BaseException | None)
    assert_type(event.traceback, str | None)


def test_an_application_with_all_it_may_use(tmp_path: Path) -> None:
    scheduler = BackgroundScheduler(
        timezone="Europe/Berlin",
        jobstores={"default": SQLiteJobStore(tmp_path / "jobs.sqlite"), "memory": MemoryJobStore(keep_runs=100)},
        executors={"default": ThreadPoolExecutor(4), "heavy": ProcessPoolExecutor(1)},
        job_defaults={"coalesce": True, "misfire_grace_time": 60},
    )
    scheduler.add_listener(listen, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
    scheduler.add_listener(lambda event: None, SchedulerEvent)

    nightly = scheduler.add_job(back_up, "cron", hour=3, args=["/data"], kwargs={"keep": 7}, id="nightly")
    assert_type(nightly, Job)
    scheduler.add_job(fetch, timedelta(minutes=5), args=("https://example.org",), jobstore="memory")
    scheduler.add_job(back_up, CronTrigger(second="*/10"), args=["x"], executor="heavy", on_lost=OnLost.RERUN)
    scheduler.add_job(back_up, IntervalTrigger(hours=1), args=["x"], next_run_time=None, misfire_grace_time=None)
    scheduler.add_job(back_up, CalendarIntervalTrigger(months=1, start_date=date(2100, 1, 31)), args=["x"])
    scheduler.add_job(back_up, DateTrigger("2100-01-01"), ["x"], on_lost="record", replace_existing=True)
    scheduler.add_job(back_up, RRuleTrigger(rrule(MONTHLY, bymonthday=-1)), args=["x"], jobstore="memory")
    scheduler.add_job(back_up, RRuleTrigger("FREQ=WEEKLY;BYDAY=MO,TH", dtstart=datetime(2026, 1, 5, 9)), ["x"])
    scheduler.add_job("tests.typing.test_application:back_up", "*/5 * * * *", args=["x"])
    many: list[Job] = scheduler.add_jobs(
        [{"id": "first", "args": ["x"]}, {"id": "second", "args": ["y"], "next_run_time": None}],
        func=back_up,
        trigger="interval",
        hours=1,
    )
    paused: list[Job] = scheduler.pause_jobs([job.id for job in many])
    resumed: list[Job] = scheduler.resume_jobs(where=lambda job: job.id == "first")
    removed: list[str] = scheduler.remove_jobs(ids=("first", "second"), jobstore="default")
    assert (len(paused), len(resumed), removed) == (2, 1, ["first", "second"])
    either = OrTrigger(
        [CronTrigger(hour=9), AndTrigger([IntervalTrigger(hours=2), IntervalTrigger(hours=3)])], jitter=5
    )
    working_days = ExcludeTrigger(either, [date(2026, 12, 25), ("2026-12-27", "2027-01-02"), (time(22), time(6))])
    scheduler.add_job(back_up, working_days, args=["x"])
    scheduler.add_job(back_up, "or", triggers=[either, DateTrigger("2100-01-01")], args=["x"])
    assert_type(ExcludeTrigger(either, {date(2026, 12, 25)}, timezone="UTC").can_look_back, bool)

    @scheduler.scheduled_job("interval", seconds=30, id="tick", max_instances=2, jobstore="memory")
    def tick(times: int = 1) -> str:
        return "tick" * times

    # The decorator leaves the function's own type alone.
    assert_type(tick(2), str)
    plain: Callable[[int], str] = tick
    assert plain(1) == "tick"

    with scheduler as running:
        assert running is scheduler
        assert_type(scheduler.running, bool)
        assert_type(scheduler.get_job("nightly"), Job | None)
        assert_type(scheduler.get_jobs(), list[Job])
        assert_type(nightly.next_run_time, datetime | None)
        assert_type(nightly.last_run, Run | None)
        assert_type(nightly.trigger.describe(), str)
        assert_type(nightly.trigger.next(3, after=datetime(2026, 1, 1, tzinfo=UTC)), list[datetime])
        assert_type(nightly.modify(name="Nightly").pause(), Job)
        assert_type(nightly.resume(), Job | None)
        assert_type(nightly.reschedule("cron", hour=4), Job)
        assert_type(scheduler.run_job("tick"), Run)
        assert_type(scheduler.preview(datetime(2100, 1, 1), limit=5), list[Upcoming])
        assert_type(scheduler.health(), Health)
        assert_type(scheduler.export_jobs(str(tmp_path / "jobs.json"), "default"), int)
        with pytest.raises(JobLookupError) as missing:
            scheduler.remove_job("nobody")
        error: TickwrightError = missing.value
        assert "nobody" in str(error)
        with pytest.raises(ConflictingIdError, match="nightly"):
            scheduler.add_job(back_up, "interval", hours=1, args=["x"], id="nightly")
        runs = scheduler.get_runs("tick", status=RunStatus.SCHEDULED, since=datetime(2020, 1, 1), limit=10)
        assert_type(runs, list[Run])
        nightly.remove()


def test_a_store_that_somebody_else_might_write(tmp_path: Path) -> None:
    signing: Serializer = PickleSerializer(secret=b"sixteen bytes or more", previous_secrets=["the one before this"])
    strict = JSONSerializer(secret="sixteen bytes or more", modules=["tests.typing.test_application"])
    assert_type(strict.within("job", "nightly"), JSONSerializer)
    assert_type(strict.dumps([1]), bytes)
    moving = MovingSerializer(strict, old=signing)
    store = SQLiteJobStore(tmp_path / "jobs.sqlite", serializer=moving)
    scheduler = ManualScheduler("2026-01-05", jobstores={"default": store})
    scheduler.add_job(back_up, "0 3 * * *", args=["x"], id="nightly")
    file = str(tmp_path / "jobs.json")
    assert_type(scheduler.export_jobs(file, serializer=signing), int)
    assert_type(ManualScheduler("2026-01-05").import_jobs(file, serializer=signing), int)
    scheduler.shutdown()


async def greet(name: str) -> str:
    return f"hello {name}"


def test_an_application_in_an_event_loop() -> None:
    async def main() -> None:
        async with AsyncIOScheduler(executors={"default": AsyncIOExecutor(max_running=10)}) as scheduler:
            assert_type(scheduler, AsyncIOScheduler)
            job = await scheduler.aio.add_job(greet, "interval", hours=1, args=["world"], id="greeting")
            assert_type(job, Job)
            assert_type(await scheduler.aio.add_jobs([{"args": ["all"]}], func=greet, trigger="date"), list[Job])
            assert_type(await scheduler.aio.run_job("greeting"), Run)
            assert_type(await scheduler.aio.get_job("greeting"), Job | None)
            assert_type(await scheduler.aio.get_runs("greeting", status="running"), list[Run])
            assert_type(await scheduler.aio.remove_jobs(where=lambda job: job.id == "greeting"), list[str])
            assert_type(await scheduler.aio.shutdown(timeout=5), None)
            with pytest.raises(TypeError):
                await scheduler.aio.get_job(7)  # type: ignore[arg-type] # an id is a text

    asyncio.run(main())


def test_a_blocking_scheduler_as_the_program() -> None:
    scheduler = BlockingScheduler()
    scheduler.add_job(scheduler.shutdown, kwargs={"wait": False})
    scheduler.start()


def test_a_test_of_a_schedule_in_three_lines() -> None:
    scheduler = ManualScheduler("2026-01-05", clock=VirtualClock("2026-01-05"))
    scheduler.add_job(back_up, "0 3 * * mon-fri", args=["x"], id="report")
    scheduler.advance(days=7)
    assert [run.fire_time.day for run in scheduler.get_runs("report")] == [9, 8, 7, 6, 5]
    assert_type(scheduler.now, datetime)
    assert_type(tickwright.__version__, str)


def test_a_named_function_keeps_its_type() -> None:
    @named("typed-name")
    def twice(number: int) -> int:
        return 2 * number

    assert_type(twice(4), int)
    assert twice(4) == 8
