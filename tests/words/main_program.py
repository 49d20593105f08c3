"""A program whose own function is a job: run with -m, and imported by others."""

from __future__ import annotations

from tickwright.reference import make_reference


def own() -> str:
    return "own"


if __name__ == "__main__":
    reference = make_reference(own)
    assert reference.resolve() is own
    print(reference)
