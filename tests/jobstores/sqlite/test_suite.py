"""The SQLite store passes the suite of every job store."""

from datetime import timedelta
from pathlib import Path

import pytest

from tickwright.jobstores.base import JobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.testing.suites import JobStoreSuite


class TestSQLiteJobStore(JobStoreSuite):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "jobs.db"

    def make_store(self) -> SQLiteJobStore:
        return SQLiteJobStore(self.path)

    def make_store_keeping(
        self, *, keep_runs: int | None = None, keep_runs_for: timedelta | None = None
    ) -> SQLiteJobStore:
        return SQLiteJobStore(self.path, keep_runs=keep_runs, keep_runs_for=keep_runs_for)

    def reopen(self, store: JobStore) -> SQLiteJobStore:
        return SQLiteJobStore(self.path)
