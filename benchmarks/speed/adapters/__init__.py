"""Adapters: how each library is asked to do the same work. One lacks the function for what its library does not do.

They run in the environment of their library and need nothing else.

| function | what it is for |
|---|---|
| `fires(expr, zone, start)`, `read(expr, zone)` | A: an iterator of fire times, a trigger made from text |
| `in_memory(threads, runs)` | B, C, D, F, I: a scheduler with so many worker threads and room for so many records |
| `in_sqlite(path, mode, runs)` | E: the same on a file; mode `default` is its own, `NORMAL` a little less safe |
| `fill(path, count, first, due)` | E: a file with many jobs, of which one is due |
| `in_processes(workers, runs)` | G: the same with worker processes, started by spawn |
| `in_event_loop()` | H: the same for coroutines; its methods are to be awaited |
| `in_threads_with_loops(threads, runs)` | H: the same for coroutines that get an event loop each |
| `adds_in_memory`, `submits_in_memory` | B and C for those that can do nothing else |
| `IMPORT` | F: the statement that imports a scheduler |

A scheduler has

- `open()`: be started, but take nothing yet; `go()`: take what is due; `close()`
- `add_once(func, number, when)`: call `func(number)` at an instant
- `add_hourly(func, number, first)`, `add_each_second(func, number, first)`: at that instant for the first time
- `add_many(func, numbers, when)`: as `add_once`, for many in one call
- `wait_for_record(count)`, `check_record(count)`: where the library keeps books, wait until they are complete, and
  hold them against what had to happen
- `stood_for()`: where it says so, for how many fire times the only run stands
- `due(now)`: what its store finds due
"""
