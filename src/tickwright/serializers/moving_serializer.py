"""The serializer for moving over: writes in the new way, and reads what the old one wrote as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tickwright.errors import ConfigurationError, shortened
from tickwright.serializers.base import Serializer

if TYPE_CHECKING:
    from tickwright.reference import Reference

__all__ = ["MovingSerializer"]


class MovingSerializer(Serializer):
    """Reads what `new` or `old` wrote, and writes as `new`: to give a store another serializer and keep its jobs.

    Start once with it, write each job anew with `job.modify()`, and go on with `new` alone. As long as it is in
    use, the store is to be trusted as far as `old` trusts it: what `new` refuses is read by `old`.

    >>> from tickwright.serializers import JSONSerializer, PickleSerializer
    >>> moving = MovingSerializer(JSONSerializer(), old=PickleSerializer())
    >>> moving.loads(PickleSerializer().dumps([1])), moving.dumps([1])
    ([1], b'{"tickwright":1,"value":[1]}')
    """

    def __init__(self, new: Serializer, *, old: Serializer) -> None:
        for name, serializer in (("new", new), ("old", old)):
            if not isinstance(serializer, Serializer):
                raise ConfigurationError(f"{name} must be a serializer, not {shortened(serializer)}")
        self.new = new
        self.old = old

    def dumps(self, value: Any) -> bytes:
        """Return `value` as `new` writes it."""
        return self.new.dumps(value)

    def loads(self, data: bytes) -> Any:
        """Return the value, read by `new` or, where that refuses it, by `old`. Raises what `new` raised."""
        try:
            return self.new.loads(data)
        except Exception as refusal:  # border: whichever way it cannot be read, the other one may read it
            try:
                return self.old.loads(data)
            except Exception:
                raise refusal from None

    def within(self, *place: str) -> MovingSerializer:
        return MovingSerializer(self.new.within(*place), old=self.old.within(*place))

    def check_reference(self, reference: Reference) -> None:
        """Ask `new`: what it does not admit could not be read when the move is over."""
        self.new.check_reference(reference)

    def __repr__(self) -> str:
        return f"MovingSerializer({self.new!r}, old={self.old!r})"
