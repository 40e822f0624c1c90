"""How it greets, thanks, hands over and owns up."""

TEXTS = {
    "greeting": "안녕하세요, {shop}입니다! 어떤 상품을 찾으세요?",
    "thanks": "감사합니다! 더 필요한 것이 있으면 편하게 말씀해 주세요.",
    "goodbye": "안녕히 가세요, 좋은 하루 보내세요!",
    "unsure": "죄송합니다, 잘 이해하지 못했어요. 원하시는 상품이나 궁금한 점을 다시 말씀해 주시겠어요?",
    "not_known": "그 부분은 정확한 정보가 없어서 함부로 말씀드릴 수 없어요. 직원에게 연결해 드릴까요?",
    "handed_off": "직원에게 전달했습니다. 곧 답변드릴게요.",
    "source": "(출처: {source})",
    "problem": "죄송합니다, 문제가 생겨 방금 요청이 처리되지 않았습니다. 잠시 후 다시 시도해 주세요.",
    "yes_button": "확인",
    "agree_button": "네",
    "no_button": "아니요",
    "staff_button": "직원 연결",
    "refused": "죄송합니다, 처리하지 못했습니다: {reason}",
}
