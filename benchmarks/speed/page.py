"""The page of the docs: what a run found goes between two marks in it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.speed.results import Results
from benchmarks.speed.table import as_markdown

__all__ = ["PAGE", "rewrite", "written_into"]

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "performance.md"
BEGIN, END = "<!-- benchmark: begin, written by `make bench-docs` -->", "<!-- benchmark: end -->"


def rewrite(results: Results, page: Path = PAGE) -> None:
    """Put the tables of a run into the page, in place of those of the last one."""
    page.write_text(written_into(page.read_text(encoding="utf-8"), results), encoding="utf-8")


def written_into(text: str, results: Results) -> str:
    """Return the text with the tables between its marks; what is around them stays."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no lines {BEGIN!r} and {END!r}, between which the tables go")
    return f"{before}{BEGIN}\n\n{as_markdown(results)}\n\n{END}{after}"
