"""Options: keywords, nested and flat mappings, texts for numbers, parts by name, and what is no option."""

from __future__ import annotations

import configparser
import logging
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.schedulers import deeds
from tests.schedulers.stage import SteppedClock
from tickwright import BackgroundScheduler, BlockingScheduler
from tickwright.errors import ConfigurationError
from tickwright.executors.debug import DebugExecutor
from tickwright.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor
from tickwright.jobstores.memory import MemoryJobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.schedulers.base import BaseScheduler

DEFAULTS = {"misfire_grace_time": 30, "coalesce": False, "max_instances": 3}


def defaults_of(scheduler: BaseScheduler) -> tuple[Any, ...]:
    job = scheduler.add_job(deeds.note, "interval", hours=1)
    return job.misfire_grace_time, job.coalesce, job.max_instances


@pytest.mark.parametrize(
    ("gconfig", "options"),
    [
        (None, {"job_defaults": DEFAULTS}),
        ({"job_defaults": DEFAULTS}, {}),
        ({f"tickwright.job_defaults.{name}": value for name, value in DEFAULTS.items()}, {}),
        ({f"tickwright.job_defaults.{name}": str(value) for name, value in DEFAULTS.items()}, {}),
        ({"tickwright.job_defaults": DEFAULTS}, {}),
        (None, {f"job_defaults.{name}": value for name, value in DEFAULTS.items()}),
        ({"job_defaults": {"misfire_grace_time": "30", "coalesce": "no", "max_instances": "3"}}, {}),
        ({"tickwright.job_defaults.coalesce": True}, {"job_defaults": DEFAULTS}),
        ({"somebody.elses": 1, "tickwright.job_defaults": DEFAULTS}, {}),
    ],
)
def test_options_may_be_said_in_many_forms(gconfig, options):
    assert defaults_of(BackgroundScheduler(gconfig, **options)) == (30, False, 3)
    later = BackgroundScheduler()
    later.configure(gconfig, **options)
    assert defaults_of(later) == (30, False, 3)


def test_options_under_another_prefix_are_found_with_it():
    gconfig = {f"apscheduler.job_defaults.{name}": value for name, value in DEFAULTS.items()}
    scheduler = BackgroundScheduler()
    scheduler.configure(gconfig, prefix="apscheduler.")
    assert defaults_of(scheduler) == (30, False, 3)


def test_an_ini_file_can_hold_the_whole_configuration(tmp_path):
    ini = configparser.ConfigParser()
    ini.read_string(
        f"""
        [scheduler]
        tickwright.jobstores.default.type = sqlite
        tickwright.jobstores.default.path = {tmp_path / "jobs.sqlite"}
        tickwright.jobstores.fast.class = tickwright.jobstores.memory:MemoryJobStore
        tickwright.executors.default.type = threadpool
        tickwright.executors.default.max_workers = 7
        tickwright.job_defaults.coalesce = off
        tickwright.job_defaults.misfire_grace_time = none
        tickwright.timezone = Europe/Berlin
        tickwright.daemon = yes
        tickwright.lease = 12.5
        """
    )
    with BackgroundScheduler(dict(ini["scheduler"])) as scheduler:
        assert scheduler.timezone == ZoneInfo("Europe/Berlin")
        assert scheduler.health().executors["default"] == 107
        assert set(scheduler._parts.jobstores) == {"default", "fast"}
        assert isinstance(scheduler._parts.jobstores["default"], SQLiteJobStore)
        assert defaults_of(scheduler)[:2] == (None, False)


@pytest.mark.parametrize(
    ("executor", "kind"),
    [
        ("threadpool", ThreadPoolExecutor),
        ("processpool", ProcessPoolExecutor),
        ("debug", DebugExecutor),
        ({"type": "threadpool", "max_workers": 3}, ThreadPoolExecutor),
        ({"class": "tickwright.executors.debug:DebugExecutor"}, DebugExecutor),
        (ThreadPoolExecutor(2), ThreadPoolExecutor),
    ],
)
def test_executors_come_by_instance_name_or_mapping(executor, kind):
    scheduler = BackgroundScheduler(executors={"x": executor})
    assert type(scheduler._parts.executors["x"]) is kind
    scheduler = BackgroundScheduler()
    scheduler.add_executor(executor, "x")
    assert type(scheduler._parts.executors["x"]) is kind


def test_options_of_a_part_are_given_beside_its_name(tmp_path):
    scheduler = BackgroundScheduler()
    scheduler.add_jobstore("sqlite", path=tmp_path / "db", synchronous="NORMAL")
    scheduler.add_executor("threadpool", max_workers=2, max_queued=0)
    with scheduler:
        assert scheduler.health().executors == {"default": 2}
    assert (tmp_path / "db").exists()


def test_without_options_there_are_a_memory_store_and_a_thread_pool():
    with BackgroundScheduler() as scheduler:
        assert type(scheduler._parts.jobstores["default"]) is MemoryJobStore
        assert scheduler.health().executors == {"default": 110}


def test_a_default_part_is_made_beside_those_that_have_other_names():
    with BackgroundScheduler(jobstores={"other": "memory"}, executors={"other": "debug"}) as scheduler:
        assert set(scheduler._parts.jobstores) == {"default", "other"}
        assert set(scheduler.health().executors) == {"default", "other"}


