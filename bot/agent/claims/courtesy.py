"""Kind words that name a day and promise nothing."""

from bot.agent.claims.text import loose

_COURTESY = loose(
    r"(?<!\w)(?:chúc|giúp|tìm|cần|mua gì|xem gì|chào|rảnh)(?!\w)|\b(?:help|looking|find|have a|wish|enjoy|how are)\b|보내세요|도와|찾으|되세요"
)
_DELIVERS = loose(
    r"(?<!\w)(?:giao|nhận|ship|gửi|đến|tới|về|có hàng|giá|giảm|hoàn|xong)(?!\w)|\b(?:deliver|arriv|ship|sen[dt]|get it|receive|sale|price|refund)\w*|배송|도착|발송|할인|환불|입고"
)


def is_courtesy(shown: str) -> bool:
    """`What can I find for you today?` promises nothing."""
    return bool(_COURTESY.search(shown)) and not _DELIVERS.search(shown)
