"""Random choices from bytes: what lets a fuzzer that changes bytes steer a generator of inputs."""

from __future__ import annotations

from random import Random

__all__ = ["BytesRandom"]


class BytesRandom(Random):
    """Draws from the bytes it was given, one after the other, and then only zeros."""

    def __init__(self, data: bytes) -> None:
        super().__init__(0)
        self._data = data
        self._place = 0

    def getrandbits(self, k: int, /) -> int:
        """Return the next k bits."""
        size = (k + 7) // 8
        taken = self._data[self._place : self._place + size]
        self._place += size
        return int.from_bytes(taken, "little") & (1 << k) - 1

    def random(self) -> float:
        """Return the next fraction, of two bytes: finer ones are never asked for."""
        return self.getrandbits(16) / 65_536
