"""Which of the three languages a message is in, and how sure that is."""

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from nlu.tokens import Token

_MARKS = frozenset("ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ")
_COMMANDS = frozenset("/[{<")
"""What begins so is no talk: `/help` is no English."""
_LOANS = frozenset(
    ["cod", "set", "ship", "shop", "size", "sale", "combo", "order", "inbox", "free", "freeship", "voucher", "check",
     "cotton", "jean", "polo", "box", "hot", "mini", "max", "pro", "x"]
)  # fmt: skip
"""English words that Vietnamese chats are full of."""
_SEEN = 500
"""So many characters are enough to tell."""


_ENOUGH = 2


def detect(raw: str, talk: Sequence[Token], foreign: int = 0) -> tuple[str, float]:
    """Short or mixed messages get a low confidence: the conversation's language then stays.

    `talk` are the words that belong to no product, person or place; `foreign`: how many of the goods' words are
    English and nothing else, which tells where no talk does (`2 bath towels white`).
    """
    if raw.lstrip()[:1] in _COMMANDS:
        return "vi", 0.3
    hangul = sum("\uac00" <= c <= "\ud7a3" or "\u3131" <= c <= "\u318e" for c in raw[:_SEEN])
    if hangul >= 2:
        return "ko", 0.95
    marks = sum(c in _MARKS for token in talk for c in token.marked)
    leaning = sum(
        _english().get(token.text, 0.0) for token in talk if not token.marked and token.text not in _LOANS
    )
    if marks:
        return ("vi", 0.95) if leaning < 2 + 2 * marks else ("en", 0.6)
    if not leaning:
        return ("en", 0.6) if foreign >= _ENOUGH else ("vi", 0.3)
    return "en" if leaning > 0 else "vi", round(min(0.45 + 0.12 * abs(leaning), 0.95), 2)


@lru_cache
def _english() -> dict[str, float]:
    """How much likelier each word is in English than in Vietnamese without marks, as a logarithm."""
    weights: dict[str, float] = json.loads(files("nlu").joinpath("data", "languages.json").read_text("utf-8"))
    return weights
