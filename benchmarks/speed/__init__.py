"""A benchmark: how fast Tickwright is beside other schedulers, and how near to what the machine can do at all."""
