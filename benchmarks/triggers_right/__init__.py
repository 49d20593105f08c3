"""A benchmark: which fire times Tickwright and its peers get right."""
