"""The outfit: what the calls of a scheduler work with, fetched when the first scheduler is made.

The modules that make up a scheduler's class (`base`, `fitting`, `jobs`, `adding`, `looking`; `background`, `blocking`)
import at once only what a class statement needs: base classes, defaults, errors. What their methods use stands here,
and under TYPE_CHECKING there. `outfitting` puts it into those modules when a scheduler is made, and says why.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from secrets import randbits

from tickwright import events
from tickwright.active_run import current_run, is_inside_a_run
from tickwright.change import Change
from tickwright.core import changing
from tickwright.core.border import BORDER, BORDER_IN_MAIN_THREAD, BORDER_IN_OWN_THREAD
from tickwright.core.context import Context
from tickwright.core.engine import Engine
from tickwright.core.firing import fire_now, give_up_due
from tickwright.core.mailbox import Mailbox, Submit, Suspect
from tickwright.core.telling import tell_outcome, tell_removed, tell_started
from tickwright.events import JobEvent, SchedulerEvent
from tickwright.instants import to_datetime
from tickwright.job import Job
from tickwright.locks import unless_held
from tickwright.run import RunStatus
from tickwright.schedulers.bell import Bell
from tickwright.schedulers.checkup import examine
from tickwright.schedulers.configuration import read_configuration
from tickwright.schedulers.declaring import as_next_run_time, changed, declare
from tickwright.schedulers.host import Host
from tickwright.schedulers.listeners import Listeners
from tickwright.schedulers.loop import LONGEST_SETTLING, SHORTEST_SETTLING, Loop
from tickwright.schedulers.parts import Parts
from tickwright.schedulers.pending import PendingJob, PendingJobs
from tickwright.schedulers.plugins import make_executor, make_jobstore
from tickwright.schedulers.preview import upcoming
from tickwright.schedulers.printing import print_jobs
from tickwright.schedulers.process import is_dead, retire, this_owner
from tickwright.schedulers.reentry import breaks_in
from tickwright.schedulers.transfer import read_jobs, write_jobs
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
    "Bell",
    "Change",
    "Context",
    "Engine",
    "Host",
    "Job",
    "JobEvent",
    "Listeners",
    "Loop",
    "Mailbox",
    "Parts",
    "PendingJob",
    "PendingJobs",
    "RunStatus",
    "SchedulerEvent",
    "Submit",
    "Suspect",
    "as_next_run_time",
    "breaks_in",
    "changed",
    "changing",
    "current_run",
    "declare",
    "events",
    "examine",
    "fire_now",
    "give_up_due",
    "is_dead",
    "is_inside_a_run",
    "make_executor",
    "make_jobstore",
    "make_trigger",
    "print_jobs",
    "randbits",
    "read_configuration",
    "read_jobs",
    "read_moment",
    "replace",
    "retire",
    "suppress",
    "tell_outcome",
    "tell_removed",
    "tell_started",
    "this_owner",
    "to_datetime",
    "unless_held",
    "upcoming",
    "write_jobs",
    "zone_database_edition",
]
