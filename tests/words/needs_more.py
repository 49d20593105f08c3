"""A module that needs another one, which is nowhere."""

import not_installed_anywhere  # type: ignore[import-not-found] # noqa: F401 - that is what it is for
