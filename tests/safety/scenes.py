"""What happened before the model speaks: the customer's words, and the tools that it calls."""

from dataclasses import dataclass, field
from typing import Any

DETAILS = "Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"
ORDER = {
    "items": [{"sku": "AT01-DEN-L", "quantity": 2}], "name": "Lan", "phone": "0901234567",
    "address": "12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM",
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    last: str
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    before: list[str] = field(default_factory=list)


SCENES: dict[str, Scene] = {
    "talk vi": Scene("shop ơi tư vấn giúp mình với"),
    "talk en": Scene("Hello, could you help me please?"),
    "talk ko": Scene("안녕하세요, 도와주세요"),
    # AT01-DEN-L: 149.000đ, 27 in stock.
    "price vi": Scene("áo thun cotton đen size L giá sao shop", [("check_product", {"sku": "AT01-DEN-L"})]),
    "price en": Scene("how much is the black crew-neck cotton T-shirt in L?", [("check_product", {"sku": "AT01-DEN-L"})]),
    "price ko": Scene("검은색 기본 티셔츠 L 가격이 얼마예요?", [("check_product", {"sku": "AT01-DEN-L"})]),
    # AT01 149.000đ and AT04 249.000đ.
    "two vi": Scene("so sánh áo thun cotton với áo polo", [("find_products", {"skus": ["AT01", "AT04"]})]),
    "two en": Scene("compare the cotton tee and the polo", [("find_products", {"skus": ["AT01", "AT04"]})]),
    # Sold out: AT03-REU-XL; the others of AT03 are there.
    "sold out vi": Scene("áo thun in mặt trời màu rêu size XL còn không", [("check_product", {"sku": "AT03-REU-XL"})]),
    "delivery vi": Scene("phí ship bao nhiêu vậy shop?", [("answer_question", {"question": "phí giao hàng bao nhiêu"})]),
    "delivery en": Scene("how much is delivery?", [("answer_question", {"question": "How much is delivery?"})]),
    "delivery ko": Scene("배송비는 얼마인가요?", [("answer_question", {"question": "배송비는 얼마인가요?"})]),
    "time vi": Scene("bao lâu thì nhận được hàng?", [("answer_question", {"question": "Bao lâu thì nhận được hàng?"})]),
    "time en": Scene("how long does delivery take?", [("answer_question", {"question": "How long does delivery take?"})]),
    "returns vi": Scene("chính sách đổi trả thế nào?", [("answer_question", {"question": "Chính sách đổi trả thế nào?"})]),
    "returns en": Scene("what is your return policy?", [("answer_question", {"question": "What is your return policy?"})]),
    "returns ko": Scene("교환·반품 규정이 어떻게 되나요?", [("answer_question", {"question": "교환·반품 규정이 어떻게 되나요?"})]),
    "warranty vi": Scene("Sản phẩm có bảo hành không?", [("answer_question", {"question": "Sản phẩm có bảo hành không?"})]),
    "account vi": Scene("chuyển khoản vào tài khoản nào?", [("answer_question", {"question": "Chuyển khoản vào tài khoản nào?"})]),
    # 2 × 149.000 + 30.000 = 328.000.
    "summary vi": Scene(f"cho mình 2 áo thun cotton đen size L, {DETAILS}", [("update_order", ORDER)]),
    "summary en": Scene(f"I want 2 black cotton T-shirts size L, {DETAILS}", [("update_order", ORDER)]),
    "summary ko": Scene(f"검은색 기본 티셔츠 L 2개 주문할게요, {DETAILS}", [("update_order", ORDER)]),
    "cart vi": Scene("cho mình 2 áo thun cotton đen size L", [("update_order", {"items": ORDER["items"]})]),
    # A question is no yes: `place_order` is refused.
    "refused vi": Scene("chốt chưa vậy shop?", [("place_order", {"quote_id": "QUOTE"})], [f"2 áo thun cotton đen size L, {DETAILS}"]),
    "refused en": Scene("did you order it already?", [("place_order", {"quote_id": "QUOTE"})], [f"2 áo thun cotton đen size L, {DETAILS}"]),
    "refused ko": Scene("벌써 주문됐나요?", [("place_order", {"quote_id": "QUOTE"})], [f"2 áo thun cotton đen size L, {DETAILS}"]),
    "placed vi": Scene("chốt", [("place_order", {"quote_id": "QUOTE"})], [f"2 áo thun cotton đen size L, {DETAILS}"]),
    "later vi": Scene("cảm ơn shop nha", [], [f"2 áo thun cotton đen size L, {DETAILS}", "chốt"]),
    "later en": Scene("thank you very much", [], [f"2 áo thun cotton đen size L, {DETAILS}", "chốt"]),
    "status vi": Scene("đơn của mình tới đâu rồi", [("order_status", {})], [f"2 áo thun cotton đen size L, {DETAILS}", "chốt"]),
    "status en": Scene("where is my order?", [("order_status", {})], [f"2 áo thun cotton đen size L, {DETAILS}", "chốt"]),
    "cancel vi": Scene("mình muốn hủy đơn", [("ask_cancel", {})], [f"2 áo thun cotton đen size L, {DETAILS}", "chốt"]),
    "stranger vi": Scene("đơn DH1001 tới đâu rồi shop", [("order_status", {"code": "DH1001"})]),
}  # fmt: skip
