"""The bot's tables on the core's metadata, together with the core's: for migrations and tests."""

from bot.channels import models as channel_tables
from bot.conversations import models as conversation_tables
from bot.staff import models as staff_tables
from core import tables as core_tables

__all__ = ["channel_tables", "conversation_tables", "core_tables", "staff_tables"]
