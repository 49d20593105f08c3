"""A heap and an event loop: each due coroutine becomes a task."""

import asyncio
from heapq import heappop, heappush
from time import time


class BareEventLoop:
    """Makes tasks of what is due."""

    async def open(self):
        """Have a heap."""
        self.heap, self.tasks = [], set()

    async def go(self):
        """Make a task of each that is due."""
        now = time()
        while self.heap and self.heap[0][0] <= now:
            _, number, func = heappop(self.heap)
            task = asyncio.create_task(func(number))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def close(self):
        """Nothing is to be stopped."""

    async def add_once(self, func, number, when):
        """Keep it."""
        heappush(self.heap, (when.timestamp(), number, func))
