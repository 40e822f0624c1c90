"""Of goods that are named beside a return: what comes back, and what the customer keeps."""

from typing import Any

import pytest

from bot.agent.policy.told import return_arguments
from nlu import Context, Lexicon, ProductWords, VariantWords, parse

LEXICON = Lexicon.build(
    [
        ProductWords(
            "LAMP", ("Đèn bàn", "Desk lamp", "lamp"), (), (), variants=(VariantWords("LAMP-1", {}),)
        ),
        ProductWords("RUG", ("Thảm len", "Wool rug", "rug"), (), (), variants=(VariantWords("RUG-1", {}),)),
    ]
)
LINES = [{"sku": f"{name}-1", "product": name, "quantity": 1} for name in ("LAMP", "RUG")]
CONTEXT: dict[str, Any] = {"orders": [{"code": "DH1", "lines": LINES}]}


def told(text: str) -> dict[str, Any]:
    return return_arguments(parse(text, Context(LEXICON)), CONTEXT, "return")


@pytest.mark.parametrize(
    "text",
    [
        "everything came, all good, but the lamp is too bright. can i send it back? i'm keeping the rug",
        "the rug stays with me, please take the lamp back, all of it is unused",
        "mình trả cái đèn bàn, thảm len thì mình giữ lại hết",
    ],
)
def test_what_is_kept_does_not_come_back(text: str) -> None:
    found = told(text)

    assert [item["sku"] for item in found["items"]] in (["LAMP"], ["LAMP-1"])
    assert "all_items" not in found


def test_all_of_it_comes_back_when_nothing_is_kept() -> None:
    assert told("i want to return all of it")["all_items"]
    assert "all_items" not in told("the parcel was all fine but the lamp is broken, i want to return it")
