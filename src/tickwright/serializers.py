"""How values become bytes on their way into a job store: the port, and pickle as its default."""

from __future__ import annotations

import pickle
from abc import ABC, abstractmethod
from typing import Any

__all__ = ["PickleSerializer", "Serializer"]


class Serializer(ABC):
    """Turns a value into bytes and back. Job stores use one for job bodies and for the results of runs."""

    @abstractmethod
    def dumps(self, value: Any) -> bytes:
        """Return `value` as bytes; raise any exception where that is impossible."""

    @abstractmethod
    def loads(self, data: bytes) -> Any:
        """Return the value that `data` was made from; raise any exception where that is impossible."""


class PickleSerializer(Serializer):
    """Python's own format: takes nearly everything, and must only be read from a store that you trust.

    Whoever can write to the store can make `pickle` run code in every process that reads it.
    """

    def __init__(self, protocol: int = pickle.HIGHEST_PROTOCOL) -> None:
        self.protocol = protocol

    def dumps(self, value: Any) -> bytes:
        """Return `value` pickled."""
        return pickle.dumps(value, self.protocol)

    def loads(self, data: bytes) -> Any:
        """Return the unpickled value."""
        return pickle.loads(data)
