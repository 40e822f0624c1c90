"""The guard has nothing against what the built-in brain says: not one false alarm."""

from string import Formatter

import pytest
from sqlalchemy import select

from bot.agent.claims.evidence import Standing, gather
from bot.agent.guard import check
from bot.agent.turn import ToolOutcome
from bot.conversations.models import Message
from bot.replies.texts import LANGUAGES
from tests.bot.conftest import Chat, words
from tests.safety.conftest import Desk
from tests.safety.scenes import DETAILS

TALKS = [
    ["xin chào", "áo thun cotton giá bao nhiêu", "còn màu đen size L không", "lấy 2 cái", DETAILS, "chốt", "cảm ơn"],
    ["shop bán gì vậy", "cho xem áo khoác", "AK01 còn không", "1 áo khoác gió đen L", DETAILS, "đổi thành 2 cái", "chốt"],
    [f"2 áo thun cotton đen size L, {DETAILS}", "bớt chút đi shop", "phí ship sao", "ok chốt", "đơn tới đâu rồi", "hủy đơn giúp mình", "đồng ý"],
    [f"2 áo thun cotton đen size L, {DETAILS}", "thôi không lấy nữa", "xóa giỏ hàng", "bye shop"],
    [f"1 áo thun cotton đen size L, {DETAILS}", "chốt", "xuất hóa đơn cho mình", "0100109106", "Công ty TNHH An Phát", "12 Lê Lợi, quận 1", "ke.toan@anphat.vn"],
    ["áo thun in mặt trời màu rêu size XL còn không", "vậy màu khác", "cho mình 500 cái áo thun cotton đen L"],
    ["bao lâu thì nhận được hàng", "đổi trả thế nào", "bảo hành không", "shop ở đâu", "mấy giờ mở cửa", "chuyển khoản số nào"],
    ["có giao nước ngoài không", "có giao hỏa tốc không", "có gói quà không", "giặt áo thế nào", "chọn size sao"],
    ["đơn DH1001 tới đâu rồi", "hủy đơn DH1001", "asdkj qwe", "zzz", "gặp nhân viên"],
    ["1 áo thun cotton đen size L", "Lan", "09012345", "0901234567", "12 Lê Lợi, quận 1, TP.HCM", "phường Bến Nghé", "ok"],
    ["hello", "how much is the cotton T-shirt", "do you have it in black L", "I'll take 2", DETAILS, "confirm", "where is my order", "cancel my order", "yes"],
    ["what do you sell?", "how long is delivery", "what is your return policy", "can I pay by card", "is there a warranty", "thanks", "bye"],
    ["안녕하세요", "기본 티셔츠 얼마예요?", "검은색 L 2개 주문할게요", DETAILS, "확인", "주문 어디까지 왔나요?"],
    ["배송비는 얼마인가요?", "반품 되나요?", "보증 기간이 있나요?", "감사합니다"],
]  # fmt: skip
FACTS = {
    "shop": "Nắng Hiên", "code": "DH1001", "carrier": "GHN", "tracking_number": "GHN12345", "number": "C26TAA-1",
    "tracking_url": "https://donhang.ghn.vn/?order_code=GHN12345", "amount": "328.000đ", "total": "328.000đ",
    "subtotal": "298.000đ", "shipping": "30.000đ", "discount": "10.000đ", "price": "149.000đ", "available": 3,
    "quantity": 20, "phone": "0901234567", "email": "a@b.vn", "tax_code": "0100109106",
}  # fmt: skip


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk[0])
def test_nothing_that_the_built_in_brain_says_is_doubted(talk: list[str], desk: Desk) -> None:
    desk.model.script = lambda _r: words("")
    chat = Chat(desk.guarded)
    for line in talk:
        chat.say(line)

    with desk.parts.db.read_transaction() as session:
        replies = session.scalars(
            select(Message).where(
                Message.conversation_id == chat.identity["conversation_id"], Message.author == "assistant"
            )
        ).all()
    assert replies
    assert {m.text: m.basis["reasons"] for m in replies if m.basis["reasons"]} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_ours_backs_itself(language: str) -> None:
    doubted = {}
    for key, text in LANGUAGES[language].items():
        names = [name for _, name, _, _ in Formatter().parse(text) if name]
        said = text.format(**{name: FACTS.get(name, "Áo thun") for name in names})
        outcome = ToolOutcome("any", True, said, {"code": "DH1001"}, committed="id")
        verdict = check(said, gather([outcome], Standing(handed_off=True)))
        if not verdict.ok:
            doubted[key] = verdict.reasons

    assert doubted == {}
