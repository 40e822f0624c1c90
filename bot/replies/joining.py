"""Sentences of several texts made one: only the first opens with `dạ`, as people speak."""

import re

_OPENING = re.compile(r"^(?:Dạ,?|네,) +(?=\S)")


def continued(text: str) -> str:
    bare = _OPENING.sub("", text)
    return bare[:1].upper() + bare[1:]


def joined(*texts: str) -> str:
    told = [text for text in texts if text]
    return " ".join([*told[:1], *map(continued, told[1:])])
