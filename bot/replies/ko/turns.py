"""When a turn is cut off or only drafted."""

TEXTS = {
    "unclear": "처리 도중 문제가 생겨 방금 요청이 완료되었는지 아직 알 수 없어요. 직원이 확인하고 알려 드릴게요.",
    "passed_to_staff": "이 부분은 직원 확인이 필요합니다. 잠시만 기다려 주세요.",
}
