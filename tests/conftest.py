"""What every test shares: how hypothesis looks for counter-examples."""

import os

from hypothesis import settings

# No deadline: on a busy machine it measures the neighbours. CI looks at the same examples each time, so that
# a red build is about the change; developers' machines look at new ones.
settings.register_profile("developer", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "developer")
