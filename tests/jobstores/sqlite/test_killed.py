"""kill -9 at random instants: every acknowledged commit is there, and none in part."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.jobstores.sqlite.conftest import Opener
from tickwright.jobstores.sqlite import SQLiteJobStore

# Each commit fires three jobs: a new version and a started run of each, the run before settled, and every
# tenth time one more job is added. The version is told once the call has returned.
PROGRAM = dedent(
    """
    import os
    import sys
    from tickwright.change import Change
    from tickwright.jobstores.sqlite import SQLiteJobStore
    from tickwright.testing.suites.store.material import Host, done, made_job, made_run, moved

    store = SQLiteJobStore(sys.argv[1])
    store.start(Host(), "default")
    for name in "abc":
        if store.lookup_job(name) is None:
            store.add_job(made_job(name))
    os.write(1, b"ready\\n")
    version = store.lookup_job("a").schedule.version
    while True:
        changes = []
        for name in "abc":
            job = made_job(name, version=version)
            before = made_run(version - 1, name)
            change = Change(
                job_id=name,
                expected_version=version,
                schedule=moved(job, job.schedule.next_run_time),
                started=(made_run(version, name),),
                settled=(done(before, result=version),) if version > 1 else (),
            )
            changes.append(change)
        assert store.commit(changes) == [True] * 3
        version += 1
        os.write(1, b"%d\\n" % version)
        if version % 10 == 0:
            store.add_job(made_job(f"extra {version}"))
            os.write(1, b"extra %d\\n" % version)
    """
)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_a_killed_program_leaves_every_acknowledged_commit_and_no_half_one(opened: Opener, path: Path) -> None:
    dice = random.Random(9)
    acknowledged, extras = 1, set[str]()
    for _ in range(8):
        program = subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)], stdout=subprocess.PIPE, text=True)
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        # Not after so many seconds, which a busy machine stretches, but after so much work and a moment more.
        for _ in range(dice.randrange(30)):
            program.stdout.readline()
        for _ in range(dice.randrange(3000)):
            pass
        os.kill(program.pid, signal.SIGKILL)
        rest = program.communicate()[0].splitlines()
        assert program.returncode == -signal.SIGKILL
        told = [line for line in rest if line.isdigit()]
        store = opened()
        found = {job.id: job.schedule.version for job in store.get_all_jobs()}
        assert len({found[name] for name in "abc"}) == 1, "a commit is there in part"
        version = found["a"]
        if told:
            assert int(told[-1]) <= version <= int(told[-1]) + 1, "an acknowledged commit is gone"
        assert version >= acknowledged
        acknowledged = version
        extras |= {line for line in rest if line.startswith("extra")}
        assert extras <= set(found)
        for name in "abc":
            runs = store.get_runs(job_id=name)
            assert [run.id for run in runs] == [f"{name}-run-{n}" for n in range(version - 1, 0, -1)]
            assert [run.is_settled for run in runs] == [False] + [True] * (version - 2) if runs else True
            assert [run.result for run in runs[1:]] == list(range(version - 1, 1, -1))
        check(path, store)
        store.shutdown()
    assert acknowledged > 20


def check(path: Path, store: SQLiteJobStore) -> None:
    sql = sqlite3.connect(path)
    assert sql.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert sql.execute("SELECT key FROM jobs EXCEPT SELECT key FROM bodies").fetchall() == []
    ended = sql.execute("SELECT count(*) FROM runs WHERE ended IS NOT NULL AND spared = 0").fetchall()
    assert sql.execute("SELECT count FROM ended_runs").fetchall() == ended
    sql.close()
