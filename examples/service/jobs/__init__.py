"""The jobs: each a plain function of an importable module, which returns in a few words what it did."""
