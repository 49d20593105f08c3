"""Colours for the terminal, where they are wanted."""

from __future__ import annotations

from tickwright import RunStatus

CODES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "magenta": 35, "cyan": 36}

STATUS_COLOURS = {
    RunStatus.SCHEDULED: "cyan",
    RunStatus.RUNNING: "cyan",
    RunStatus.SUCCEEDED: "green",
    RunStatus.FAILED: "red",
    RunStatus.LOST: "magenta",
}


class Paint:
    """Colours texts, or leaves them as they are."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled

    def __call__(self, text: str, colour: str) -> str:
        """Return the text in a colour. Cut and pad it first: what the colour adds has no width."""
        return f"\x1b[{CODES[colour]}m{text}\x1b[0m" if self.enabled else text

    def status(self, status: RunStatus, text: str) -> str:
        """Return a text about a status in its colour."""
        return self(text, STATUS_COLOURS.get(status, "yellow"))
