"""In which language a reply is, and whether a customer's words can be meant as a yes. On purpose without `nlu`:
the judge must not err where the assistant errs.
"""

import re
import unicodedata
from collections.abc import Iterable

_VI = """dạ ạ mình em bên không được giúp nha nhé của đơn còn hàng chọn với là có và cho để này rồi cảm ơn những khi
từ trong đã sẽ bạn vui lòng gì nào"""
_EN = """the you your is are we our to and of for please have in it can i with this thank thanks would like not us be or
on from if"""
_SMALL_WORDS = {"vi": frozenset(_VI.split()), "en": frozenset(_EN.split())}
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_CLEARLY = 2

_YES = re.compile(
    r"(?<!\w)(ok|oke|okie|oki|okay|okê|chốt|chot|đồng ý|dong y|đúng|dung|ừ|ừa|ờ|u|ua|uk|ừm|uh|uhm|um|vâng|vang|dạ|da"
    r"|được|duoc|dc|đc|đặt luôn|dat luon|xác nhận|xac nhan|chuẩn|chuan|chính xác|chinh xac|trúng|trung|yes|yep|yeah"
    r"|sure|confirm\w*|go ahead|correct|right|agree\w*|perfect|place it|looks good|do it|please do)(?!\w)"
    r"|네|넵|넹|예|확인|좋아요|좋습니다|맞아요|맞습니다|그래요|동의|부탁|해 ?주세요|할게요|오케이|응",
    re.IGNORECASE,
)


def language_of(text: str, expected: str, ignore: Iterable[str]) -> str:
    """The language of a reply, or of the first line of it that is clearly in another than `expected`.

    `ignore` are names, addresses and quoted texts, which may stand in any language.
    """
    rest = unicodedata.normalize("NFC", text).casefold()
    for name in sorted(set(ignore), key=len, reverse=True):
        if len(name) > 1:
            rest = rest.replace(name.casefold(), " ")
    spoken = (_language_of_line(line, expected) for line in rest.splitlines())
    return next((language for language in spoken if language != expected), expected)


def _language_of_line(line: str, expected: str) -> str:
    words = re.findall(r"[^\W\d_]+", line)
    scores = {language: sum(word in known for word in words) for language, known in _SMALL_WORDS.items()}
    scores["ko"] = sum(bool(_HANGUL.search(word)) for word in words)
    best = max(scores, key=lambda language: scores[language])
    clear = scores[best] > _CLEARLY and scores[best] > 2 * scores.get(expected, 0)
    return best if clear else expected


def may_be_a_yes(text: str) -> bool:
    drawn_in = re.sub(r"(\w)\1{2,}", r"\1", unicodedata.normalize("NFC", text))
    return bool(_YES.search(drawn_in) or _YES.search(re.sub(r"(\w)\1(?!\w)", r"\1", drawn_in)))
