"""The serializer that writes JSON: plain values only, each of which comes back as what it was."""

from __future__ import annotations

import json
from typing import Any, ClassVar, NoReturn

from tickwright.serializers.guarded import GuardedSerializer
from tickwright.serializers.json_reading import JSONReader
from tickwright.serializers.json_writing import JSONWriter

__all__ = ["JSONSerializer"]

VERSION = 1


class JSONSerializer(GuardedSerializer):
    """JSON (RFC 8259): what it reads makes values and calls nothing, and other programs can read it, too.

    Taken are None, booleans, numbers, text, lists, tuples, dicts, sets, bytes, dates, times, timedeltas and their
    zones, `Decimal`, `Fraction`, `UUID`, paths, Tickwright's triggers, and Python's own exceptions. All come back
    equal and of the same type; what JSON has no word for is written as an object with one name that begins with `$`,
    such as `{"$tuple": [1, 2]}`. Everything else is refused when it is to be stored, with the place where it was
    found.

    `modules`, which are listed as for `PickleSerializer`, admit the members of their enumerations, their triggers
    and their exceptions besides, and limit the functions of jobs to those that are defined there. Without it a job's
    record may name any function, so that whoever can write to the store can run code; `secret` and
    `previous_secrets` keep him from it as well.

    >>> serializer = JSONSerializer()
    >>> serializer.dumps({"ids": (1, 2)})
    b'{"tickwright":1,"value":{"ids":{"$tuple":[1,2]}}}'
    >>> serializer.loads(serializer.dumps({"ids": (1, 2)}))
    {'ids': (1, 2)}
    >>> serializer.dumps({"ids": [1, object()]})
    Traceback (most recent call last):
    tickwright.errors.UnstorableValueError: at ['ids'][1]: an object is nothing that JSON can hold
    """

    FORMAT: ClassVar[bytes] = b"J"

    def _pack(self, value: Any) -> bytes:
        document = {"tickwright": VERSION, "value": JSONWriter(self._admission).write(value)}
        return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()

    def _unpack(self, payload: bytes) -> Any:
        if payload[:1] == b"\x80":  # as a pickle begins, but for the oldest protocols
            raise ValueError(
                "it is a pickle, which this serializer does not read: give the job store the one that wrote it, "
                "PickleSerializer, or add the job anew with replace_existing=True"
            )
        document = json.loads(payload.decode(), parse_constant=_refuse)
        match document:
            case {"tickwright": int(version), "value": value, **other} if not other:
                if version > VERSION:
                    raise ValueError(f"it is JSON of version {version}, and this Tickwright reads up to {VERSION}")
                return JSONReader(self._admission).read(value)
        raise ValueError("it is no JSON that this serializer wrote")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
