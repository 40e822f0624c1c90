"""Orders, prices and returns in plain words of foreigners, whatever else they say beside it."""

from tests.bot.conftest import Chat


def cart(answer: dict) -> list[tuple[str, int]]:
    held = answer["state"]["cart"]
    return [(line["sku"], line["quantity"]) for line in held["lines"]] if held else []


def said(answer: dict) -> str:
    return "\n".join(reply["text"] for reply in answer["replies"])


def test_who_takes_goods_in_a_longer_speech_orders_them(chat: Chat) -> None:
    chat.say("how much is the windbreaker?")

    taken = chat.say("ah come on, I'll take the black L today and show it to all my friends at work")

    assert cart(taken) == [("AK01-DEN-L", 1)]


def test_the_normal_price_is_taken_and_counts_nothing(chat: Chat) -> None:
    chat.say("fleece hoodie grey L, can you do 250 for me?")

    assert cart(chat.say("alright then, I pay the regular price")) == [("AK03-XAM-L", 1)]


def test_a_second_order_told_in_one_message_asks_after_no_order(chat: Chat) -> None:
    answer = chat.say(
        "a new order please, separate parcel: one tea set to Rosa Lindqvist, 0903118264,"
        " 34 Lê Duẩn, phường Bến Nghé, quận 1, TP.HCM"
    )

    assert cart(answer) == [("GD03-01", 1)]
    assert answer["state"]["cart"]["name"] == "Rosa Lindqvist"


def test_sending_goods_back_is_the_shops_rule_and_no_delivery_time(chat: Chat) -> None:
    chat.say("one tea set please")

    told = said(chat.say("and if I don't like it, how many days do I have to send it back?"))

    assert "7 days" in told
    assert "2–5 days" not in told


def test_so_many_of_one_thing_leaves_the_rest_of_the_cart(chat: Chat) -> None:
    chat.say("기본 티셔츠 검정 L 3장, 머그컵 흰색 4개 주세요")

    assert cart(chat.say("머그컵은 2개만 할게요")) == [("AT01-DEN-L", 3), ("GD01-TRA", 2)]


def test_one_is_taken_by_its_own_word_before_a_question(chat: Chat) -> None:
    chat.say("what cushions, towels and candles do you have?")

    assert cart(chat.say("I'll go with the planner one. does it have dates printed?")) == [("SQ02-01", 1)]
