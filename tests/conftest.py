"""What every test shares: how hypothesis looks for counter-examples, and that signals mean what they do."""

import os
import signal

from hypothesis import settings

# No deadline: on a busy machine it measures the neighbours. CI looks at the same examples each time, so that
# a red build is about the change; developers' machines look at new ones.
settings.register_profile("developer", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "developer")

# A shell that starts the tests in the background has them ignore Ctrl-C, and with them every program that they start
# and then interrupt. A handler is not inherited: with one here, those programs begin with Ctrl-C as it is.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# The same for `nohup` and the signal that a closed terminal sends.
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda *_: None)
