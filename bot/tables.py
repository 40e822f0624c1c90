"""The bot's tables on the core's metadata, together with the core's: for migrations and tests."""

import core.tables  # noqa: F401
