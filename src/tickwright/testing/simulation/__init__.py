"""The simulator: several schedulers on one job store, on a virtual clock, from a seed, with everything going wrong."""

from tickwright.testing.simulation.ledger import BrokenPromiseError
from tickwright.testing.simulation.scenario import Scenario, run_scenario
from tickwright.testing.simulation.world import Simulation

__all__ = ["BrokenPromiseError", "Scenario", "Simulation", "run_scenario"]
