"""The screen: lines that stay, and below them, on a terminal, a table that is redrawn in place."""

from __future__ import annotations

import os
from collections.abc import Sequence
from shutil import get_terminal_size
from textwrap import wrap
from typing import TextIO

CLEAR = "\x1b[2J\x1b[H"
CLEAR_LINE = "\x1b[K"
CLEAR_BELOW = "\x1b[J"
HIDE_CURSOR = "\x1b[?25l"
SHOW_CURSOR = "\x1b[?25h"

INDENT = " " * 10
"""What a line that stays begins with where it goes on in the next one."""


class Screen:
    """Writes to a terminal, or plain lines to whatever else the output is.

    The cursor is hidden only while something is written, and then stands below the table. So there is nothing to
    restore at the end, not even after a kill -9, which nobody can tidy up after.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._table: list[str] = []
        self._size = get_terminal_size()
        self.is_live = out.isatty() and os.environ.get("TERM") != "dumb" and _takes_escapes()
        """Whether it is a terminal that can redraw."""
        self.has_colours = self.is_live and not os.environ.get("NO_COLOR")
        self.is_gone = False
        """Whether nobody reads it any more."""

    @property
    def width(self) -> int:
        """How many characters of a line of the table are shown; the last column stays free, so that nothing wraps."""
        return max(1, get_terminal_size().columns - 1)

    def say(self, *lines: str) -> None:
        """Write lines that stay."""
        if not self.is_live:
            self._write("".join(f"{line}\n" for line in lines))
        elif lines:
            # The escapes that colour a word count as letters here: such a line is only broken a little early.
            wrapped = [wrap(line, self.width, subsequent_indent=INDENT, break_on_hyphens=False) for line in lines]
            self._draw([part for parts in wrapped for part in parts or [""]], self._table)

    def show(self, table: Sequence[str]) -> None:
        """Put a table in the place of the last one. Each line must fit in `width`; what is too high is cut."""
        if self.is_live:
            self._draw((), table[: get_terminal_size().lines - 1])

    def _draw(self, lines: Sequence[str], table: Sequence[str]) -> None:
        # Where a terminal that became narrower has put the old lines is anybody's guess: begin with a clear one.
        size = get_terminal_size()
        to_top = f"\r\x1b[{len(self._table)}A" if self._table else "\r"
        if size != self._size and self._table:
            to_top = CLEAR
        self._size, self._table = size, list(table)
        text = "".join(f"{line}{CLEAR_LINE}\n" for line in (*lines, *table))
        # In one piece: a terminal that gets it in two may show the table half drawn.
        self._write(f"{HIDE_CURSOR}{to_top}{text}{CLEAR_BELOW}{SHOW_CURSOR}")

    def _write(self, text: str) -> None:
        encoding = self._out.encoding or "ascii"
        try:
            self._out.write(text.encode(encoding, "replace").decode(encoding))
            self._out.flush()
        except OSError:  # `| head` has read enough, or the terminal was closed
            self._leave()

    def _leave(self) -> None:
        if not self.is_gone:
            self.is_gone = True
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._out.fileno())  # what is still in the buffer must not raise again at the exit
            os.close(nowhere)


def _takes_escapes() -> bool:
    return os.name != "nt" or "WT_SESSION" in os.environ
