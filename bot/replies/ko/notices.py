"""What is told without being asked."""

TEXTS = {
    "notice_packed": "주문 {code}이(가) 포장되어 곧 발송됩니다.",
    "notice_booked": "주문 {code}은(는) {carrier}로 발송됩니다. 운송장 {tracking_number}, 조회: {tracking_url}",
    "notice_picked_up": "{carrier}에서 주문 {code}을(를) 수거했습니다.",
    "notice_delivering": "주문 {code}이(가) 배달 중입니다.",
    "notice_delivered": "주문 {code}이(가) 배송되었습니다. 감사합니다!",
    "notice_failed": "주문 {code} 배송에 실패했습니다. 다시 배송하도록 조치하겠습니다.",
    "notice_cancelled": "주문 {code}이(가) 취소되었습니다.",
    "notice_paid": "주문 {code}에 대해 {amount}을(를) 받았습니다. 감사합니다!",
    "notice_invoice": "주문 {code}의 전자 세금계산서 {number}가 발행되었습니다.",
    "notice_changed": "매장에서 주문 {code}을(를) 변경했습니다. 합계는 {total}입니다. 다른 점이 있으면 말씀해 주세요.",
    "notice_return": "매장에서 주문 {code}의 교환·반품 요청 {request}을(를) 접수했습니다.",
    "notice_answer": "문의하신 “{question}”에 대한 매장 답변입니다: {answer}",
    "notice_merged": "{codes} 주문을 {code} 주문과 합쳐 한 번에 보내 드려요. 새 합계는 {total}이에요.",
    "notice_split": "{code} 주문을 {code}와 {other} 두 주문으로 나누어 따로 보내 드려요. 배송비는 더 내지 않으셔도 돼요.",
}
