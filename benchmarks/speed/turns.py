"""Taking turns: each measurement is a fresh process, and those who are compared run one right after the other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from types import ModuleType
from typing import Any

from benchmarks.environments import python_with
from benchmarks.speed.figures import Figures
from benchmarks.speed.groups import GROUPS
from benchmarks.speed.peers import Peer

__all__ = ["KEPT", "Ask", "ask", "group_of", "take_turns"]

PROJECT = Path(__file__).parents[2]
KEPT = PROJECT / "benchmarks" / ".results"
"""Where results are kept, and files made while it runs."""

Ask = Callable[[str, Peer, dict[str, Any]], dict[str, Any]]
"""What measures: the name of a group's module, who, and a case; it returns a reply as `measure.measured` does."""


def group_of(letter: str) -> ModuleType:
    """Return the module of a group."""
    return import_module(f"benchmarks.speed.groups.{GROUPS[letter]}")


def take_turns(
    letters: Sequence[str], peers: Sequence[Peer], rounds: int, quick: bool, measure: Ask | None = None
) -> dict[str, Figures]:
    """Measure these groups with these peers, round by round; Ctrl-C keeps what there is by then."""
    measure = measure or ask
    found = {letter: Figures() for letter in letters}
    out: set[tuple[str, int, str]] = set()  # who is not asked for a case again
    # Beside the checkout: /tmp may be memory, where durable work costs nothing.
    KEPT.mkdir(exist_ok=True)
    with suppress(KeyboardInterrupt), TemporaryDirectory(dir=KEPT) as folder:
        for number in range(rounds):
            for letter in letters:
                for index, case in enumerate(group_of(letter).cases(quick)):
                    if number >= case.get("rounds", rounds):
                        continue
                    for peer in peers:
                        if (letter, index, peer.name) in out:
                            continue
                        began = monotonic()
                        reply = measure(GROUPS[letter], peer, case | {"folder": folder})
                        if "lacks" not in reply:
                            print(_news(number, letter, peer, reply, monotonic() - began), file=sys.stderr, flush=True)
                        if not _take(found[letter], peer.name, case, reply):
                            out.add((letter, index, peer.name))
    return found


def ask(group: str, peer: Peer, case: dict[str, Any]) -> dict[str, Any]:
    """Measure one case with one peer, in its environment; whatever comes of that is a reply."""
    python = python_with(peer.requirements)
    command = [python, "-W", "ignore", "-m", "benchmarks.speed.measure", group, peer.adapter, json.dumps(case)]
    pipe = subprocess.PIPE
    # A session of its own: one that is stopped takes its worker processes along.
    process = subprocess.Popen(command, cwd=PROJECT, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
    try:
        output, errors = process.communicate(timeout=case["seconds"])
    except subprocess.TimeoutExpired:
        return {"slow": f"> {case['seconds']} s"}
    finally:
        if process.poll() is None:  # it took too long, or somebody pressed Ctrl-C
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if process.returncode != 0 or not output:
        last = (errors.strip().splitlines() or [f"it ended with {process.returncode}"])[-1]
        return {"failed": f"broke: {last}"}
    reply: dict[str, Any] = json.loads(output.splitlines()[-1])
    return reply


def _take(figures: Figures, name: str, case: dict[str, Any], reply: dict[str, Any]) -> bool:
    """Take a reply; return whether it is worth asking again."""
    if "figures" in reply:
        figures.add(name, reply["figures"])
        return True
    text = reply.get("lacks", reply.get("slow", "failed"))
    # Without a word: one case may want a function that another case of the same figures does without.
    if text:
        figures.remark(name, case["keys"], text)
    if "failed" in reply:
        figures.failures.append(f"{name}, {', '.join(case['keys'])}: {reply['failed']}")
        figures.discard(name, case["keys"])
    return False


def _news(number: int, letter: str, peer: Peer, reply: dict[str, Any], seconds: float) -> str:
    shown = [f"{key}={figure:.3g}" for key, figure in reply.get("figures", {}).items()]
    came = " ".join(shown[:4]) or next(iter(reply.values()))
    return f"round {number + 1}, {letter}, {peer.name}, {seconds:.0f} s: {came}"
