"""Pickle with walls: loads names that are admitted and nothing else, and changes nothing but what it makes.

A pickle is a program for a small machine. What the program may do to the world is all in a few of its
instructions: find a name, call what was found, fill what was made. Python's own unpickler hands the first of them
to `find_class` (Python's documentation of pickle, "Restricting Globals"), and that alone has gaps, each of which
is closed here:

- `find_class` is not asked for what `copyreg` has numbers for, once somebody has loaded it: no such instructions.
- A state, items or members can be given to a class or a function as to an object. That would change `CronTrigger`
  itself, or a function's default arguments, for the whole program: only what is neither is filled.
- A name may be a way (`jobs.os.system`): `Admission` follows classes only, by their own tables.
- An array of bytes is made before it is read, as large as the pickle says: no larger than the pickle itself.

The machine is Python's, written in Python (`pickle._Unpickler`), because the other one, in C, cannot be asked about
the rest. It takes some 0.3 µs for each instruction, ten times as long as the other.
"""

from __future__ import annotations

import pickle
import pickletools
from collections.abc import Callable, Mapping
from enum import Enum
from io import BytesIO
from types import BuiltinFunctionType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any, ClassVar

from tickwright.errors import InvalidReferenceError, UnstorableValueError, UntrustedDataError, shortened
from tickwright.serializers.admission import Admission
from tickwright.serializers.plain_names import find_harmless

__all__ = ["RestrictedPickler", "RestrictedUnpickler"]

WRITTEN = (
    "PROTO FRAME STOP MARK POP POP_MARK MEMOIZE BINGET LONG_BINGET "
    "NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 LONG4 BINFLOAT "
    "BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8 BINUNICODE SHORT_BINUNICODE BINUNICODE8 "
    "EMPTY_LIST APPEND APPENDS EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_DICT SETITEM SETITEMS "
    "EMPTY_SET ADDITEMS FROZENSET STACK_GLOBAL REDUCE NEWOBJ NEWOBJ_EX BUILD"
)
"""The instructions that picklers of the protocols 4 and 5 write, without persistent ids, buffers and numbers."""

NOT_MADE = (type, FunctionType, BuiltinFunctionType, MethodType, ModuleType, staticmethod, classmethod, property, Enum)
"""What belongs to the program however a pickle has come by it: the members of an Enum do, too."""

GETATTR = "builtins:getattr"

_WRITTEN = frozenset(WRITTEN.split())
_NAMES = {ord(opcode.code): opcode.name for opcode in pickletools.opcodes}
_Step = Callable[["RestrictedUnpickler"], None]


def get_zone_loader(owner: object, name: object) -> Any:
    """Stand for `getattr` where a pickled `ZoneInfo` asks for the method that loads it, and for nothing else."""
    from zoneinfo import ZoneInfo

    if owner is ZoneInfo and name == "_unpickle":
        return ZoneInfo._unpickle  # type: ignore[attr-defined] # what its pickles name
    raise UntrustedDataError(
        f"getattr is not admitted, here for {shortened(name)} of {shortened(owner)}; "
        f"a method of an object cannot be stored, but a function can"
    )


def find_admitted(name: str, admission: Admission) -> Any:
    """Return what a pickle names."""
    return get_zone_loader if name == GETATTR else find_harmless(name, admission)


class RestrictedPickler(pickle.Pickler):
    """Refuses to write what `RestrictedUnpickler` would refuse to read, so that it is told while it can be mended."""

    def __init__(self, file: BytesIO, protocol: int, admission: Admission) -> None:
        super().__init__(file, protocol)
        self._admission = admission
        self._zone_follows = False

    def reducer_override(self, value: Any) -> Any:
        """Look at each function and class that is about to be written as a name; write nothing differently."""
        if isinstance(value, (type, FunctionType, BuiltinFunctionType, MethodType)):
            self._check(value)
        return NotImplemented

    def _check(self, value: Any) -> None:
        owner = getattr(value, "__self__", None)
        if not isinstance(value, type) and owner is not None and not isinstance(owner, ModuleType):
            # A method of an object, which is written as a call of getattr.
            if getattr(value, "__name__", "") != "_unpickle":
                raise UnstorableValueError(f"{shortened(value)} is a method of an object; a function can be stored")
            self._zone_follows = True
            return
        name = f"{getattr(value, '__module__', None)}:{getattr(value, '__qualname__', '')}"
        if name == GETATTR and self._zone_follows:
            self._zone_follows = False
            return
        found = find_harmless(name, self._admission)
        if found is not value:
            raise InvalidReferenceError(f"{name!r} leads to {shortened(found)}, not to what is stored")


