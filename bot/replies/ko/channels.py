"""What only a channel brings about: buttons, edits, commands of others."""

TEXTS = {
    "staff_only": "그 명령은 매장 직원용이에요. 상품을 보시거나 주문하시려면 편하게 메시지 주세요.",
    "button_old": "이전 메시지의 버튼이에요. 가장 최근 메시지를 확인해 주세요.",
    "button_used": "이 선택은 이미 받았어요.",
    "button_gone": "이 버튼은 더 이상 사용할 수 없어요. 메시지로 적어 주세요.",
    "edited_late": "이미 답변드린 메시지를 수정하셨네요. 바꾸실 내용을 다시 적어 주세요.",
    "too_fast": "메시지가 한꺼번에 너무 많이 왔어요. 1분 뒤에 다시 보내 주세요.",
}
