"""A program in an event loop that comes to its end while its scheduler is busy.

python looping.py HOW
"""

import asyncio
import sys

import chores

from tickwright import AsyncIOScheduler, SQLiteJobStore


async def work(scheduler):
    """Have jobs of each kind at work: quick ones each second, one that would stay for ever, and one that is slow."""
    await scheduler.aio.add_job(chores.leave_line_later, "interval", seconds=1, id="tick", replace_existing=True)
    await scheduler.aio.add_job(chores.leave_line, args=[0.3], id="plain", replace_existing=True)
    await scheduler.aio.add_job(chores.leave_line_later, args=[0.3], id="slow", replace_existing=True)
    for job_id in ("plain", "slow"):
        assert await asyncio.to_thread(chores.has_left_line, job_id)


async def with_block():
    async with AsyncIOScheduler(jobstores={"default": SQLiteJobStore("jobs.sqlite")}) as scheduler:
        await work(scheduler)


async def forget():
    scheduler = AsyncIOScheduler(jobstores={"default": SQLiteJobStore("jobs.sqlite")})
    await scheduler.aio.start()
    await scheduler.aio.add_job(chores.stay, id="stay", replace_existing=True)
    await work(scheduler)
    return scheduler


async def stay():
    scheduler = await forget()
    print("at work", flush=True)
    await asyncio.Event().wait()
    return scheduler


def forever(*, shuts_down):
    """Do as programs do that have no main coroutine."""
    loop = asyncio.new_event_loop()
    scheduler = AsyncIOScheduler(jobstores={"default": SQLiteJobStore("jobs.sqlite")}, event_loop=loop)
    scheduler.start()
    scheduler.add_job(chores.stay, id="stay", replace_existing=True)
    loop.run_until_complete(work(scheduler))
    print("at work", flush=True)
    try:
        loop.run_forever()
    except KeyboardInterrupt:
        if shuts_down:
            scheduler.shutdown()


match sys.argv[1]:
    case "block":
        asyncio.run(with_block())
    case "forget":
        asyncio.run(forget())
    case "stay":
        asyncio.run(stay())
    case "forever":
        forever(shuts_down=True)
    case "careless":
        forever(shuts_down=False)
