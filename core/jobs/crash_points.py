"""Named places where a crash test may stop the process. Without CHOTDON_CRASH_AT they do nothing.

Every job has two by itself: `<name>.claimed`, before its handler, and `<name>.worked`, before its end is recorded.
"""

import os


def crash_point(name: str) -> None:
    if os.environ.get("CHOTDON_CRASH_AT") == name:
        os._exit(70)
