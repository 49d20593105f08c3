"""A benchmark: how long Tickwright and its peers take for the next fire time."""
