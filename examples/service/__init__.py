"""An example: a small service that looks after the sources of a checkout, on Tickwright and its SQLite job store."""