class RestrictedUnpickler(pickle._Unpickler):
    """Loads one pickle."""

    dispatch: ClassVar[Mapping[int, _Step]]  # type: ignore[assignment] # a table that nobody changes
    stack: list[Any]
    metastack: list[list[Any]]
    read: Callable[[int], bytes]
    append: Callable[[Any], None]

    def __init__(self, payload: bytes, admission: Admission) -> None:
        super().__init__(BytesIO(payload))
        self._size = len(payload)
        self._admission = admission
        # By identity. What functools.lru_cache has made of a function is none, and could be changed like an object.
        self._found: dict[int, Any] = {}

    def find_class(self, module: str, name: str) -> Any:
        """Return what is admitted under this name. Raises `UntrustedDataError` before anything is imported."""
        if type(module) is not str or type(name) is not str:
            raise UntrustedDataError(f"a name is a text, not {shortened((module, name))}")
        found = find_admitted(f"{module}:{name}", self._admission)
        self._found[id(found)] = found
        return found

    def is_of_the_program(self, value: object) -> bool:
        """Return whether a value is not one that this pickle makes, and so is not to be filled by it."""
        return id(value) in self._found or isinstance(value, NOT_MADE)

    def persistent_load(self, pid: Any) -> Any:
        """Refuse: nothing is stored elsewhere."""
        raise UntrustedDataError("it leads to something outside of itself, which is not admitted")


FILLED: Mapping[str, Callable[[RestrictedUnpickler], object]] = {
    "APPEND": lambda unpickler: unpickler.stack[-2],
    "BUILD": lambda unpickler: unpickler.stack[-2],
    "SETITEM": lambda unpickler: unpickler.stack[-3],
    # Marked items lie on a stack of their own, above the one on which what they are for lies on top.
    "APPENDS": lambda unpickler: unpickler.metastack[-1][-1],
    "SETITEMS": lambda unpickler: unpickler.metastack[-1][-1],
    "ADDITEMS": lambda unpickler: unpickler.metastack[-1][-1],
}
"""Where the machine has what an instruction is about to fill."""


def _refused(name: str) -> _Step:
    def refuse(unpickler: RestrictedUnpickler) -> None:
        raise UntrustedDataError(
            f"it has the instruction {name}, which no pickle of protocol 4 or 5 needs, and was not loaded further; "
            f"if it is one of yours, it was stored by an older version of the application: add the job anew"
        )

    return refuse


def _checked(name: str, step: _Step) -> _Step:
    """Return an instruction that is looked at before it is carried out."""

    def fill(unpickler: RestrictedUnpickler) -> None:
        filled = FILLED[name](unpickler)
        if unpickler.is_of_the_program(filled):
            raise UntrustedDataError(f"it would change {shortened(filled)}, which belongs to the program")
        step(unpickler)

    def make(unpickler: RestrictedUnpickler) -> None:
        kind = unpickler.stack[-2 if name == "NEWOBJ" else -3]
        if not isinstance(kind, type):
            raise UntrustedDataError(f"it would make an object of {shortened(kind)}, which is no class")
        step(unpickler)

    def read_array(unpickler: RestrictedUnpickler) -> None:
        length = int.from_bytes(unpickler.read(8), "little")
        if length > unpickler._size:
            raise pickle.UnpicklingError(f"it is cut short: {length} bytes were to follow")
        unpickler.append(bytearray(unpickler.read(length)))

    if name in FILLED:
        return fill
    if name in ("NEWOBJ", "NEWOBJ_EX"):
        return make
    return read_array if name == "BYTEARRAY8" else step


_STEPS: Mapping[int, Any] = pickle._Unpickler.dispatch

RestrictedUnpickler.dispatch = MappingProxyType(
    {code: _refused(_NAMES.get(code, f"0x{code:02x}")) for code in range(256)}
    | {code: _checked(name, _STEPS[code]) for code, name in _NAMES.items() if name in _WRITTEN}
)
