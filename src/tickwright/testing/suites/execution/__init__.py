"""The executor suite, one file for each subject; `tickwright.testing.suites.executor` puts it together."""
