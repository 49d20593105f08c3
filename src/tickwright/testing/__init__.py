"""For tests: a clock and a scheduler that a test moves by hand, the simulator, and suites for ports of one's own."""

from tickwright.schedulers.manual import ManualScheduler
from tickwright.virtual_clock import VirtualClock

__all__ = ["ManualScheduler", "VirtualClock"]
