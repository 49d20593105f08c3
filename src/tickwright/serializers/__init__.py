"""How values become bytes on their way into a job store: the port, and what is there to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tickwright.serializers.base import Serializer
from tickwright.serializers.pickle_serializer import PickleSerializer

if TYPE_CHECKING:
    from tickwright.serializers.json_serializer import JSONSerializer
    from tickwright.serializers.moving_serializer import MovingSerializer

__all__ = ["JSONSerializer", "MovingSerializer", "PickleSerializer", "Serializer"]

_NAMES = {
    "JSONSerializer": "tickwright.serializers.json_serializer",
    "MovingSerializer": "tickwright.serializers.moving_serializer",
}


def __getattr__(name: str) -> Any:
    # JSON needs a dozen modules of Python's to know their values; who pickles should not pay for them at each start.
    if name in _NAMES:
        from importlib import import_module

        return getattr(import_module(_NAMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
