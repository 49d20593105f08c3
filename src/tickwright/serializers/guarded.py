"""The guarded serializer: what serializers with a secret, or with listed modules, have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar, Self

from tickwright.errors import UntrustedDataError
from tickwright.policies import UNSET, Unset
from tickwright.serializers.admission import Admission
from tickwright.serializers.base import Serializer
from tickwright.serializers.seal import MAGIC, make_seal

if TYPE_CHECKING:
    from tickwright.reference import Reference

__all__ = ["GuardedSerializer", "Secret"]

Secret = str | bytes
"""At least 16 bytes that nobody can guess; text counts as its UTF-8."""


class GuardedSerializer(Serializer):
    """Signs what it writes where it has a secret, and admits only the modules that it was given, if any.

    A subclass gives `FORMAT`, `_pack` and `_unpack`.
    """

    FORMAT: ClassVar[bytes] = b"?"
    """One letter. It is signed too, so that nothing is read in another format than it was written in."""

    def __init__(
        self,
        *,
        secret: Secret | Unset = UNSET,
        previous_secrets: Iterable[Secret] = (),
        modules: Iterable[str] | None = None,
    ) -> None:
        self._seal = make_seal(self.FORMAT, secret, previous_secrets)
        self._admission = None if modules is None else Admission(modules)

    def dumps(self, value: Any) -> bytes:
        """Return `value` as bytes, signed where there is a secret.

        Raises `UnstorableValueError`, or what the value's own class raises, where that is impossible.
        """
        payload = self._pack(value)
        return payload if self._seal is None else self._seal.close(payload)

    def loads(self, data: bytes) -> Any:
        """Return the value. With a secret, nothing of `data` is looked at before its signature was found good.

        Raises `UntrustedDataError` where it is not good, or where `data` names what is not admitted.
        """
        if self._seal is not None:
            return self._unpack(self._seal.open(data))
        if data[: len(MAGIC)] == MAGIC:
            raise UntrustedDataError(
                "it is signed, and this serializer has no secret to verify it with: give it secret=, the one that "
                "it was stored with"
            )
        return self._unpack(data)

    def within(self, *place: str) -> Self:
        if self._seal is None:
            return self
        there = copy(self)
        there._seal = self._seal.within(*place)
        return there

    def check_reference(self, reference: Reference) -> None:
        if self._admission is not None:
            self._admission.check_reference(reference)

    @abstractmethod
    def _pack(self, value: Any) -> bytes:
        """Return `value` as bytes."""

    @abstractmethod
    def _unpack(self, payload: bytes) -> Any:
        """Return the value of these bytes, which `_pack` of this format made if they are signed."""

    def __repr__(self) -> str:
        # Never the secrets.
        guards = ["secret=..."] if self._seal is not None else []
        guards += [f"modules={list(self._admission.entries)}"] if self._admission is not None else []
        return f"{type(self).__name__}({', '.join(guards)})"
