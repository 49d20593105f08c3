"""What the tests of serializers share: secrets, modules, and every kind of serializer that there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tickwright.serializers import JSONSerializer, MovingSerializer, PickleSerializer, Serializer

SECRET = "a secret of more than sixteen bytes"
OLD_SECRET = b"\x00 the one that was used before \xff"

MODULES = [
    "tickwright.testing.suites.store.*",
    "tickwright.testing.suites.serializer",
]

KINDS: Mapping[str, Callable[[], Serializer]] = {
    "pickle": PickleSerializer,
    "pickle signed": lambda: PickleSerializer(secret=SECRET),
    "pickle restricted": lambda: PickleSerializer(modules=MODULES),
    "pickle signed, restricted": lambda: PickleSerializer(secret=SECRET, modules=MODULES),
    "json": JSONSerializer,
    "json signed": lambda: JSONSerializer(secret=SECRET),
    "json restricted": lambda: JSONSerializer(modules=MODULES),
    "json signed, restricted": lambda: JSONSerializer(secret=SECRET, modules=MODULES),
    "moving": lambda: MovingSerializer(JSONSerializer(secret=SECRET, modules=MODULES), old=PickleSerializer()),
}

SIGNED = {name for name in KINDS if "signed" in name}
