"""The groups of measurements, A to I: what is measured, what to reach, and how.

A group has `TITLE`, `cases(quick)`, `rows(quick)` and `measure(adapter, case)`. The first three are for the program
that prints the tables. The last runs in an environment of a peer, as a process of its own for each case, and returns
figures by key in seconds, bytes, and per second. A case says what function it `needs` of an adapter, which `keys` it
gives figures for, for how many `seconds` it is waited for, and, if not all, for how many `rounds` it is measured.
"""

GROUPS = {
    "A": "a_triggers",
    "B": "b_adding",
    "C": "c_due_at_once",
    "D": "d_waking_up",
    "E": "e_sqlite",
    "F": "f_idling",
    "G": "g_processes",
    "H": "h_coroutines",
    "I": "i_catching_up",
}
