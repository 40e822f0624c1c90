"""Another trade, no answers in writing, no orders yet: the shop's settings and rows are all there is."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from bot.bootstrap import Parts
from bot.conversations.models import Message
from tests.bot.conftest import Chat
from tests.bot.selling.test_demo_shop import cart, said, skus

OpenShop = Callable[..., TestClient]
DETAILS = "Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"
RULE = {"haggling": {"max_percent": 5, "from_subtotal": 200_000}}


def notices(parts: Parts) -> list[str]:
    with parts.db.read_transaction() as session:
        return list(session.scalars(select(Message.text).where(Message.author == "system")))


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("phí ship bao nhiêu vậy shop", ("25.000đ", "600.000đ")),
        ("how much is shipping?", ("25.000đ", "600.000đ")),
        ("배송비 얼마예요?", ("25.000đ", "600.000đ")),
        ("shop ở đâu, mấy giờ mở cửa?", ("12 Lê Lợi", "9:00–20:00")),
        ("where is your shop?", ("12 Lê Lợi",)),
        ("thanh toán như thế nào vậy shop", ("COD", "chuyển khoản")),
    ],
)
def test_settings_answer_where_nothing_is_written(pet_chat: Chat, text: str, facts: tuple[str, ...]) -> None:
    told = pet_chat.text(text)

    assert [fact for fact in facts if fact not in told] == []


@pytest.mark.parametrize("text", ["giao hàng bao lâu thì tới vậy shop?", "how long does delivery take?"])
def test_a_delivery_time_that_nobody_wrote_is_not_promised(pet_chat: Chat, text: str) -> None:
    answer = pet_chat.say(text)

    assert not any(character.isdigit() for character in said(answer))
    assert answer["replies"][0]["quick_replies"]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("bé nhà mình vòng ngực 35cm nặng 3kg mặc áo mưa cho chó size nào", "size S"),
        ("my dog has a chest of 42 cm and weighs 6 kg, which size of the dog raincoat fits?", "size M"),
        ("bé vòng ngực 38.5cm, nặng 4.5kg thì áo mưa cho chó size nào vừa", "S và M"),
    ],
)
def test_a_chart_of_other_measures_is_read_as_well(pet_chat: Chat, text: str, size: str) -> None:
    assert size in pet_chat.text(text)


def test_a_body_outside_the_chart_is_not_guessed_at(pet_chat: Chat) -> None:
    answer = pet_chat.say("bé vòng ngực 70cm nặng 30kg mặc áo mưa cho chó size nào")

    assert "ngoài bảng size" in said(answer)


def test_a_new_shop_recommends_what_is_there_and_claims_no_best_seller(pet_chat: Chat) -> None:
    answer = pet_chat.say("shop gợi ý mẫu nào bán chạy nhất đi")

    assert "CAT" not in skus(answer)
    assert skus(answer)
    assert "nhiều nhất" not in said(answer)


def test_another_shop_s_kinds_of_goods_are_found(pet_chat: Chat) -> None:
    assert skus(pet_chat.say("có cái gì cho chó đi mưa không shop"))[:1] == ["AM1"]
    assert "HAT" in skus(pet_chat.say("do you have food for a kitten?"))
    assert "Thái Lan" in pet_chat.text("áo mưa cho chó xuất xứ ở đâu vậy shop?")


def test_what_is_sold_out_altogether_is_watched_and_told_once_to_each(
    pet_parts: Parts, pets: OpenShop, restock: Callable[[str, int], None]
) -> None:
    client = pets()
    for _ in range(2):
        chat = Chat(client)
        assert "hết hàng" in chat.text("cát vệ sinh đậu nành còn không shop")
        assert "Cát vệ sinh đậu nành" in chat.text("dạ có")

    restock("CAT-1", 2)
    assert len(notices(pet_parts)) == 2
    restock("CAT-1", -2)
    restock("CAT-1", 4)

    assert len(notices(pet_parts)) == 2


def test_goods_alike_are_offered_when_all_of_one_is_gone(
    pets: OpenShop, restock: Callable[[str, int], None]
) -> None:
    chat = Chat(pets())
    restock("DY1-1", -10)

    answer = chat.say("yếm dắt chó còn hàng không shop")

    assert skus(answer) == ["DY1", "AM1"]


def test_the_variant_to_watch_is_asked_for_when_open(
    pets: OpenShop, restock: Callable[[str, int], None]
) -> None:
    chat = Chat(pets())
    restock("AM1-V-S", -6)

    asked = chat.say("khi nào áo mưa cho chó size S có hàng thì báo mình nha")
    assert asked["state"]["awaiting"][0] == "variant"

    assert "Xanh lá, S" in chat.text("màu xanh lá")


@pytest.mark.parametrize("wish", ["bớt 50% đi shop", "giảm giá cho mình đi, giảm 50% nha shop"])
def test_a_haggler_gets_at_most_the_rule_and_a_new_summary(pets: OpenShop, wish: str) -> None:
    chat = Chat(pets(**RULE))
    chat.say(f"cho mình 1 hạt cho mèo con 2 kg, {DETAILS}")

    answer = chat.say(wish)

    assert "5%" in said(answer)
    assert "50%" not in said(answer)
    assert answer["state"]["awaiting"][:1] == ["confirm"]
    assert "329.000đ" in said(answer)
    again = chat.say("bớt thêm chút nữa đi shop")
    assert "329.000đ" not in said(again) or "5%" in said(again)
    placed = chat.say("chốt đơn nha shop")
    assert placed["state"]["order"]["total"] == 320_000 - 16_000 + 25_000


def test_below_the_amount_of_the_rule_the_buyer_is_told_where_it_begins(pets: OpenShop) -> None:
    chat = Chat(pets(**RULE))
    chat.say("cho mình 1 bóng tập gặm")

    assert "200.000đ" in chat.text("bớt chút được không shop")


def test_the_shop_s_own_pairs_are_offered_first(pet_chat: Chat) -> None:
    answer = pet_chat.say("cho mình 1 áo mưa cho chó màu vàng size S")

    assert cart(answer) == [("AM1-V-S", 1)]
    assert skus(answer) == ["BT1"]


@pytest.mark.parametrize("text", ["có bán điện thoại iphone không shop", "do you have yoga mats?"])
def test_nothing_is_made_up_for_what_is_not_sold(pet_chat: Chat, text: str) -> None:
    assert skus(pet_chat.say(text)) == []
