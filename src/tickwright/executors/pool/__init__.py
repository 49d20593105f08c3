"""Executors with workers of their own: threads, or processes."""

from tickwright.executors.pool.processes import ProcessPoolExecutor
from tickwright.executors.pool.threads import ThreadPoolExecutor

__all__ = ["ProcessPoolExecutor", "ThreadPoolExecutor"]