def test_the_logger_may_be_given_by_name_or_by_itself(caplog):
    for logger in ("my.app", logging.getLogger("my.app")):
        caplog.clear()
        with caplog.at_level(logging.INFO), BackgroundScheduler(logger=logger):
            pass
        assert {record.name for record in caplog.records} == {"my.app"}
        assert [record.getMessage() for record in caplog.records] == ["Scheduler started", "Scheduler shut down"]


def test_the_default_logger_is_the_scheduler_s(caplog):
    with caplog.at_level(logging.INFO), BackgroundScheduler():
        pass
    assert {record.name for record in caplog.records} == {"tickwright.scheduler"}


def test_the_clock_and_the_zone_can_be_read_back():
    clock = SteppedClock()
    scheduler = BackgroundScheduler(clock=clock, timezone="UTC")
    assert scheduler.clock is clock
    assert scheduler.timezone.utcoffset(None) == UTC.utcoffset(None)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"jobstore": {}}, ConfigurationError, "no option 'jobstore'.*the options are clock, daemon, executors"),
        ({"job_defaults": {"colaesce": True}}, ConfigurationError, "job_defaults: there is no 'colaesce'; what can"),
        ({"job_defaults": {"max_instances": "many"}}, ConfigurationError, "max_instances must be a whole number"),
        ({"job_defaults": {"max_instances": 0}}, ValueError, "job_defaults: max_instances must be 1 or more"),
        ({"job_defaults": {"coalesce": "maybe"}}, ConfigurationError, "coalesce must be true or false, not 'maybe'"),
        ({"job_defaults": {"misfire_grace_time": "x"}}, ConfigurationError, "misfire_grace_time must be a number"),
        ({"job_defaults": {"misfire_grace_time": "0"}}, ValueError, "misfire_grace_time"),
        ({"job_defaults": 5}, TypeError, "job_defaults must be a mapping"),
        ({"daemon": 1}, ConfigurationError, "daemon must be true or false"),
        ({"timezone": "Mars/Olympus"}, ValueError, "Mars"),
        ({"timezone": 5}, TypeError, "timezone|zone"),
        ({"lease": 0.1}, ConfigurationError, "lease must be at least 2 seconds, not 0.1"),
        ({"lease": "nan"}, ConfigurationError, "lease must be at least"),
        ({"jobstore_retry_interval": -1}, ConfigurationError, "jobstore_retry_interval must be at least 0"),
        ({"logger": 5}, TypeError, "logger must be a Logger"),
        ({"clock": 5}, TypeError, "clock must be a Clock"),
        ({"jobstores": "memory"}, TypeError, "jobstores must be a mapping"),
        ({"jobstores": {"a": "memroy"}}, ConfigurationError, "job store 'a': .*'memroy'; there are 'memory', 'sqlite'"),
        ({"jobstores": {"a": 5}}, TypeError, "job store 'a' must be a JobStore, a name"),
        ({"jobstores": {"a": {}}}, ConfigurationError, "job store 'a': a mapping needs either 'type'"),
        ({"jobstores": {"a": {"type": "memory", "class": "x:y"}}}, ConfigurationError, "either 'type'"),
        ({"jobstores": {"a": {"type": "memory", "pth": 1}}}, TypeError, "MemoryJobStore does not take.*pth"),
        ({"jobstores": {"a": {"class": "tests.nowhere:Store"}}}, ConfigurationError, "job store 'a'.*tests.nowhere"),
        ({"jobstores": {"a": {"class": "datetime:date"}}}, ConfigurationError, "which is no JobStore"),
        ({"jobstores": {"": "memory"}}, TypeError, "alias of a job store"),
        ({"executors": {"a": "fork"}}, ConfigurationError, "executor 'a': .*'fork'; there are 'asyncio', 'debug'"),
        ({"executors": {"a": MemoryJobStore()}}, TypeError, "executor 'a' must be a Executor|must be an? Executor"),
        ({"job_defaults.a.b": 1, "job_defaults.a": 2}, ConfigurationError, "job_defaults"),
    ],
)
def test_an_option_that_cannot_be_taken_is_named_with_its_value_and_what_is_possible(options, error, message):
    with pytest.raises(error, match=message):
        BackgroundScheduler(**options)


def test_a_mapping_that_is_none_is_refused():
    with pytest.raises(TypeError, match="gconfig must be a mapping"):
        BackgroundScheduler([("timezone", "UTC")])  # type: ignore[arg-type]


def test_options_of_a_part_that_is_complete_are_refused():
    with pytest.raises(TypeError, match="keep_runs belong where it was made"):
        BackgroundScheduler().add_jobstore(MemoryJobStore(), keep_runs=5)


def test_a_configuration_that_fails_changes_nothing():
    scheduler = BackgroundScheduler(job_defaults=DEFAULTS)
    with pytest.raises(ConfigurationError):
        scheduler.configure({"job_defaults": {"nonsense": 1}, "executors": {"x": "debug"}})
    assert defaults_of(scheduler) == (30, False, 3)
    assert "x" not in scheduler._parts.executors


def test_a_part_whose_alias_is_taken_leaves_the_others_out_too():
    scheduler = BackgroundScheduler(executors={"b": "debug"})
    with pytest.raises(ConfigurationError, match="'b' already"):
        scheduler.configure({"jobstores": {"a": "memory"}, "executors": {"a": "debug", "b": "debug"}})
    assert (set(scheduler._parts.jobstores), set(scheduler._parts.executors)) == (set(), {"b"})


def test_all_shells_take_the_same_options():
    for shell in (BackgroundScheduler, BlockingScheduler):
        assert defaults_of(shell(job_defaults=DEFAULTS)) == (30, False, 3)
