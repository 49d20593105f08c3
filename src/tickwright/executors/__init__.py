"""Executors: where the functions of jobs are called."""
