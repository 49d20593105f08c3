"""For tests: a scheduler and a clock moved by hand, stores that fail, the simulator, suites for ports of one's own."""

from tickwright.schedulers.manual import ManualScheduler
from tickwright.testing.faults import Faults, Strike, When
from tickwright.testing.faulty_store import FaultPlan, FaultyStore
from tickwright.virtual_clock import VirtualClock

__all__ = ["FaultPlan", "Faults", "FaultyStore", "ManualScheduler", "Strike", "VirtualClock", "When"]
