"""Lines: the fire times of triggers as whole microseconds, and what becomes of several of them together.

A `Line` is a set of instants that can be asked for the first member from an instant on, the last one until an
instant, and how many lie between two. `rhythm` has the lines that are arithmetic, `walls` and `common_walls` those
that follow a wall clock, `asked` that of any other trigger; `agreement`, `excluding` and `sets` make new lines of given
ones, `by_day` counts them, and `of_trigger` gives the line of a trigger.
"""
