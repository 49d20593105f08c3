"""Every serializer passes the suite, and SQLite's store passes its own with each that holds the suite's values."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.serializers.keys import KINDS
from tickwright.jobstores.base import JobStore
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.serializers import Serializer
from tickwright.testing.suites import JobStoreSuite, SerializerSuite


class Of(SerializerSuite):
    kind = ""

    def make_serializer(self) -> Serializer:
        return KINDS[self.kind]()


class TestPickle(Of):
    kind = "pickle"


class TestSignedPickle(Of):
    kind = "pickle signed"
    signs = True


class TestRestrictedPickle(Of):
    kind = "pickle restricted"


class TestSignedRestrictedPickle(Of):
    kind = "pickle signed, restricted"
    signs = True


class TestJSON(Of):
    kind = "json"


class TestSignedJSON(Of):
    kind = "json signed"
    signs = True


class TestRestrictedJSON(Of):
    kind = "json restricted"


class TestSignedRestrictedJSON(Of):
    kind = "json signed, restricted"
    signs = True


class TestMoving(Of):
    kind = "moving"
    signs = True


class StoreOf(JobStoreSuite):
    kind = ""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "jobs.db"

    def make_store(self) -> SQLiteJobStore:
        return SQLiteJobStore(self.path, serializer=KINDS[self.kind]())

    def make_store_keeping(
        self, *, keep_runs: int | None = None, keep_runs_for: timedelta | None = None
    ) -> SQLiteJobStore:
        serializer = KINDS[self.kind]()
        return SQLiteJobStore(self.path, serializer=serializer, keep_runs=keep_runs, keep_runs_for=keep_runs_for)

    def reopen(self, store: JobStore) -> SQLiteJobStore:
        return SQLiteJobStore(self.path, serializer=KINDS[self.kind]())


class TestStoreOfSignedPickles(StoreOf):
    kind = "pickle signed"


class TestStoreOfRestrictedPickles(StoreOf):
    kind = "pickle restricted"


class TestStoreOfSignedRestrictedPickles(StoreOf):
    kind = "pickle signed, restricted"


class TestStoreOfRestrictedJSON(StoreOf):
    kind = "json restricted"


class TestStoreOfSignedRestrictedJSON(StoreOf):
    kind = "json signed, restricted"
