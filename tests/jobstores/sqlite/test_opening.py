"""Which files are taken, which are made and with what mode, and which are refused, aloud and untouched."""

import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any

import pytest

from tests.jobstores.sqlite.conftest import Opener
from tickwright.errors import ConfigurationError, JobStoreError, JobStoreUnavailableError, NewerStoreError
from tickwright.jobstores.sqlite import SQLiteJobStore, opening
from tickwright.jobstores.sqlite.schema import APPLICATION_ID
from tickwright.testing.suites.store.material import Host, ids, made_job

NOBODY = 65534


def companions(path: Path) -> list[Path]:
    """Return the files that SQLite keeps beside the store's."""
    return [path.with_name(path.name + ending) for ending in ("-wal", "-shm")]


# -- paths -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "with space.db",
        "a?mode=memory&cache=shared.db",
        "a#fragment.db",
        "100%.db",
        "%41%3f.db",
        "größe-作業-🦉.db",
        "file:jobs.db",
        "'quoted\"; --.db",
        "no suffix",
        "-starts-with-a-dash",
        "back\\slash",
        "a" * 200,
    ],
)
def test_a_file_of_any_name_is_the_file_that_is_made(opened: Opener, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    store = opened(folder / name)
    store.add_job(made_job())
    assert {entry.name for entry in folder.iterdir()} == {name, f"{name}-wal", f"{name}-shm"}
    store.shutdown()
    assert [entry.name for entry in folder.iterdir()] == [name]
    assert ids(opened(folder / name).get_all_jobs()) == ["job"]


def test_a_name_that_is_no_utf8_is_a_name(opened: Opener, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.db")
    try:
        (tmp_path / name).touch()
    except OSError:
        pytest.skip("this file system takes no such names")
    store = opened(tmp_path / name)
    store.add_job(made_job())
    assert (tmp_path / name).stat().st_size > 0


def test_a_relative_path_means_the_folder_where_the_store_was_made(
    opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, elsewhere = tmp_path / "there", tmp_path / "elsewhere"
    there.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(there)
    store = SQLiteJobStore("jobs.db")
    monkeypatch.chdir(elsewhere)
    store.start(Host(), "default")
    store.add_job(made_job())
    monkeypatch.chdir(tmp_path)
    store.get_all_jobs()
    store.shutdown()
    assert [entry.name for entry in there.iterdir()] == ["jobs.db"]
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("path", ["", ":memory:", "a\0b.db"])
def test_what_names_no_file_is_refused(path: str) -> None:
    with pytest.raises(ConfigurationError, match="names no file"):
        SQLiteJobStore(path)


@pytest.mark.parametrize(
    ("option", "value"), [("synchronous", "OFF"), ("synchronous", "full"), ("timeout", -1), ("keep_runs", -1)]
)
def test_an_option_that_cannot_be_taken_is_refused(path: Path, option: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=option):
        SQLiteJobStore(path, **{option: value})


@pytest.mark.parametrize(("given", "stands_for"), [({}, 2), ({"synchronous": "NORMAL"}, 1)])
def test_commits_are_synchronous_as_asked(opened: Opener, given: dict[str, str], stands_for: int) -> None:
    store = opened(**given)
    assert store._file.read(lambda sql: sql.execute("PRAGMA synchronous").fetchone()) == (stands_for,)
    assert store._file.read(lambda sql: sql.execute("PRAGMA journal_mode").fetchone()) == ("wal",)


# -- modes -------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="modes and umasks are POSIX's")
@pytest.mark.parametrize("umask", [0, 0o022, 0o077, 0o777], ids=oct)
def test_a_new_file_and_its_companions_are_private_whatever_the_umask(opened: Opener, path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        store = opened()
        store.add_job(made_job())
    finally:
        os.umask(before)
    for file in (path, *companions(path)):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


@pytest.mark.skipif(os.name != "posix", reason="modes and umasks are POSIX's")
@pytest.mark.parametrize("umask", [0, 0o022, 0o077, 0o777], ids=oct)
def test_every_file_is_private_at_every_moment_whatever_the_umask(
    opened: Opener, path: Path, umask: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, set[int]] = {}

    def look() -> None:
        for file in path.parent.iterdir():
            with suppress(FileNotFoundError):
                seen.setdefault(file.name, set()).add(stat.S_IMODE(file.stat().st_mode))

    class Watched(sqlite3.Connection):
        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            look()
            done = super().execute(statement, *values)
            look()
            return done

    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Watched))
    before = os.umask(umask)
    try:
        for job_id in "abc":  # made, and the companions made again, twice
            store = opened()
            store.add_job(made_job(job_id))
            other = opened()
            other.remove_job(job_id)
            store.shutdown()
            other.shutdown()
            assert [file.name for file in path.parent.iterdir()] == [path.name]
    finally:
        os.umask(before)
    assert set(seen) == {"jobs.db", "jobs.db-wal", "jobs.db-shm", "jobs.db-journal"}
    assert set().union(*seen.values()) == {0o600}, seen


KILLED = dedent(
    """
    import os, signal, sys
    from tickwright.jobstores.sqlite import SQLiteJobStore, opening
    from tickwright.testing.suites.store.material import Host, made_job
    os.umask(int(sys.argv[2]))
    store = SQLiteJobStore(sys.argv[1])
    store.start(Host(), "default")
    store.add_job(made_job())
    os.kill(os.getpid(), signal.SIGKILL)
    """
)


@pytest.mark.skipif(os.name != "posix", reason="modes and umasks are POSIX's")
@pytest.mark.parametrize("umask", [0, 0o777], ids=oct)
def test_what_a_killed_process_leaves_is_private(opened: Opener, path: Path, umask: int) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(path), str(umask)], check=False, timeout=60)
    for file in (path, *companions(path)):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert ids(opened().get_all_jobs()) == ["job"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_companions_that_are_open_to_more_than_the_file_follow_it(opened: Opener, path: Path) -> None:
    # A file that was open to all, a process that was killed, and somebody who mended the mode of the file.
    subprocess.run([sys.executable, "-c", KILLED, str(path), "0"], check=False, timeout=60)
    for file in companions(path):
        file.chmod(0o666)
    opened().add_job(made_job("another"))
    for file in (path, *companions(path)):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


@pytest.mark.skipif(os.name != "posix", reason="users are POSIX's")
@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_a_companion_that_another_user_put_there_is_refused(
    opened: Opener, path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In a folder such as /tmp everybody can make a file before the store does, and nobody else can remove it.
    opened().shutdown()
    planted = path.with_name(path.name + ending)
    planted.touch()

    def lstat(file: Any) -> os.stat_result:  # only root can give a file away
        return (
            os.stat_result([*found[:4], NOBODY, *found[5:]])
            if (found := os.stat(file)) and file == str(planted)
            else found
        )

    monkeypatch.setattr(os, "lstat", lstat)
    refused(path, JobStoreUnavailableError, ending, f"another user (uid {NOBODY})", "remove it")
    path.chmod(0o660)  # where others of a group may write, it may be theirs
    opened().add_job(made_job())
    path.chmod(0o600)
    monkeypatch.undo()
    opened()


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_link_in_the_place_of_a_companion_leads_to_no_other_file(opened: Opener, path: Path, tmp_path: Path) -> None:
    opened().shutdown()
    other = tmp_path / "other"
    other.write_text("somebody else's")
    other.chmod(0o644)
    path.with_name("jobs.db-wal").symlink_to(other)
    store = SQLiteJobStore(path, timeout=0.05)
    with suppress(JobStoreError):
        store.start(Host(), "default")
        store.add_job(made_job())
    store.shutdown()
    assert (other.read_text(), stat.S_IMODE(other.stat().st_mode)) == ("somebody else's", 0o644)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_the_mode_of_a_file_that_is_there_is_left_alone_and_its_companions_follow(opened: Opener, path: Path) -> None:
    path.touch()
    path.chmod(0o660)
    opened().add_job(made_job())
    for file in (path, *companions(path)):
        assert stat.S_IMODE(file.stat().st_mode) == 0o660, file


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_file_that_everybody_can_write_is_warned_of(
    opened: Opener, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.touch()
    path.chmod(0o666)
    opened()
    assert "every user" in caplog.text
    caplog.clear()
    path.chmod(0o600)
    opened()
    assert caplog.text == ""
    path.parent.chmod(0o777)
    opened()
    assert "put another file in its place" in caplog.text
    caplog.clear()
    path.parent.chmod(0o1777)  # as of /tmp, where nobody can take away what belongs to another
    opened()
    assert caplog.text == ""


@pytest.mark.skipif(os.name != "posix", reason="users are POSIX's")
def test_a_file_of_another_user_is_warned_of(
    opened: Opener, path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened().shutdown()
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    else:  # only root can give a file away; anybody can be somebody else, as far as the store knows
        monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
    opened()
    assert f"belongs to another user (uid {path.stat().st_uid})" in caplog.text


# -- files that are refused ----------------------------------------------------------------------------------


def refused(path: Path, error: type[JobStoreError], *words: str) -> None:
    """See that a store on `path` does not start, and that the error names the file and says these words."""
    store = SQLiteJobStore(path, timeout=0.05)
    with pytest.raises(error, match=re.escape(repr(str(path)))) as raised:
        store.start(Host(), "default")
    for word in words:
        assert word in str(raised.value)
    with pytest.raises(JobStoreError, match="not open"):
        store.get_all_jobs()
    store.shutdown()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, JobStoreUnavailableError, "it is a folder; name a file in it")


def test_a_missing_folder_is_refused_and_not_made(tmp_path: Path) -> None:
    refused(tmp_path / "missing" / "jobs.db", JobStoreUnavailableError, "there is no folder", "make it first")
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_a_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    refused(tmp_path / "file" / "jobs.db", JobStoreUnavailableError, "there is no folder")


def test_a_link_that_leads_nowhere_is_refused(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "gone.db")
    refused(path, JobStoreUnavailableError, "gone.db", "not there")
    assert [entry.name for entry in tmp_path.iterdir()] == ["jobs.db"]


def test_a_link_to_a_file_is_the_file(opened: Opener, path: Path, tmp_path: Path) -> None:
    (tmp_path / "real.db").touch()
    path.symlink_to(tmp_path / "real.db")
    opened().add_job(made_job())
    assert ids(opened(tmp_path / "real.db").get_all_jobs()) == ["job"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_named_pipe_is_refused_at_once(path: Path) -> None:
    os.mkfifo(path)
    refused(path, JobStoreUnavailableError, "not a regular file")


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / ("a" * 300), JobStoreUnavailableError, "File name too long")


@pytest.mark.parametrize("content", [b"x", b"not a database\n" * 200, bytes(5000)])
def test_a_file_that_is_no_database_is_refused_and_untouched(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    refused(path, JobStoreError, "no SQLite database", "not touched")
    assert path.read_bytes() == content
    assert [entry.name for entry in path.parent.iterdir()] == ["jobs.db"]


def test_an_empty_file_is_taken_as_new(opened: Opener, path: Path) -> None:
    path.touch()
    opened().add_job(made_job())
    assert ids(opened().get_all_jobs()) == ["job"]


def test_a_file_that_another_process_fills_while_it_is_looked_at_is_not_taken_for_emptied(
    opened: Opener, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.touch()
    has_log = opening._has_log

    def be_faster(looked_at: str) -> bool:
        monkeypatch.setattr(opening, "_has_log", has_log)
        opened().add_job(made_job())
        return has_log(looked_at)

    monkeypatch.setattr(opening, "_has_log", be_faster)
    assert ids(opened().get_all_jobs()) == ["job"]


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE customers (id)",
        "PRAGMA user_version = 3",
        "PRAGMA application_id = 77",
        "CREATE VIEW v AS SELECT 1",
    ],
)
def test_the_database_of_another_application_is_refused_and_untouched(path: Path, script: str) -> None:
    other = sqlite3.connect(path)
    other.executescript(script)
    other.close()
    before = path.read_bytes()
    refused(path, JobStoreError, "another application", "not touched")
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["jobs.db"]


def test_a_file_of_a_newer_version_is_refused_and_untouched(opened: Opener, path: Path) -> None:
    opened().shutdown()
    other = sqlite3.connect(path)
    other.executescript("PRAGMA user_version = 99; CREATE TABLE something_new (id);")
    other.close()
    before = path.read_bytes()
    refused(path, NewerStoreError, "newer Tickwright", "version 99", "upgrade")
    assert path.read_bytes() == before


def test_nothing_is_written_to_a_file_that_a_newer_version_has_upgraded_meanwhile(opened: Opener, path: Path) -> None:
    store = opened()
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 99")
    with pytest.raises(NewerStoreError, match="upgrade Tickwright"):
        store.add_job(made_job())
    assert other.execute("SELECT count(*) FROM jobs").fetchone() == (0,)
    other.close()


def test_a_start_that_was_cut_short_is_taken_up_again(opened: Opener, path: Path) -> None:
    # As far as it goes before the tables: the file is there, with the write-ahead log and nothing else.
    other = sqlite3.connect(path)
    other.execute("PRAGMA journal_mode = WAL")
    other.close()
    assert path.stat().st_size > 0
    opened().add_job(made_job())
    assert ids(opened().get_all_jobs()) == ["job"]


def test_a_file_that_another_program_keeps_locked_is_refused_and_taken_when_it_is_free(
    opened: Opener, path: Path
) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    refused(path, JobStoreUnavailableError, "locked by another program", "0.05 s", "timeout=")
    other.close()
    opened().add_job(made_job())


def test_a_program_that_locks_an_open_file_is_waited_for_and_named_in_the_error(opened: Opener, path: Path) -> None:
    store = opened(timeout=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JobStoreUnavailableError, match="locked by another program"):
        store.add_job(made_job())
    assert store.get_all_jobs() == []  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    store.add_job(made_job())
    assert ids(store.get_all_jobs()) == ["job"]


# -- what this user may not do -------------------------------------------------------------------------------


@pytest.fixture
def ground() -> Iterator[Path]:
    """A folder where this process is a user whom modes mean something: root is none, so it becomes nobody."""
    if os.name != "posix":
        pytest.skip("modes are POSIX's")
    with TemporaryDirectory() as name:
        folder = Path(name)
        if os.geteuid() != 0:
            yield folder
            folder.chmod(0o700)
            return
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(0)


def test_a_read_only_folder_is_refused(ground: Path) -> None:
    ground.chmod(0o500)
    refused(ground / "jobs.db", JobStoreUnavailableError, "cannot be written by this user", "another folder")
    assert list(ground.iterdir()) == []


def test_a_read_only_file_is_refused_and_untouched(opened: Opener, ground: Path) -> None:
    path = ground / "jobs.db"
    opened(path).shutdown()
    before = path.read_bytes()
    path.chmod(0o400)
    refused(path, JobStoreUnavailableError, "'jobs.db' cannot be written by this user")
    assert path.read_bytes() == before
    path.chmod(0o600)
    opened(path).add_job(made_job())


def test_a_file_in_a_read_only_folder_is_refused(opened: Opener, ground: Path) -> None:
    path = ground / "jobs.db"
    opened(path).shutdown()
    ground.chmod(0o500)
    refused(path, JobStoreUnavailableError, "its folder", "cannot be written by this user")
    ground.chmod(0o700)
    opened(path).add_job(made_job())


def test_an_unreadable_file_is_refused(opened: Opener, ground: Path) -> None:
    path = ground / "jobs.db"
    opened(path).shutdown()
    path.chmod(0o000)
    refused(path, JobStoreUnavailableError, "cannot be opened", "cannot be written by this user")


# -- many at once ------------------------------------------------------------------------------------------

OPEN_AND_ADD = dedent(
    """
    import sys
    from tickwright.jobstores.sqlite import SQLiteJobStore, opening
    from tickwright.testing.suites.store.material import Host, made_job
    for path in sys.argv[2:]:
        print("ready", flush=True)
        sys.stdin.readline()
        store = SQLiteJobStore(path, timeout=60)
        store.start(Host(), "default")
        store.add_job(made_job(sys.argv[1]))
        store.shutdown()
    """
)


def test_of_many_processes_that_start_on_a_new_file_all_succeed(opened: Opener, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.db" for number in range(10)]
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_AND_ADD, str(number), *map(str, paths)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for _ in paths:
        for program in programs:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
        for program in programs:
            assert program.stdin is not None
            program.stdin.write("go\n")
            program.stdin.flush()
    for program in programs:
        program.communicate(timeout=60)
    assert [program.returncode for program in programs] == [0] * 4
    for path in paths:
        assert ids(opened(path).get_all_jobs()) == ["0", "1", "2", "3"]


def test_nobody_looks_into_a_new_file_at_the_moment_when_that_would_spoil_it(
    opened: Opener, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # SQLite waits for readers with everything but the change to a write-ahead log: there it fails. So somebody tries
    # to read at just that moment, and goes on reading if he may.
    reader = sqlite3.connect(path, timeout=0, isolation_level=None)
    tried = []

    class Watched(sqlite3.Connection):
        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            if statement == "PRAGMA journal_mode = WAL":
                reader.execute("BEGIN")
                with suppress(sqlite3.OperationalError):
                    reader.execute("SELECT * FROM sqlite_master").fetchall()
                tried.append(statement)
            return super().execute(statement, *values)

    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Watched))
    opened(timeout=0.05).add_job(made_job())
    assert tried
    reader.close()


def test_the_header_says_whose_file_it_is(store: SQLiteJobStore, path: Path) -> None:
    store.shutdown()
    assert path.read_bytes()[68:72] == APPLICATION_ID.to_bytes(4, "big") == b"Tick"
