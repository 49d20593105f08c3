"""What is asked in the same words of APScheduler 3 and of Tickwright, whose names are the field's."""


class FieldScheduler:
    """Asks `scheduler`, which a subclass sets."""

    def open(self):
        """Start it paused."""
        self.scheduler.start(paused=True)

    def go(self):
        """Let it take what is due."""
        self.scheduler.resume()

    def close(self):
        """Stop."""
        self.scheduler.shutdown()

    def add_once(self, func, number, when):
        """Add a job for an instant."""
        self.scheduler.add_job(func, "date", run_date=when, args=[number])

    def add_hourly(self, func, number, first):
        """Add a job for every hour."""
        self.scheduler.add_job(func, "interval", hours=1, start_date=first, args=[number])

    def add_each_second(self, func, number, first):
        """Add a job for every second; the past would be left out if its next run time did not say otherwise."""
        self.scheduler.add_job(func, "interval", seconds=1, start_date=first, next_run_time=first, args=[number])
