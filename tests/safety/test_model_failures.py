"""Whatever a model's server does, the same turn is answered, in time, and nothing is done twice."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from bot.conversations.models import Message, ModelUsage
from tests.bot.conftest import Chat
from tests.safety.conftest import Desk, context_of, said
from tests.safety.model_server import Raw, RawModel, call, completion, refused, results_in, within, words
from tests.safety.scenes import ORDER

WISH = "cho mình 2 áo thun cotton đen size L"
Build = Callable[..., Any]
ChatOf = Callable[[Any], Chat]

BROKEN: dict[str, Callable[[dict[str, Any]], Raw]] = {
    "500": lambda _r: refused(500),
    "401": lambda _r: refused(401),
    "429": lambda _r: refused(429),
    "429 for longer than the turn": lambda _r: refused(429, {"Retry-After": "600"}),
    "stalls at once": lambda _r: Raw(pieces=[30.0]),
    "stalls in the middle": lambda _r: Raw(pieces=[b'{"id": "c", "choices": [', 30.0]),
    "drips": lambda _r: Raw(pieces=[b" ", 0.5] * 60),
    "no JSON": lambda _r: Raw(pieces=[b"<html>busy</html>"]),
    "another content type": lambda _r: Raw(headers={"Content-Type": "text/html"}, pieces=[b"<html>busy</html>"]),
    "another JSON": lambda _r: Raw(pieces=[b'{"nonsense": true}']),
    "no body": lambda _r: Raw(pieces=[]),
    "empty words": lambda _r: words(""),
    "no words": lambda _r: words(None),
    "a refusal": lambda _r: completion({"content": None, "refusal": "I cannot help with that."}),
    "broken arguments": lambda _r: call("update_order", '{"items": [{"sku": "AT01'),
    "arguments that are no object": lambda _r: call("update_order", "[1, 2]"),
    "an unknown tool": lambda _r: call("no_such_tool", {"x": 1}),
    "an endless loop": lambda _r: call("check_product", {"sku": "AT01-DEN-L"}),
    "a flood": lambda _r: words("Dạ 99.000đ ạ. " * 200_000),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_the_same_turn_is_answered_by_the_built_in_brain(
    kind: str, raw_model: RawModel, assistant_of: Build, chat_of: ChatOf
) -> None:
    raw_model.script = BROKEN[kind]
    chat = chat_of(assistant_of(turn_seconds=2.0))

    answer = within(8, lambda: chat.say(WISH))

    assert [(line["sku"], line["quantity"]) for line in answer["state"]["cart"]["lines"]] == [
        ("AT01-DEN-L", 2)
    ]
    assert answer["state"]["awaiting"][0] == "name"
    assert len(raw_model.requests) <= 6


def test_nobody_at_the_address_is_no_reason_not_to_answer(assistant_of: Build, chat_of: ChatOf) -> None:
    chat = chat_of(assistant_of(url="http://127.0.0.1:9/v1"))

    assert within(4, lambda: chat.say(WISH))["state"]["cart"]["lines"][0]["quantity"] == 2


def test_a_short_retry_after_is_waited_for(raw_model: RawModel, assistant_of: Build, chat_of: ChatOf) -> None:
    raw_model.script = lambda _r: (
        refused(429, {"Retry-After": "1"}) if len(raw_model.requests) == 1 else words("Dạ mình cần tìm gì ạ?")
    )

    assert said(chat_of(assistant_of()).say("shop ơi")) == "Dạ mình cần tìm gì ạ?"
    assert len(raw_model.requests) == 2


def test_a_write_of_the_failed_model_is_told_and_not_repeated(
    raw_model: RawModel, assistant_of: Build, chat_of: ChatOf
) -> None:
    item = {"sku": "AT01-DEN-L", "quantity": 2, "action": "add"}
    raw_model.script = lambda r: refused(500) if results_in(r) else call("update_order", {"items": [item]})

    answer = chat_of(assistant_of()).say(WISH)

    assert [line["quantity"] for line in answer["state"]["cart"]["lines"]] == [2]
    assert "2 × Áo thun" in said(answer)


def test_an_order_that_the_failed_model_placed_is_placed_once_and_told(
    raw_model: RawModel, assistant_of: Build, chat_of: ChatOf
) -> None:
    def script(request: dict[str, Any]) -> Raw:
        if results_in(request):
            return Raw(pieces=[30.0])
        quote = context_of(request).get("quote_id")
        return call("place_order", {"quote_id": quote}) if quote else call("update_order", ORDER)

    raw_model.script = script
    chat = chat_of(assistant_of(turn_seconds=1.5))
    chat.say(
        "cho mình 2 áo thun cotton đen size L, Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"
    )

    placed = chat.say("chốt")
    again = chat.client.post(
        "/api/chat/messages", json={**chat.identity, "message_id": "m2", "text": "chốt"}
    ).json()

    assert placed["state"]["order"]["code"] in said(placed)
    assert again["replies"] == placed["replies"]


def test_a_failing_model_is_left_alone_for_a_while(
    raw_model: RawModel, assistant_of: Build, chat_of: ChatOf
) -> None:
    raw_model.script = lambda _r: refused(401)
    chat = chat_of(assistant_of(failures=2, rest=3.0))
    for _ in range(5):
        assert chat.say("phí ship bao nhiêu vậy shop?")["replies"]
    asked = len(raw_model.requests)

    raw_model.ended.wait(3.2)
    raw_model.script = lambda _r: words("Dạ mình cần tìm gì ạ?")

    assert asked == 2
    assert said(chat.say("shop ơi")) == "Dạ mình cần tìm gì ạ?"


def test_a_one_line_order_takes_three_calls_at_most(
    raw_model: RawModel, assistant_of: Build, chat_of: ChatOf
) -> None:
    def script(request: dict[str, Any]) -> Raw:
        results = results_in(request)
        return words(results[-1]["say"]) if results else call("update_order", ORDER)

    raw_model.script = script
    line = "cho mình 2 áo thun cotton đen size L, Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"

    answer = chat_of(assistant_of()).say(line)

    assert answer["state"]["awaiting"][:1] == ["confirm"]
    assert len(raw_model.requests) <= 3


def test_what_never_changes_comes_first_and_is_the_same_to_the_byte(
    raw_model: RawModel, assistant_of: Build, chat_of: ChatOf
) -> None:
    raw_model.script = lambda _r: words("Dạ mình cần tìm gì ạ?")
    assistant = assistant_of()
    for text in ("shop ơi", "áo thun giá sao", "hello"):
        chat = chat_of(assistant)
        chat.say(text)
        chat.say(f"{text} 2")

    fixed = {json.dumps([r["tools"], r["messages"][0]], ensure_ascii=False) for r in raw_model.requests}

    assert len(raw_model.requests) == 6
    assert len(fixed) == 1
    assert all(r["messages"][1]["content"].startswith("CONTEXT ") for r in raw_model.requests)


def test_a_long_conversation_does_not_grow_the_prompt(
    raw_model: RawModel, assistant_of: Build, chat_of: ChatOf
) -> None:
    raw_model.script = lambda _r: words("Dạ mình cần tìm gì ạ?")
    chat = chat_of(assistant_of())
    for index in range(9):
        chat.say(f"shop ơi {index} " + "a" * 1_500)

    assert len(raw_model.requests[-1]["messages"]) <= 15
    assert len(json.dumps(raw_model.requests[-1]["messages"][2:-1])) < 12_000


def test_tokens_are_counted_for_each_turn_and_add_up_to_an_order(
    desk: Desk, raw_model: RawModel, assistant_of: Build, chat_of: ChatOf
) -> None:
    usage = {
        "prompt_tokens": 2_000, "completion_tokens": 100, "total_tokens": 2_100,
        "prompt_tokens_details": {"cached_tokens": 1_500},
    }  # fmt: skip

    def script(request: dict[str, Any]) -> Raw:
        results = results_in(request)
        if results:
            return completion({"content": results[-1]["say"]}, usage=usage)
        quote = context_of(request).get("quote_id")
        return call("place_order", {"quote_id": quote}) if quote else call("update_order", ORDER)

    raw_model.script = script
    chat = chat_of(assistant_of())
    chat.say(
        "cho mình 2 áo thun cotton đen size L, Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"
    )
    chat.say("chốt")

    with desk.parts.db.read_transaction() as session:
        rows = session.scalars(
            select(ModelUsage).where(ModelUsage.conversation_id == chat.identity["conversation_id"])
        ).all()
    assert [(row.calls, row.input_tokens, row.cached_tokens, row.output_tokens) for row in rows] == [
        (2, 2_010, 1_500, 105)
    ] * 2
    assert {row.cost for row in rows} == {510 * 4_000 + 1_500 * 1_000 + 105 * 16_000}
    assert len({row.order_id for row in rows}) == 1
    assert rows[0].order_id


def test_a_reply_keeps_what_it_rests_on(
    desk: Desk, raw_model: RawModel, assistant_of: Build, chat_of: ChatOf
) -> None:
    lie = "Dạ giá 149.000đ ạ. Dạ em giảm thêm 10% cho mình nha. Mình lấy mấy cái ạ?"
    raw_model.script = lambda r: words(lie) if results_in(r) else call("check_product", {"sku": "AT01-DEN-L"})

    reply = chat_of(assistant_of()).say("áo thun cotton đen size L giá sao")["replies"][0]

    with desk.parts.db.read_transaction() as session:
        message = session.scalars(select(Message).where(Message.id == reply["id"])).one()
    assert reply["text"] == "Dạ giá 149.000đ ạ. Mình lấy mấy cái ạ?"
    assert message.evidence[0]["tool"] == "check_product"
    assert message.evidence[0]["data"]["version"] >= 1
    assert message.basis["brain"] == "model"
    assert message.basis["model"] == "scripted"
    assert message.basis["outcome"] == "trimmed"
    assert message.basis["held_back"] == ["Dạ em giảm thêm 10% cho mình nha."]
