"""The port of serializers: what makes bytes of values for a job store; users subclass it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tickwright.reference import Reference

__all__ = ["Serializer"]


class Serializer(ABC):
    """Turns a value into bytes and back. Job stores use one for the bodies of jobs and for the outcomes of runs.

    `dumps` and `loads` are all that has to be written. A serializer that signs overrides `within` too, and one
    that limits what may be called overrides `check_reference`.
    `tickwright.testing.suites.SerializerSuite` is the test that every serializer must pass.
    """

    @abstractmethod
    def dumps(self, value: Any) -> bytes:
        """Return `value` as bytes; raise any exception where that is impossible."""

    @abstractmethod
    def loads(self, data: bytes) -> Any:
        """Return the value that `data` was made from; raise any exception where that is impossible."""

    def within(self, *place: str) -> Serializer:
        """Return the serializer for what belongs to this place alone, such as `("result", run_id)`.

        A signature must cover the place. Otherwise whoever can write to the store could move what was rightly
        signed to where it does harm: a job's result, which an outsider may have chosen, to where the job's
        definition is read. A serializer that signs nothing is its own answer.
        """
        return self

    def check_reference(self, reference: Reference) -> None:
        """Raise an exception where the callable of a stored job must not be imported and called.

        It is asked before the reference is resolved, and when a job is stored. The default allows every name.
        """
        return
