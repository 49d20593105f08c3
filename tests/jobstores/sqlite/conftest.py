"""What the tests of the SQLite store share: a path, and stores on it that are shut down when the test ends."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.testing.suites.store.material import Host

Opener = Callable[..., SQLiteJobStore]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


@pytest.fixture
def opened(path: Path) -> Iterator[Opener]:
    """Open a store, on `path` where no other is given."""
    stores = []

    def open_one(where: Path | str = path, **options: object) -> SQLiteJobStore:
        store = SQLiteJobStore(where, **options)  # type: ignore[arg-type]
        stores.append(store)
        store.start(Host(), "default")
        return store

    yield open_one
    for store in stores:
        store.shutdown()


@pytest.fixture
def store(opened: Opener) -> SQLiteJobStore:
    return opened()
