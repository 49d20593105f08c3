"""The executor of an event loop."""

from tickwright.executors.asyncio.executor import AsyncIOExecutor

__all__ = ["AsyncIOExecutor"]
