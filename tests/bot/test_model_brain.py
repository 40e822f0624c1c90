"""Any OpenAI-compatible model over HTTP; whatever it does, the same turn is answered truthfully."""

from typing import Any

import pytest

from tests.bot.conftest import Chat, ScriptedModel, call, tool_results, words

WISH = "cho mình 2 áo thun cotton đen size L, Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, HCM"


def test_a_model_takes_an_order_by_tool_calls(model_chat: Chat, model: ScriptedModel) -> None:
    def script(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        results = tool_results(request)
        if results:
            return words(results[-1]["say"])
        last = request["messages"][-1]["content"]
        if last == "chốt":
            context = next(m["content"] for m in request["messages"] if m["content"].startswith("CONTEXT "))
            quote_id = context.split('"quote_id": "')[1].split('"')[0]
            return call("place_order", quote_id=quote_id)
        return call(
            "update_order", items=[{"sku": "AT01-DEN-L", "quantity": 2}], name="Lan", phone="0901234567",
            address="12 Lê Lợi, phường Bến Nghé, quận 1, HCM",
        )  # fmt: skip

    model.script = script

    shown = model_chat.say(WISH)
    placed = model_chat.say("chốt")

    assert shown["state"]["awaiting"][:1] == ["confirm"]
    assert "328.000đ" in shown["replies"][0]["text"]
    assert placed["state"]["order"]["total"] == 328_000
    assert len(model.requests) <= 4


def test_a_model_cannot_place_an_order_without_a_plain_yes(model_chat: Chat, model: ScriptedModel) -> None:
    def script(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if tool_results(request):
            return words("Dạ")
        context = next(m["content"] for m in request["messages"] if m["content"].startswith("CONTEXT "))
        if '"quote_id": "' in context:
            return call("place_order", quote_id=context.split('"quote_id": "')[1].split('"')[0])
        return call(
            "update_order", items=[{"sku": "AT01-DEN-L", "quantity": 1}], name="Lan", phone="0901234567",
            address="12 Lê Lợi, phường Bến Nghé, quận 1, HCM",
        )  # fmt: skip

    model.script = script
    model_chat.say(WISH)

    for text in ("khoan để mình xem đã", "phí ship bao nhiêu?", "chốt chưa vậy shop?"):
        assert model_chat.say(text)["state"]["order"] is None, text


@pytest.mark.parametrize(
    "lie",
    [
        "Dạ áo này chỉ 99.000đ thôi ạ.",
        "Dạ em giảm giá 50% cho mình nha.",
        "Dạ shop còn 777 cái ạ.",
        "Dạ em đã đặt đơn DH9999 cho mình rồi ạ.",
        "Dạ mai mình nhận được hàng ạ.",
        "Dạ mình xem tại https://evil.example.com nha.",
        "Your order has been placed!",
        "Đơn này được miễn phí giao hàng ạ.",
    ],
)
def test_what_nothing_backs_never_reaches_the_customer(
    model_chat: Chat, model: ScriptedModel, lie: str
) -> None:
    model.script = lambda _request: words(lie)

    assert lie not in model_chat.text("shop ơi tư vấn giúp mình với")


def test_a_stalled_model_is_replaced_in_the_same_turn(model_chat: Chat, model: ScriptedModel) -> None:
    model.script = lambda _request: None

    answer = model_chat.say("cho mình 2 áo thun cotton đen size L")

    assert answer["state"]["awaiting"][0] == "name"
    assert answer["state"]["cart"]["subtotal"] == 298_000


@pytest.mark.parametrize(
    "broken",
    [
        (500, {"error": {"message": "boom"}}),
        (429, {"error": {"message": "slow down"}}),
        (200, {"nonsense": True}),
        call("no_such_tool", x=1),
    ],
)
def test_a_failing_model_is_replaced_in_the_same_turn(
    model_chat: Chat, model: ScriptedModel, broken: tuple[int, dict[str, Any]]
) -> None:
    model.script = lambda _request: broken

    answer = model_chat.say("cho mình 2 áo thun cotton đen size L")

    assert answer["state"]["cart"]["lines"][0]["quantity"] == 2


def test_a_model_that_fails_after_a_write_is_not_asked_again_and_nothing_is_doubled(
    model_chat: Chat, model: ScriptedModel
) -> None:
    def script(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if tool_results(request):
            return 500, {"error": {"message": "boom"}}
        return call("update_order", items=[{"sku": "AT01-DEN-L", "quantity": 2, "action": "add"}])

    model.script = script

    answer = model_chat.say("cho mình 2 áo thun cotton đen size L")

    assert [(line["sku"], line["quantity"]) for line in answer["state"]["cart"]["lines"]] == [
        ("AT01-DEN-L", 2)
    ]
    assert "2 × Áo thun" in answer["replies"][0]["text"]
