"""A shop's owner writes dialogues by hand: whatever is wrong is told by file, dialogue, key and mend."""

from pathlib import Path

import pytest

from bot.evaluation.loading import load_cases
from core.errors import Invalid

GOOD = """
- id: one
  language: vi
  kind: order
  turns: [cho mình 1 bộ ấm trà]
  expect: {orders: []}
"""


def problem(tmp_path: Path, text: str) -> str:
    file = tmp_path / "mine.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(Invalid) as raised:
        load_cases([file])
    return "\n".join(f"{p['place']}: {p['problem']}" for p in raised.value.data["problems"])


def turns(written: str) -> str:
    return GOOD.replace("[cho mình 1 bộ ấm trà]", written)


def expecting(written: str) -> str:
    return GOOD.replace("{orders: []}", written)


ORDER_OF_NOBODY = "  kind: status\n  orders: [{code: DH1, lines: {GD03-01: 1}}]"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            GOOD.replace("kind: order", "kind: ordering"),
            "mine.yaml, one, kind: 'ordering' is none of: order,",
        ),
        (GOOD.replace("kind: order\n", "\n"), "mine.yaml, one, kind: 'kind' is missing"),
        (GOOD.replace("expect:", "expects:"), "no key 'expects' here; did you mean 'expect'?"),
        (expecting("{sayd: [a]}"), "one, expect.sayd: there is no key 'sayd' here; did you mean 'said'?"),
        (expecting("{}"), "expects nothing"),
        (
            expecting("{orders: [{lines: {GD03-02: 1}}]}"),
            "no SKU GD03-02 in shop 'demo': did you mean 'GD03-01'?",
        ),
        (
            expecting("{cart: {lines: {GD03: 1}}}"),
            "GD03 in shop 'demo': it is a product: write one of its variants",
        ),
        (expecting("{said: [{regex: '('}]}"), "is no regular expression"),
        (GOOD.replace("- id: one", "- id: one\n  shop: bakery"), "there is no shop file 'bakery'"),
        (turns("[{answer: {confirm: đúng, chốt}}]"), "comma inside { } needs quotes"),
        (turns("[{text: a, answer: {name: b}}]"), "one, turns.1: a turn is one of"),
        (turns("['cho mình 1 bộ ấm trà]"), "line "),
        (
            GOOD.replace("  kind: order", "  kind: order\n  kind: size"),
            "line 5, column 3: the key 'kind' stands twice",
        ),
        (GOOD.replace("  kind: order", ORDER_OF_NOBODY), "order DH1 belongs to nobody: add customer"),
        (GOOD + GOOD, "this id stands in"),
        ("id: one", "must be a list of dialogues"),
        ("", "must be a list of dialogues"),
        ("[]", "holds no dialogue"),
    ],
)
def test_a_wrong_dialogue_is_refused_by_name_with_the_mend(tmp_path: Path, wrong: str, told: str) -> None:
    assert told in problem(tmp_path, wrong)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = problem(tmp_path, GOOD.replace("order", "x") + GOOD.replace("one", "two").replace("vi", "fr"))

    assert "mine.yaml, one, kind" in text
    assert "mine.yaml, two, language" in text


def test_files_that_are_not_there_or_not_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("- id: caf\xe9".encode("latin-1"))

    with pytest.raises(Invalid) as raised:
        load_cases([tmp_path / "gone.yaml", tmp_path / "latin.yaml"])

    told = {Path(p["place"]).name: p["problem"] for p in raised.value.data["problems"]}
    assert "no such file" in told["gone.yaml"]
    assert "UTF-8" in told["latin.yaml"]


def test_phones_yes_and_times_need_no_quotes(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        GOOD.replace("[cho mình 1 bộ ấm trà]", "[{answer: {phone: 0712345670, confirm: yes}}, 8:30, 2]"),
        "utf-8",
    )

    turns = load_cases([file])[0].script.turns

    assert turns[0].answer == {"phone": ["0712345670"], "confirm": ["yes"]}
    assert [turn.text for turn in turns[1:]] == ["8:30", "2"]


def test_a_folder_is_read_whole_and_names_its_dialogues(tmp_path: Path) -> None:
    for folder, name in (("own", "one"), ("heldout", "two")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.yaml").write_text(GOOD.replace("one", name), "utf-8")

    assert {case.script.id: case.folder for case in load_cases([tmp_path])} == {
        "one": "own",
        "two": "heldout",
    }


def test_a_shop_file_beside_the_dialogues_is_used(tmp_path: Path) -> None:
    (tmp_path / "my-shop.json").write_text(
        '{"shop": {"name": "Tiệm"}, "warehouses": [{"code": "A", "name": "Kho"}], "products": [{"sku": "HOA",'
        '"name": "Hoa", "variants": [{"sku": "HOA-1", "price": 50000, "stock": {"A": 3}}]}]}',
        "utf-8",
    )
    file = tmp_path / "mine.yaml"
    file.write_text(
        GOOD.replace("- id: one", "- id: one\n  shop: my-shop.json").replace("[]}", "[{lines: {HOA-1: 1}}]}"),
        "utf-8",
    )

    assert load_cases([file])[0].shop.shop.name == "Tiệm"


def test_a_broken_shop_file_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"shop": {"nam": "x"}}', "utf-8")

    assert "unknown key 'nam'" in problem(tmp_path, GOOD.replace("- id: one", "- id: one\n  shop: bad.json"))
