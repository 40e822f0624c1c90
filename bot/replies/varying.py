"""Courtesies said in more than one way: the message decides which, so that the same message gets the same words."""

import zlib

from bot.replies import vi
from bot.replies.texts import say


def say_varied(language: str, key: str, seed: str, **facts: object) -> str:
    """`key`, `key_2`, `key_3` … as far as there are such; they say the same and hold the same facts."""
    keys = [key]
    while f"{key}_{len(keys) + 1}" in vi.TEXTS:
        keys.append(f"{key}_{len(keys) + 1}")
    return say(language, keys[zlib.crc32(seed.encode()) % len(keys)], **facts)
