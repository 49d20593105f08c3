"""The scheduler of an event loop."""

from tickwright.schedulers.asyncio.scheduler import AsyncIOScheduler

__all__ = ["AsyncIOScheduler"]
