"""What jobs print: much, slowly read, to nobody at all; and that it is seen when the job ends."""

import os
import subprocess
import sys
import threading

import pytest

from tests.executors.programs import finished

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="written for Linux, as the programs are")

MEGABYTES = 100
BYTES = MEGABYTES * 1024 * 1024

POOLS = {"threads": "stage_of(ThreadPoolExecutor(1))", "processes": "new_stage(1)"}

PRINT_MUCH = f"""
    stage = {{pool}}
    report = stage.report(deeds.print_on_both, {MEGABYTES})
    after = stage.report(deeds.nothing)
    stage.close()
    (folder / "told").write_text(f"{{{{report.status}}}} {{{{report.result}}}} {{{{after.status}}}}")
"""


@pytest.fixture(params=["spawn"])
def start_method(request):
    """One is enough here: what a process prints does not depend on how it was started."""
    return request.param


def count(stream, chunk: int, pause: float = 0.0) -> int:
    """Return how many bytes come, read by so many at a time, as a slow reader does."""
    waiting = threading.Event()
    total = 0
    while data := stream.read(chunk):
        total += len(data)
        if pause:
            waiting.wait(pause)
    return total


@pytest.mark.parametrize("kind", POOLS)
def test_100_mb_on_each_stream_reach_a_reader_who_is_slow(program, tmp_path, kind):
    process = program(PRINT_MUCH.format(pool=POOLS[kind]), text=False)
    totals: dict[str, int] = {}
    readers = [
        threading.Thread(target=lambda: totals.update(out=count(process.stdout, 1 << 20, 0.005))),
        threading.Thread(target=lambda: totals.update(err=count(process.stderr, 1 << 20))),
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert process.wait(60) == 0
    assert totals == {"out": BYTES, "err": BYTES}
    assert (tmp_path / "told").read_text() == f"succeeded {BYTES} succeeded"


@pytest.mark.parametrize("kind", POOLS)
def test_100_mb_to_nobody_are_no_trouble(program, tmp_path, kind):
    process = program(PRINT_MUCH.format(pool=POOLS[kind]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert process.wait(60) == 0
    assert (tmp_path / "told").read_text() == f"succeeded {BYTES} succeeded"


CLOSED = """
    stage = {pool}
    much, little = stage.report(deeds.print_much, 1), stage.report(deeds.say, "little")
    after = stage.report(deeds.nothing)
    stage.close()
    told = [much.status, type(much.exception).__name__, little.status, after.status]
    (folder / "told").write_text(" ".join(map(str, told)))
    os._exit(0)  # what is left in the buffer can be written nowhere
"""


@pytest.mark.parametrize("kind", POOLS)
def test_printing_to_a_pipe_that_nobody_reads_fails_the_run_that_sees_it_and_no_worker(program, tmp_path, kind):
    read, write = os.pipe()
    os.close(read)
    process = program(CLOSED.format(pool=POOLS[kind]), stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    much, error, little, after = (tmp_path / "told").read_text().split()
    assert (much, error, after) == ("failed", "BrokenPipeError", "succeeded")
    assert little in {"succeeded", "failed"}  # the buffer is still full of what could not be written


def test_what_a_job_prints_is_seen_when_it_ends_and_not_when_its_worker_does(program):
    process = program(
        """
        stage = new_stage(1)
        stage.report(deeds.say, "seen")
        sys.stdin.readline()
        stage.report(deeds.exit_hard, 1)
        stage.close()
    """,
        stdin=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdin
    assert process.stdout.readline() == "seen\n"
    process.stdin.write("go on\n")
    process.stdin.flush()
    assert finished(process) == ""
