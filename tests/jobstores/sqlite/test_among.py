"""Rows that are asked for many at a time: all of them, each once, with as few statements as that takes."""

from __future__ import annotations

import sqlite3

import pytest

from tickwright.jobstores.sqlite.among import rows_among


@pytest.fixture
def sql() -> sqlite3.Connection:
    sql = sqlite3.connect(":memory:")
    sql.execute("CREATE TABLE things (id TEXT UNIQUE)")
    sql.executemany("INSERT INTO things VALUES (?)", [(f"{number}",) for number in range(300)])
    return sql


@pytest.mark.parametrize(
    ("count", "statements"), [(0, 0), (1, 1), (2, 1), (10, 1), (11, 2), (99, 1), (100, 1), (101, 2), (233, 6)]
)
def test_all_are_found_each_once(sql: sqlite3.Connection, count: int, statements: int) -> None:
    said: list[str] = []
    sql.set_trace_callback(said.append)
    ids = [f"{number}" for number in range(count)]
    rows = rows_among(sql, "SELECT id FROM things WHERE id IN", [*ids, *ids])
    assert sorted(rows) == sorted((one,) for one in ids)
    assert len(said) == statements


def test_those_that_are_not_there_are_left_out(sql: sqlite3.Connection) -> None:
    assert rows_among(sql, "SELECT id FROM things WHERE id IN", ["7", "nobody"]) == [("7",)]
