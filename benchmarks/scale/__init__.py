"""A benchmark: what a million jobs and ten million runs on record cost."""
