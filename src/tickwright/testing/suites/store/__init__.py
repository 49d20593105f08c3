"""The job store suite, one file for each subject; `tickwright.testing.suites.job_store` puts it together."""
