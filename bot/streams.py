"""Where a stream of server-sent events goes on."""

import re

MAX_SEQ = 2**31 - 1
"""`seq` is a 32-bit column: a larger number names nothing, and PostgreSQL refuses it."""


def resume_point(last_event_id: str | None) -> int | None:
    """The `seq` that `Last-Event-ID` names. None when it names none: the stream then starts as if it was not sent."""
    if re.fullmatch("[0-9]{1,10}", last_event_id or "") is None:
        return None
    seq = int(last_event_id or "")
    return seq if seq <= MAX_SEQ else None
