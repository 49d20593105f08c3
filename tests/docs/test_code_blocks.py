"""Every example in README.md and docs/ runs, and every `make` command named there exists.

A ```python block is run as a program of its own, warnings being errors, in an empty folder; it has to end by
itself, without an error. A block with `>>>` prompts is run by doctest. A comment on the line above the block,
which readers do not see, asks for something else:

    <!-- test: ends-after=2 -->       it never ends: it gets Ctrl-C after 2 seconds and has to stop cleanly
    <!-- test: raises=ValueError -->  it ends with this error
    <!-- test: file=jobs.py -->       it is saved under this name, where the later blocks of the page find it
    <!-- test: continues -->          it goes on where the python block before it on the page ended
    <!-- test: skip, the reason -->   it is not run

Several are separated by commas: <!-- test: file=jobs.py, continues -->. Blocks for the shell are not run.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

PROJECT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^(?P<indent> *)(?P<fence>```+|~~~+) *(?P<language>[^\s`]*)[^\n`]*$")
MARK = re.compile(r"^\s*<!--\s*test:\s*(?P<marks>.*?)\s*-->\s*$")
MARKS = ("continues", "ends-after", "file", "raises")
PYTHON = frozenset({"py", "pycon", "python", "python3"})
SHELL = frozenset({"bash", "console", "sh", "shell"})

LONGEST_RUN = 60.0  # seconds; a block that takes longer waits for something
TIME_TO_STOP = 20.0  # seconds that a block may take to stop after Ctrl-C


class BadPageError(Exception):
    """A page says something that this test cannot follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block of a page."""

    page: Path
    line: int  # of its first line of code
    language: str
    code: str
    marks: dict[str, str]  # what the comment above it asks for; "skip" with its reason

    @property
    def name(self) -> str:
        return f"{self.page.name}:{self.line}"


# Reading ----------------------------------------------------------------------------------------------------


def pages_of(project: Path) -> list[Path]:
    return [page for page in [project / "README.md", *sorted((project / "docs").rglob("*.md"))] if page.exists()]


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    blocks = []
    lines = page.read_text(encoding="utf-8").splitlines()
    marks: dict[str, str] = {}
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if opened := FENCE.match(line):
            start = number
            end = re.compile(rf"^ *{opened['fence']}{opened['fence'][0]}* *$")
            while number < len(lines) and not end.match(lines[number]):
                number += 1
            if number == len(lines):
                raise BadPageError(f"{page.name}:{start}: this block is never closed")
            code = textwrap.dedent("\n".join(lines[start:number])) + "\n"
            language = opened["language"].lower()
            blocks.append(Block(page=page, line=start + 1, language=language, code=code, marks=marks))
            if not language:
                raise BadPageError(f"{page.name}:{start}: this block names no language; plain text is ```text")
            if marks and language not in PYTHON:
                raise BadPageError(f"{page.name}:{start}: only a python block can have a test comment")
            number, marks = number + 1, {}
        elif comment := MARK.match(line):
            marks = read_marks(comment["marks"], f"{page.name}:{number}")
        elif line.strip() and marks:
            raise BadPageError(f"{page.name}:{number}: the test comment above has no block below it")
    return blocks


def read_marks(text: str, where: str) -> dict[str, str]:
    word, _, reason = text.partition(",")
    if word.strip() == "skip":
        if not reason.strip():
            raise BadPageError(f"{where}: a block is skipped for a reason: <!-- test: skip, the reason -->")
        return {"skip": reason.strip()}
    marks = {}
    for mark in text.split(","):
        name, _, value = mark.strip().partition("=")
        if name not in MARKS:
            raise BadPageError(f"{where}: a test comment knows skip, {', '.join(MARKS)}, but not {name!r}")
        if bool(value) == (name == "continues"):
            raise BadPageError(f"{where}: {name!r} {'takes no value' if value else 'needs a value'}")
        marks[name] = value
    return marks


def make_targets(makefile: Path) -> set[str]:
    return set(re.findall(r"^([\w-]+):(?!=)", makefile.read_text(encoding="utf-8"), flags=re.MULTILINE))


def make_commands(page: Path) -> list[tuple[int, str]]:
    """Return the targets that a page tells its readers to make, with their lines."""
    commands = [
        (block.line + offset, command)
        for block in blocks_of(page)
        if block.language in SHELL
        for offset, line in enumerate(block.code.splitlines())
        for command in re.split(r"&&|[;|]", line.strip().removeprefix("$"))
    ]
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        commands += [(number, command) for command in re.findall(r"`(make [^`]*)`", line)]
    return [
        (number, word)
        for number, command in commands
        if (words := words_of(command))[:1] == ["make"]
        for word in words[1:]
        if "=" not in word and not word.startswith("-")
    ]


def words_of(command: str) -> list[str]:
    try:
        return shlex.split(command, comments=True)
    except ValueError:  # a quotation that goes on in the next line: no command of make
        return []


# Running ----------------------------------------------------------------------------------------------------


def run_block(block: Block, before: list[Block], folder: Path) -> str:
    """Run a block in `folder`; return what is wrong, or "".

    `before` are the python blocks above it on its page.
    """
    for earlier in before:
        if "file" in earlier.marks and "skip" not in earlier.marks:
            write(folder, earlier.marks["file"], whole_code(earlier, before[: before.index(earlier)]))
    code = whole_code(block, before)
    if re.search(r"^ *>>> ", code, flags=re.MULTILINE):
        command = ["-m", "doctest", write(folder, "block.txt", code)]
    else:
        command = [write(folder, block.marks.get("file", "block.py"), code)]
    return watch([sys.executable, "-W", "error", *command], block.marks, folder)


def whole_code(block: Block, before: list[Block]) -> str:
    """Return the code of a block after that of the blocks which it continues."""
    if "continues" not in block.marks:
        return block.code
    if not before:
        raise BadPageError(f"{block.name}: there is no block above that this one could continue")
    return whole_code(before[-1], before[:-1]) + "\n" + block.code


def write(folder: Path, name: str, code: str) -> str:
    (folder / name).write_text(code, encoding="utf-8")
    return name


def watch(command: list[str], marks: dict[str, str], folder: Path) -> str:
    """Run a command to its end, or to the Ctrl-C that `marks` ask for; return what is wrong, or ""."""
    with TemporaryDirectory() as beside:
        return watch_from_begin(command, marks, folder, Path(beside))


def watch_from_begin(command: list[str], marks: dict[str, str], folder: Path, beside: Path) -> str:
    """Watch it, with a folder to hear in that Python has begun: a Ctrl-C before may be swallowed."""
    (beside / "sitecustomize.py").write_text(f"open({str(beside / 'begun')!r}, 'w').close()\n")
    path = os.pathsep.join(filter(None, [str(beside), os.environ.get("PYTHONPATH")]))
    program = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    until = time.monotonic() + LONGEST_RUN
    while program.poll() is None and not (beside / "begun").exists() and time.monotonic() < until:
        time.sleep(0.01)  # nothing tells of it but the file
    try:
        output, _ = program.communicate(timeout=float(marks.get("ends-after", LONGEST_RUN)))
        ended = True
    except subprocess.TimeoutExpired:
        ended = False
        program.send_signal(signal.SIGINT)
        try:
            output, _ = program.communicate(timeout=TIME_TO_STOP)
        except subprocess.TimeoutExpired:
            program.kill()
            output, _ = program.communicate()
            return f"it did not stop {TIME_TO_STOP:g} s after Ctrl-C\n{output}"
    if "ends-after" in marks:
        # A program that leaves the KeyboardInterrupt to Python dies of the signal, as shells expect.
        if ended:
            return f"it ended by itself, so it needs no ends-after (exit {program.returncode})\n{output}"
        fine = program.returncode in {0, 130, -signal.SIGINT}
        return "" if fine else f"it stopped with exit {program.returncode} after Ctrl-C\n{output}"
    if not ended:
        return f"it ran for {LONGEST_RUN:g} s; if it is meant to run on, say ends-after=SECONDS\n{output}"
    if error := marks.get("raises"):
        raised = re.search(rf"^(?:\w+\.)*{re.escape(error)}(?::|$)", output, flags=re.MULTILINE)
        return "" if program.returncode and raised else f"it did not end with {error}\n{output}"
    return "" if program.returncode == 0 else f"exit {program.returncode}\n{output}"


# Our pages --------------------------------------------------------------------------------------------------


def python_blocks(page: Path) -> list[Block]:
    return [block for block in blocks_of(page) if block.language in PYTHON]


def our_blocks() -> list[object]:
    """Return the blocks to run; a page that cannot be read is told by the test of the pages."""
    found: list[object] = []
    for page in pages_of(PROJECT):
        try:
            blocks = python_blocks(page)
        except BadPageError:
            continue
        name = page.relative_to(PROJECT).as_posix()
        found += [pytest.param(block, blocks[:index], id=f"{name}:{block.line}") for index, block in enumerate(blocks)]
    return found


@pytest.mark.parametrize(("block", "before"), our_blocks())
def test_the_example_runs(block, before, tmp_path):
    if reason := block.marks.get("skip"):
        pytest.skip(reason)
    assert not (wrong := run_block(block, before, tmp_path)), f"{block.name}: {wrong}"


def test_the_readme_shows_an_example():
    readme = PROJECT / "README.md"
    if not readme.exists():
        pytest.skip("README.md is not written yet")
    assert [block for block in python_blocks(readme) if "skip" not in block.marks]


@pytest.mark.parametrize("page", pages_of(PROJECT), ids=lambda page: page.relative_to(PROJECT).as_posix())
def test_the_page_can_be_read(page):
    assert blocks_of(page) is not None


@pytest.mark.parametrize(
    "page",
    [*pages_of(PROJECT), PROJECT / "CONTRIBUTING.md"],
    ids=lambda page: page.relative_to(PROJECT).as_posix(),
)
def test_the_make_commands_of_the_page_exist(page):
    known = make_targets(PROJECT / "Makefile")
    missing = [f"line {line}: make {word}" for line, word in make_commands(page) if word not in known]
    assert not missing, missing


# Made-up pages ----------------------------------------------------------------------------------------------


@pytest.fixture
def page(tmp_path):
    """Return a function that makes a page of the given text."""

    def page(text):
        path = tmp_path / "page.md"
        path.write_text(text, encoding="utf-8")
        return path

    return page


@pytest.fixture
def outcome(page, tmp_path):
    """Return a function that runs the last block of a page and tells what is wrong with it."""

    def outcome(text):
        *before, block = python_blocks(page(text))
        folder = tmp_path / "folder"
        folder.mkdir()
        return run_block(block, before, folder)

    return outcome


def fence(code, mark=""):
    comment = f"<!-- test: {mark} -->\n" if mark else ""
    return f"{comment}```python\n{code}\n```\n\nSome words.\n\n"


def test_a_block_is_found_with_its_line_language_and_comment(page):
    blocks = blocks_of(page("Hi\n\n<!-- test: ends-after=2 -->\n\n  ```python\n  x = 1\n  ```\n~~~text\n```\n~~~\n"))
    assert [(block.line, block.language, block.code) for block in blocks] == [
        (6, "python", "x = 1\n"),
        (9, "text", "```\n"),
    ]
    assert blocks[0].marks == {"ends-after": "2"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```python\nx = 1\n", "never closed"),
        ("```\nx = 1\n```\n", "names no language"),
        (fence("x = 1", "skip"), "for a reason"),
        (fence("x = 1", "fast"), "not 'fast'"),
        (fence("x = 1", "ends-after"), "needs a value"),
        (fence("x = 1", "continues=2"), "takes no value"),
        ("<!-- test: continues -->\nWords.\n", "no block below it"),
        ("<!-- test: continues -->\n```text\nx\n```\n", "only a python block"),
    ],
)
def test_a_page_that_cannot_be_followed_is_refused(page, text, message):
    with pytest.raises(BadPageError, match=message):
        blocks_of(page(text))


def test_a_block_that_is_right_passes(outcome):
    assert outcome(fence("from pathlib import Path\nPath('made').touch()\nassert __name__ == '__main__'")) == ""


@pytest.mark.parametrize("code", ["1 / 0", "import warnings\nwarnings.warn('old')", "raise SystemExit(3)"])
def test_a_block_that_is_wrong_is_told(outcome, code):
    assert outcome(fence(code)).startswith("exit ")


def test_a_block_with_prompts_is_compared_with_what_it_prints(outcome):
    assert outcome(fence(">>> 1 + 1\n2")) == ""


def test_a_block_with_prompts_that_prints_something_else_is_told(outcome):
    assert "Expected" in outcome(fence(">>> 1 + 1\n3"))


def test_a_block_may_have_to_raise(outcome):
    assert outcome(fence("1 / 0", "raises=ZeroDivisionError")) == ""


def test_a_block_that_does_not_raise_what_it_should_is_told(outcome):
    assert "did not end with" in outcome(fence("1 / 0", "raises=ValueError"))


def test_a_block_continues_the_one_above_it_and_finds_the_files_of_its_page(outcome):
    page = fence("def f(): return 2", "file=jobs.py") + fence("x = 1") + fence("y = x + 1", "continues")
    assert outcome(page + fence("import jobs\nassert jobs.f() == y", "continues")) == ""


def test_a_block_that_never_ends_is_ended_with_ctrl_c(outcome):
    assert outcome(fence("import threading\nthreading.Event().wait()", "ends-after=0.5")) == ""


def test_a_block_that_ends_although_it_should_run_on_is_told(outcome):
    assert "ended by itself" in outcome(fence("x = 1", "ends-after=30"))


def test_a_block_that_does_not_stop_cleanly_is_told(outcome):
    code = "import threading\ntry:\n    threading.Event().wait()\nexcept KeyboardInterrupt:\n    1 / 0"
    assert "it stopped with exit 1" in outcome(fence(code, "ends-after=1"))


def test_the_make_commands_of_a_page_are_found_wherever_they_stand(page, tmp_path):
    text = (
        "Say `make test`, or `make -j2 lint types`.\n"
        "```console\n$ cd x && make demo SECONDS=20  # soon\nmade it\n$ make tests ARGS='-k it'\n```\n"
    )
    found = [(3, "demo"), (5, "tests"), (1, "test"), (1, "lint"), (1, "types")]
    assert make_commands(page(text)) == found
    (tmp_path / "Makefile").write_text("A := 1\ntest: lint ## x\n.PHONY: b\nlint:\n\techo c:\n")
    assert make_targets(tmp_path / "Makefile") == {"test", "lint"}
