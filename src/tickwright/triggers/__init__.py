"""Triggers: pure, stateless values that say when a job fires.

Each has a module of its own: `date`, `interval`, `calendarinterval`, `cron`, `rrule`; `combining` and `exclude` have
those that are made of other triggers; `base` has the ABC for a trigger of your own, `coerce` what a scheduler takes in
place of one. Below them, `dst` says what becomes of hours that daylight saving leaves out or shows twice, and `lines`
how fire times of several triggers are found together.

Nothing is imported here, so that a program pays only for the triggers that it uses.
"""
