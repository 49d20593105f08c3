"""A time zone database that is renewed between two starts: real files, read by real processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zoneinfo
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tickwright.zone_database import zone_database_edition

PROJECT = Path(__file__).resolve().parents[2]

START = """
import json, sys
from tickwright import CronTrigger, SQLiteJobStore
from tickwright.testing import ManualScheduler
from tests.schedulers.deeds import note

when, path = sys.argv[1:]
scheduler = ManualScheduler(when, jobstores={"default": SQLiteJobStore(path)})
scheduler.add_job(note, CronTrigger(hour=9, timezone="Test/City"), id="nine", replace_existing=True)
scheduler.add_job(note, CronTrigger(hour=9, timezone="UTC"), id="utc", replace_existing=True)
scheduler.step()
planned = str(scheduler.get_job("nine").next_run_time)
scheduler.advance(hours=23)
print(json.dumps({"planned": planned, "ran": [str(run.fire_time) for run in reversed(scheduler.get_runs("nine"))]}))
"""


class Database:
    """A time zone database with one city, and one edition at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "Test").mkdir(parents=True)

    def publish(self, edition: str | None, like: str) -> None:
        """Bring out an edition in which the city has the rules of another."""
        with files("tzdata.zoneinfo").joinpath(*like.split("/")).open("rb") as rules:
            (self.folder / "Test" / "City").write_bytes(rules.read())
        if edition is not None:
            (self.folder / "tzdata.zi").write_text(f"# version {edition}\n# the rest\n")

    def start_program(self, when: str, store: Path) -> dict[str, Any]:
        """Start a program that goes by it, and let it run for 23 hours of its own clock."""
        ended = subprocess.run(
            [sys.executable, "-W", "error", "-c", START, when, str(store)],
            cwd=PROJECT,
            env={**os.environ, "PYTHONTZPATH": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return dict(json.loads(ended.stdout))


@pytest.fixture
def city(tmp_path) -> Database:
    return Database(tmp_path / "zoneinfo")


def test_after_a_new_edition_a_job_fires_once_a_day_at_its_time_by_the_new_rules(city, tmp_path):
    store = tmp_path / "jobs.sqlite"
    city.publish("2026a", like="Europe/Berlin")
    first = city.start_program("2026-01-05 12:00", store)
    # It ran on the 6th at 9 o'clock, which was 08:00 UTC, and is to run on the 7th.
    assert first["ran"] == ["2026-01-06 08:00:00+00:00"]
    city.publish("2026b", like="Europe/Athens")
    second = city.start_program("2026-01-06 12:00", store)
    assert second["planned"] == "2026-01-07 07:00:00+00:00"
    assert second["ran"] == ["2026-01-06 08:00:00+00:00", "2026-01-07 07:00:00+00:00"]


def test_what_was_missed_meanwhile_is_run_late_once_and_by_the_new_rules(city, tmp_path):
    store = tmp_path / "jobs.sqlite"
    city.publish("2026a", like="Europe/Berlin")
    city.start_program("2026-01-05 12:00", store)
    city.publish("2026b", like="Europe/Athens")
    # It is half past seven: by the old rules the job is to come, by the new ones it should have run at seven.
    second = city.start_program("2026-01-07 07:30", store)
    assert second["ran"] == ["2026-01-06 08:00:00+00:00", "2026-01-07 07:00:00+00:00"]


@pytest.mark.parametrize("edition", ["2026a", None])
def test_without_a_new_edition_a_restart_changes_nothing(city, tmp_path, edition):
    store = tmp_path / "jobs.sqlite"
    city.publish(edition, like="Europe/Berlin")
    city.start_program("2026-01-05 12:00", store)
    again = city.start_program("2026-01-06 12:00", store)
    assert again["planned"] == "2026-01-07 08:00:00+00:00"


# -- which edition it is -------------------------------------------------------------------------------------------


def test_the_edition_is_told_by_the_folder_that_is_read_first(monkeypatch, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(first), str(second)))
    second.mkdir()
    (second / "+VERSION").write_text("2025z\n")
    assert zone_database_edition() == "2025z"
    first.mkdir()
    (first / "tzdata.zi").write_text("# version 2026a\n")
    assert zone_database_edition() == "2026a"


def test_a_folder_that_does_not_say_is_known_by_when_it_was_changed(monkeypatch, tmp_path):
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(tmp_path),))
    (tmp_path / "tzdata.zi").write_bytes(b"\xff\xfe no such line")
    before = zone_database_edition()
    assert str(tmp_path) in before
    assert zone_database_edition() == before
    os.utime(tmp_path, (1, 1))
    assert zone_database_edition() != before


def test_without_a_folder_it_is_that_of_the_package(monkeypatch, tmp_path):
    import tzdata  # type: ignore[import-untyped]

    shutil.rmtree(tmp_path)
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(tmp_path),))
    assert zone_database_edition().replace(".", "").startswith(tzdata.IANA_VERSION[:4])
