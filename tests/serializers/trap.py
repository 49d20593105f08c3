"""A module that nobody may import because of what a stranger wrote: importing it fails, and is seen."""

raise AssertionError("a module that is not admitted was imported")
