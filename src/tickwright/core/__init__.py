"""The core: it decides what happens to jobs and runs, and knows no thread, no database and no zone."""
