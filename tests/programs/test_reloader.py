"""Flask's reloader, which imports the application in two processes and starts one of them anew."""

from __future__ import annotations

import signal

import pytest

from tests.programs.books import audit
from tests.programs.running import PYTHON, free_port

pytestmark = pytest.mark.timeout(180)


def test_both_processes_share_the_work_and_a_reload_loses_nothing(launch, folder):
    port = free_port()
    program = launch(*PYTHON, "flask_app.py", port=port, env={"PORT": str(port)})
    for number in range(2):
        program.wait_until(lambda: program.get("/health")[0], "an answer")
        _, answer = program.get("/health")
        assert answer["state"] == "running"
        assert answer["pid"] != program.process.pid  # which is the one that watches
        program.wait_for_lines(8, more=True)
        if number == 0:
            (folder / "flask_app.py").write_text((folder / "flask_app.py").read_text() + "\n# edited\n")
            program.wait_until(
                lambda before=answer["pid"]: (program.get("/health")[1] or {}).get("pid", before) != before,
                "another process that serves",
            )
    assert program.end(signal.SIGTERM) in (0, -signal.SIGTERM), program.said
    books = audit(folder)
    assert not books.complaints, books.complaints
    assert "Traceback" not in program.said, program.said
