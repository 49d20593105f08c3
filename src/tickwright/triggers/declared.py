"""The trigger as a value: immutable, equal and shown by its declaration, pickled with a version."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, Self

from tickwright.errors import InvalidTriggerError, shortened
from tickwright.plain import plain_number
from tickwright.triggers.base import Trigger

__all__ = ["DeclaredTrigger"]


class DeclaredTrigger(Trigger):
    """A trigger that is wholly said by its declaration: the keyword arguments that make an equal one.

    A subclass gives `_declaration`, and from it come `repr`, equality, hash and pickle. What was fixed later
    and by nobody's wish (an anchor) belongs to `_state` only: it is stored, and is no part of equality.
    """

    __slots__ = ()

    STATE_VERSION: ClassVar[int] = 1
    """The version that pickles carry; raised when `_state` changes its meaning."""

    def _declaration(self) -> dict[str, Any]:
        """Return the keyword arguments that differ from their defaults, in the order to show them."""
        raise NotImplementedError

    def _identity(self) -> tuple[Any, ...]:
        """Return what equality compares, hashable but for a possible `timezone` at its end."""
        declaration = self._declaration()
        zone = declaration.pop("timezone", None)
        return (*declaration.items(), zone)

    def _state(self) -> dict[str, Any]:
        """Return the keyword arguments from which `_restore` makes the trigger again, anchor included."""
        return self._declaration()

    def _restore(self, state: dict[str, Any]) -> None:
        """Fill this new, empty trigger from what `_state` returned."""
        self.__init__(**state)  # type: ignore[misc] # the subclass's own, by its own keywords

    def _set(self, **attributes: object) -> None:
        """Set the attributes of a new trigger; afterwards nothing can."""
        for name, value in attributes.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable: make a new one instead of setting {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable: {name!r} stays")

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, DeclaredTrigger) or type(self) is not type(other):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        # Without the zone: some tzinfo cannot be hashed, and equal ones need not show alike.
        return hash((type(self), self._identity()[:-1]))

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self._declaration().items())
        return f"{type(self).__name__}({arguments})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {"version": self.STATE_VERSION, **self._state()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        if not issubclass(type(state), dict):
            raise TypeError(f"the state of a {type(self).__name__} is a dict, not {shortened(state)}")
        arguments = dict(state)
        given = arguments.pop("version", None)
        version = plain_number(given)
        if not isinstance(version, int) or not 1 <= version <= self.STATE_VERSION:
            raise InvalidTriggerError(
                "version",
                given,
                f"this {type(self).__name__} was stored by a newer Tickwright, or it is damaged; "
                f"this one reads versions up to {self.STATE_VERSION}",
            )
        self._restore(arguments)
