"""How gunicorn runs web.py: a scheduler in each worker, with and without --preload."""

workers = 4


def post_worker_init(worker):
    """Start the scheduler in this worker: after the fork, because threads do not survive one."""
    from web import scheduler

    scheduler.start()


def worker_exit(server, worker):
    """Let the runs of this worker end, and put them on record."""
    from web import scheduler

    scheduler.shutdown()
