"""Job stores: they keep the jobs, the history of their runs, and the leases of the schedulers that share them."""
