"""A scheduler's job stores and executors by alias: started together, and stopped together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator

from tickwright.errors import ConfigurationError, ExecutorNotFoundError, JobStoreNotFoundError, shortened
from tickwright.executors.base import Executor
from tickwright.jobstores.base import JobStore
from tickwright.schedulers.host import Host
from tickwright.schedulers.plugins import make_executor, make_jobstore

__all__ = ["Parts"]


class Parts:
    """The maps are replaced whole when they change, so that any thread may read them."""

    def __init__(self, logger: logging.Logger, default_executor: str) -> None:
        self._logger = logger
        self._default_executor = default_executor
        self.jobstores: dict[str, JobStore] = {}
        self.executors: dict[str, Executor] = {}
        self._are_started = False
        self._removed: list[Executor] = []
        """Executors that may have runs to the end, although no job is submitted to them any more."""

    def check_free(self, jobstores: Iterable[str], executors: Iterable[str]) -> None:
        """Raise where one of these aliases cannot be used, or is used already."""
        for alias in jobstores:
            _check_alias("job store", alias, self.jobstores)
        for alias in executors:
            _check_alias("executor", alias, self.executors)

    def put_jobstore(self, alias: str, store: JobStore) -> None:
        """Keep a store under an alias that is free."""
        _check_alias("job store", alias, self.jobstores)
        self.jobstores = {**self.jobstores, alias: store}

    def put_executor(self, alias: str, executor: Executor) -> None:
        """Keep an executor under an alias that is free."""
        _check_alias("executor", alias, self.executors)
        self.executors = {**self.executors, alias: executor}

    def take_jobstore(self, alias: str) -> JobStore:
        """Return a store and keep it no more."""
        store = self.jobstore(alias)
        self.jobstores = {name: one for name, one in self.jobstores.items() if name != alias}
        return store

    def take_executor(self, alias: str) -> Executor:
        """Return an executor and keep it no more."""
        if alias not in self.executors:
            raise ExecutorNotFoundError(f"there is no executor {alias!r}; there are {sorted(self.executors)}")
        executor = self.executors[alias]
        self.executors = {name: one for name, one in self.executors.items() if name != alias}
        return executor

    def look_after(self, executor: Executor) -> None:
        """Ask an executor, too, that was removed while it may have runs; until the shutdown."""
        if self._are_started:
            self._removed.append(executor)

    def _asked(self) -> Iterator[Executor]:
        yield from self.executors.values()
        yield from self._removed

    def cancel(self, run_id: str) -> bool:
        """Return whether one of the executors can still do something about a run; it does."""
        return any(executor.cancel(run_id) for executor in self._asked())

    def jobstore(self, alias: str) -> JobStore:
        """Return the store of an alias; raise `JobStoreNotFoundError` where there is none."""
        try:
            return self.jobstores[alias]
        except KeyError:
            raise JobStoreNotFoundError(
                f"there is no job store {alias!r}; there are {sorted(self.jobstores)}; "
                f"add it with scheduler.add_jobstore(..., alias={alias!r})"
            ) from None

    def start(self, host: Host) -> None:
        """Start all, with a memory store and the scheduler's own kind of executor as defaults; all or none."""
        if "default" not in self.executors:
            self.put_executor("default", make_executor(self._default_executor, "default"))
        if "default" not in self.jobstores:
            self.put_jobstore("default", make_jobstore("memory", "default"))
        started: list[JobStore | Executor] = []
        try:
            for alias, executor in self.executors.items():
                executor.start(host, alias)
                started.append(executor)
            for alias, store in self.jobstores.items():
                store.start(host, alias)
                started.append(store)
        except BaseException:
            for part in reversed(started):
                self.stop(part)
            raise
        self._are_started = True
        for alias, store in self.jobstores.items():
            self.say_limits(alias, store)

    def say_limits(self, alias: str, store: JobStore) -> None:
        """Say aloud what a store cannot promise."""
        if not store.checks_versions:
            self._logger.warning(
                "Job store %r (%s) cannot check versions when it writes: if another scheduler shares it, "
                "a fire time may be run twice",
                alias,
                type(store).__name__,
            )

    def are_held_up(self) -> bool:
        """Return whether the runs of an executor cannot go on before the calling code returns."""
        return self._is_so(lambda executor: executor.is_held_up())

    def are_ending(self) -> bool:
        """Return whether an executor that was shut down is about to report runs that it has cancelled."""
        return self._is_so(lambda executor: executor.is_ending())

    def _is_so(self, ask: Callable[[Executor], bool]) -> bool:
        for executor in self._asked():
            try:
                if ask(executor):
                    return True
            except Exception as error:  # border: an executor
                self._logger.error("Executor %r cannot tell how it is: %r", executor.alias, error, exc_info=error)
        return False

    def give_up_runs(self) -> None:
        """Have executors report what cannot go on any more."""
        for executor in self._asked():
            try:
                executor.give_up()
            except Exception as error:  # border: an executor
                self._logger.error("Executor %r failed to give up runs: %r", executor.alias, error, exc_info=error)

    def stop_executors(self, *, wait: bool) -> None:
        """Shut all executors down that were started here; one that was refused may be at work for somebody else."""
        if not self._are_started:
            return
        for alias, executor in self.executors.items():
            try:
                executor.shutdown(wait=wait)
            except Exception as error:  # border: an executor that does not stop
                self._logger.error("Executor %r failed to shut down: %r", alias, error, exc_info=error)

    def stop_jobstores(self) -> None:
        """Shut all job stores down that were started here, as the last of the parts."""
        if not self._are_started:
            return
        self._are_started = False
        self._removed.clear()
        for store in self.jobstores.values():
            self.stop(store)

    def stop(self, part: JobStore | Executor) -> None:
        """Shut one part down; where it does not, that is logged."""
        try:
            part.shutdown()
        except Exception as error:  # border: a store or an executor that does not stop
            self._logger.error("%s %r failed to shut down: %r", type(part).__name__, part.alias, error, exc_info=error)


def _check_alias(what: str, alias: str, taken: dict[str, JobStore] | dict[str, Executor]) -> None:
    if not isinstance(alias, str) or not alias:
        raise TypeError(f"the alias of a {what} must be a text that is not empty, not {shortened(alias)}")
    if alias in taken:
        raise ConfigurationError(f"there is a {what} {alias!r} already: {taken[alias]!r}; remove it first")
