"""Named places where a crash test may stop the process. Without CHOTDON_CRASH_AT they do nothing."""

import os

_CRASH_AT = os.environ.get("CHOTDON_CRASH_AT", "")


def crash_point(name: str) -> None:
    if name == _CRASH_AT:
        os._exit(70)
