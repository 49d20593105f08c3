"""The outfit: what the calls of a scheduler work with, fetched when the first scheduler is made.

The modules that make up a scheduler's class (`base`, `fitting`, `jobs`, `adding`, `looking`; `background`, `blocking`)
import at once only what a class statement needs: base classes, defaults, errors. What their methods use stands here,
and under TYPE_CHECKING there; so do the types of the public calls, for `typing.get_type_hints`. `outfitting` puts it
into those modules when a scheduler is made, and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, NoReturn, Self, TextIO, TypeVar

from tickwright import events
from tickwright.active_run import current_run, is_inside_a_run
from tickwright.chance import new_version
from tickwright.change import Change
from tickwright.clock import Clock
from tickwright.core import changing
from tickwright.core.border import BORDER, BORDER_IN_MAIN_THREAD, BORDER_IN_OWN_THREAD
from tickwright.core.context import Context
from tickwright.core.engine import Engine
from tickwright.core.firing import fire_now, give_up_due
from tickwright.core.mailbox import Mailbox, Submit, Suspect
from tickwright.core.telling import tell_outcome, tell_removed, tell_started
from tickwright.due import UnreadableJob
from tickwright.events import Event, JobEvent, SchedulerEvent
from tickwright.executors.base import Executor
from tickwright.instants import to_datetime
from tickwright.job import Job
from tickwright.jobstores.base import JobStore
from tickwright.locks import unless_held
from tickwright.run import Run, RunStatus
from tickwright.schedulers.batch_decision import BatchDecision
from tickwright.schedulers.bell import Bell
from tickwright.schedulers.checkup import examine
from tickwright.schedulers.configuration import read_configuration
from tickwright.schedulers.declaring import as_next_run_time, changed, checked_flag, declare, declare_alike
from tickwright.schedulers.given_names import check_alias, check_job_id, check_run_id, instead_of_job_id
from tickwright.schedulers.health import Health
from tickwright.schedulers.host import Host
from tickwright.schedulers.listeners import Callback, Listeners
from tickwright.schedulers.loop import LONGEST_SETTLING, SHORTEST_SETTLING, Loop
from tickwright.schedulers.parts import Parts
from tickwright.schedulers.pending import PendingJob, PendingJobs
from tickwright.schedulers.plugins import make_executor, make_jobstore
from tickwright.schedulers.preview import Upcoming, upcoming
from tickwright.schedulers.printing import print_jobs
from tickwright.schedulers.process import is_dead, retire, this_owner
from tickwright.schedulers.reentry import breaks_in
from tickwright.schedulers.standing_runs import runs_as_they_stand
from tickwright.schedulers.transfer import read_jobs, write_jobs
from tickwright.serializers import Serializer
from tickwright.stored_job import StoredJob
from tickwright.triggers.base import Trigger
from tickwright.triggers.coerce import ALIASES, make_trigger
from tickwright.triggers.moments import read_moment
from tickwright.zone_database import zone_database_edition

__all__ = [
    "ALIASES",
    "BORDER",
    "BORDER_IN_MAIN_THREAD",
    "BORDER_IN_OWN_THREAD",
    "LONGEST_SETTLING",
    "SHORTEST_SETTLING",
    "Any",
    "BatchDecision",
    "Bell",
    "Callable",
    "Callback",
    "Change",
    "Clock",
    "Context",
    "Engine",
    "Event",
    "Executor",
    "ExitStack",
    "Func",
    "Health",
    "Host",
    "Iterable",
    "Job",
    "JobEvent",
    "JobStore",
    "Listeners",
    "Loop",
    "Mailbox",
    "Mapping",
    "NoReturn",
    "Parts",
    "PendingJob",
    "PendingJobs",
    "Run",
    "RunStatus",
    "SchedulerEvent",
    "Self",
    "Sequence",
    "Serializer",
    "StoredJob",
    "Submit",
    "Suspect",
    "TextIO",
    "Trigger",
    "UnreadableJob",
    "Upcoming",
    "as_next_run_time",
    "breaks_in",
    "changed",
    "changing",
    "check_alias",
    "check_job_id",
    "check_run_id",
    "checked_flag",
    "current_run",
    "date",
    "datetime",
    "declare",
    "declare_alike",
    "events",
    "examine",
    "fire_now",
    "give_up_due",
    "instead_of_job_id",
    "is_dead",
    "is_inside_a_run",
    "make_executor",
    "make_jobstore",
    "make_trigger",
    "new_version",
    "print_jobs",
    "read_configuration",
    "read_jobs",
    "read_moment",
    "retire",
    "runs_as_they_stand",
    "suppress",
    "tell_outcome",
    "tell_removed",
    "tell_started",
    "this_owner",
    "timedelta",
    "to_datetime",
    "tzinfo",
    "unless_held",
    "upcoming",
    "write_jobs",
    "zone_database_edition",
]

Func = TypeVar("Func", bound=Callable[..., Any])
"""A function that is decorated, and stays what it is."""
