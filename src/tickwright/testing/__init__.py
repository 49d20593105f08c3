"""For tests: a scheduler and a clock moved by hand, stores that fail, the simulator, suites for ports of one's own."""

from tickwright.schedulers.manual import ManualScheduler
from tickwright.testing.faults import Faults
from tickwright.testing.faulty_store import FaultyStore
from tickwright.virtual_clock import VirtualClock

__all__ = ["Faults", "FaultyStore", "ManualScheduler", "VirtualClock"]
