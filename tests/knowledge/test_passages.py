from dataclasses import FrozenInstanceError, replace

import pytest

from knowledge import Passage, document_passages, faq_passages


def test_the_version_follows_the_content() -> None:
    one = Passage("a", "faq", "Phí ship?", "30.000đ", "vi", "FAQ")
    same = Passage("b", "faq", "Phí ship?", "30.000đ", "vi", "FAQ", group="a")
    other = Passage("a", "faq", "Phí ship?", "25.000đ", "vi", "FAQ")

    assert one.version == same.version
    assert one.version != other.version


def test_a_passage_alone_is_its_own_group() -> None:
    assert Passage("a", "faq", "?", "!", "vi", "FAQ").group == "a"


def test_a_passage_cannot_be_changed() -> None:
    passage = Passage("a", "faq", "?", "!", "vi", "FAQ")

    with pytest.raises(FrozenInstanceError):
        passage.text = "other"  # type: ignore[misc]
    assert replace(passage, text="other", version="").version != passage.version


def test_an_faq_entry_becomes_one_passage_per_language_it_is_written_in() -> None:
    found = faq_passages("ship", {"vi": ("Phí?", "30.000đ"), "en": ("Fee?", "")}, source="FAQ")

    assert [(p.id, p.language, p.group) for p in found] == [("faq:ship:vi", "vi", "faq:ship")]


def test_a_document_is_cut_at_paragraphs_and_keeps_its_headings() -> None:
    text = "Mở đầu.\n\n# Đổi hàng\nTrong 7 ngày.\nCòn tem mác.\n\n# Hoàn tiền\nTrong 3 ngày."

    found = document_passages("policy", "Chính sách", text, language="vi", source="Trang chính sách")

    assert [(p.title, p.text) for p in found] == [
        ("Chính sách", "Mở đầu."),
        ("Chính sách: Đổi hàng", "Trong 7 ngày.\nCòn tem mác."),
        ("Chính sách: Hoàn tiền", "Trong 3 ngày."),
    ]


def test_a_long_line_is_cut_between_sentences_and_nothing_is_lost() -> None:
    sentences = [f"Câu số {number} nói về cách giặt áo." for number in range(40)]

    found = document_passages("d", "Giặt", " ".join(sentences), language="vi", source="S")

    assert all(len(p.text) <= 320 for p in found)
    assert " ".join(p.text for p in found) == " ".join(sentences)


def test_a_line_without_spaces_is_cut_too() -> None:
    found = document_passages("d", "T", "x" * 1000, language="en", source="S")

    assert "".join(p.text for p in found) == "x" * 1000
