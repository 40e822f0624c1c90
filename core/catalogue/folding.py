"""Text as it is compared: lower case, without diacritics."""

import re
import unicodedata

_MARKS = re.compile("[\u0300-\u036f]+")


def fold(text: str) -> str:
    """Lower case, no diacritics, `đ` → `d`; Korean stays as it is written."""
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text.lower().replace("đ", "d")))
    return unicodedata.normalize("NFC", bare)
