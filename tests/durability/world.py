"""A world: the folder in which programs, those who kill them and the judge meet."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tests.durability.plan import Planned
from tickwright.jobstores.sqlite import SQLiteJobStore
from tickwright.jobstores.sqlite.run_row import COLUMNS, load_runs
from tickwright.run import Run
from tickwright.serializers import PickleSerializer
from tickwright.testing.suites.store.material import Host

__all__ = ["World"]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What every program that is started in `folder` declares and how it is set up."""

    folder: Path
    plan: tuple[Planned, ...]
    synchronous: str = "FULL"
    keep_runs: int | None = None
    lease: float = 30.0
    threads: int = 10
    processes: int = 2
    timeout: float = 30.0
    """Seconds that a call waits while the file is locked."""
    is_blind: bool = False
    """Whether the programs cannot see that another's process is gone, as if each had a machine of its own."""

    @property
    def file(self) -> Path:
        """The store."""
        return self.folder / "jobs.sqlite"

    @property
    def lines(self) -> Path:
        """What the jobs leave each time that their function is called."""
        return self.folder / "lines.txt"

    @property
    def owners(self) -> Path:
        """Which process holds a lease under which name."""
        return self.folder / "owners.txt"

    @property
    def beats(self) -> Path:
        """The renewals of leases that came late, or took long."""
        return self.folder / "beats.txt"

    @property
    def picture(self) -> Path:
        """What a scheduler said of its jobs and runs when it took none."""
        return self.folder / "picture.json"

    @property
    def declared(self) -> Path:
        """There once the one-shot jobs are stored, where they must not be declared anew."""
        return self.folder / "declared"

    def make(self) -> World:
        """Write it down for the programs; return it."""
        if self.keep_runs is not None:
            self._keep_what_is_pruned()
        own = {name: value for name, value in asdict(self).items() if name != "folder"}
        (self.folder / "world.json").write_text(json.dumps(own))
        return self

    @staticmethod
    def read(folder: Path) -> World:
        """Return the world of a folder."""
        own: dict[str, Any] = json.loads((folder / "world.json").read_text())
        plan = tuple(Planned(**planned) for planned in own.pop("plan"))
        return replace(World(folder=folder, plan=plan), **own)

    def _keep_what_is_pruned(self) -> None:
        """Have the file itself keep each run that is deleted, in the same transaction, for the judge."""
        store = SQLiteJobStore(self.file)
        store.start(Host(), "default")
        store.shutdown()
        sql = sqlite3.connect(self.file)
        columns = [name for _, name, *_ in sql.execute("PRAGMA table_info(runs)")]
        sql.execute("CREATE TABLE pruned AS SELECT * FROM runs")
        sql.execute(
            f"CREATE TRIGGER run_is_pruned AFTER DELETE ON runs BEGIN "
            f"INSERT INTO pruned ({', '.join(columns)}) VALUES (OLD.{', OLD.'.join(columns)}); END"
        )
        sql.close()

    def pruned_runs(self) -> list[Run]:
        """Return the runs that retention has deleted so far."""
        if self.keep_runs is None:
            return []
        sql = sqlite3.connect(self.file)
        try:
            rows = sql.execute(f"SELECT {COLUMNS} FROM pruned").fetchall()
        finally:
            sql.close()
        return list(load_runs(rows, PickleSerializer()))
