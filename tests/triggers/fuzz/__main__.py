"""Fuzzes the triggers' constructors and what comes of them: python -m tests.triggers.fuzz SECONDS [SEED]

With atheris, which sees the lines that an input reaches and goes on from the inputs that reach new ones. Whatever is
no refusal is a finding; each kind is told once, with the attempt that led to it, and makes the exit code 1.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections import Counter
from importlib import import_module
from random import Random
from tempfile import gettempdir
from time import monotonic
from typing import Any

from tests.triggers.fuzz.bytes_random import BytesRandom
from tickwright.errors import shortened

LONGEST_INPUT = 600


def main(seconds: float, seed: int) -> None:
    """Fuzz for so long, and end the process."""
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["tickwright"]):
        account = import_module("tests.triggers.fuzz.account")
        attempts = import_module("tests.triggers.fuzz.attempts")
    told: Counter[str] = Counter()
    findings: dict[str, str] = {}
    began = monotonic()

    def one_input(data: bytes) -> None:
        random = BytesRandom(data)
        attempt = attempts.random_attempt(random)
        try:
            told[f"{attempt.name}: {account.call_to_account(attempt, random, is_timed=True)}"] += 1
        except Exception as error:  # the border to what is fuzzed: everything that comes here is a finding
            told["findings"] += 1
            _keep(findings, attempt, error)
        if monotonic() - began > seconds:
            _end(told, findings, monotonic() - began)

    # A start on every kind of attempt; what is new from there on, atheris finds.
    corpus = Random(seed)
    for _ in range(2_000):
        one_input(corpus.randbytes(LONGEST_INPUT))
    options = [f"-seed={seed}", f"-max_len={LONGEST_INPUT}", "-len_control=0", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={gettempdir()}/"], one_input)
    atheris.Fuzz()


def _keep(findings: dict[str, str], attempt: Any, error: Exception) -> None:
    place = traceback.extract_tb(error.__traceback__)[-1]
    kind = f"{type(error).__name__} at {os.path.relpath(place.filename)}:{place.lineno}"
    if kind not in findings:
        findings[kind] = f"{attempt.name} {_shown(attempt.arguments)}"
        print(f"finding: {kind}: {str(error)[:300]}\n  {findings[kind][:1_000]}", flush=True)


def _shown(value: object) -> str:
    """Return what can be written into a call, as far as the value lets itself be shown."""
    if type(value) is dict:
        return f"{{{', '.join(f'{name!r}: {_shown(part)}' for name, part in value.items())}}}"
    if isinstance(value, (list, tuple)) and len(value) < 100:
        return f"{type(value).__name__}([{', '.join(map(_shown, value))}])"
    try:
        return repr(value)
    except Exception:  # the border to evil things
        return shortened(value)


def _end(told: Counter[str], findings: dict[str, str], seconds: float) -> None:
    print(f"{told.total():,} attempts in {seconds:.0f} s")
    for name, count in sorted(told.items()):
        print(f"  {name:<40}{count:>12,}")
    print(f"{len(findings)} kinds of findings", flush=True)
    os._exit(1 if findings else 0)  # libFuzzer has no other way to be told the end


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else Random().randrange(10**6))
