"""The adapter of cronexpr, which only knows when."""

from benchmarks.speed.adapters.asking import fires_of

fires = fires_of("cronexpr")
