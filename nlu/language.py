"""Which of the three languages a message is in, and how sure that is."""

from nlu.tokens import Token
from nlu.wordlists import words

_MARKS = frozenset("ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ")


def detect(raw: str, tokens: list[Token]) -> tuple[str, float]:
    """Short or mixed messages get a low confidence: the conversation's language then stays."""
    hangul = sum("\uac00" <= c <= "\ud7a3" for c in raw[:500])
    if hangul >= 2:
        return "ko", 0.95
    marks = sum(c in _MARKS for c in raw[:500].lower())
    vi = sum(token.word in words().vi_words for token in tokens)
    en = sum(token.text in words().en_words for token in tokens)
    if marks:
        return ("vi", 0.95) if en <= vi + marks else ("en", 0.6)
    if vi > en:
        return "vi", min(0.5 + 0.15 * (vi - en), 0.9)
    if en > vi:
        return "en", min(0.4 + 0.2 * (en - vi), 0.95)
    return "vi", 0.3
