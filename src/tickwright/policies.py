"""The choices a job can make, and the member that says "nothing was chosen"."""

from __future__ import annotations

from enum import Enum, StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, Literal

__all__ = ["UNSET", "OnLost", "Unset"]


class OnLost(StrEnum):
    """What becomes of a run whose process died while it ran."""

    RECORD = "record"
    """It stays on record as `lost`; its function is not called again for that fire time."""
    RERUN = "rerun"
    """It is recorded as `lost`, and the fire time is run again as the next attempt.

    For jobs that may safely be done twice: nobody can know how far the lost attempt came."""


class Unset(Enum):
    """The type of `UNSET`: "not given", where None already means something."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = Unset.UNSET
