"""The same message as others would type it: no diacritics, shorthand, slips of the finger, small words around it."""

import re
import unicodedata
from random import Random

from nlu.training.rendering import Part

_SHORT = {
    "không": ("k", "ko", "kh", "hok", "hông", "khum", "hong"), "được": ("dc", "đc", "đk", "dk"),
    "bao nhiêu": ("bn", "bnhiu", "nhiu"),
    "vậy": ("z", "v", "zậy"), "gì": ("j", "ji", "zì"), "rồi": ("r", "rùi", "roài"), "mình": ("mk", "m", "mik"),
    "với": ("vs", "zới"), "em": ("e",), "anh": ("a",), "chị": ("c",), "bạn": ("b", "bn"), "cho": ("cho", "chớ"),
    "luôn": ("lun",), "nhé": ("nhen", "nha", "nhá", "nhe"), "size": ("sz", "sai"), "shop": ("sốp", "sop", "shóp"),
    "sản phẩm": ("sp",), "chuyển khoản": ("ck",), "thanh toán": ("tt",), "số lượng": ("sl",), "địa chỉ": ("đc", "dc"),
    "cảm ơn": ("tks", "cám ơn", "cmon"), "biết": ("bít", "bik"), "thôi": ("thui", "thoi"), "quá": ("wá", "qá"),
    "nhiều": ("nhìu", "nhiu"), "vẫn": ("zẫn",), "vào": ("zô", "vô"), "yêu": ("iu",), "giao": ("gjao",),
    "tư vấn": ("tv",),
    "nhân viên": ("nv",), "khi nào": ("khi nao", "bao h"), "bây giờ": ("bh", "bây h"), "hàng": ("hàg",),
    "đơn hàng": ("đh", "đơn"),
}  # fmt: skip
_SHORT_EN = {
    "you": ("u",), "please": ("pls", "plz"), "are": ("r",), "your": ("ur",), "thanks": ("thx", "tks"),
    "thank you": ("ty", "thank u"),
    "because": ("cuz",), "okay": ("ok", "k"), "to": ("to", "2"), "for": ("4", "for"), "want to": ("wanna",),
    "going to": ("gonna",),
    "i'm": ("im",), "don't": ("dont",), "what's": ("whats",), "can't": ("cant",), "is": ("is",), "the": ("",
    "da"), "a": ("",),
}  # fmt: skip
_BEFORE = {
    "vi": (
        "shop ơi ",
        "shop ơi, ",
        "ad ơi ",
        "dạ ",
        "cho hỏi ",
        "alo shop ",
        "dạ shop ",
        "em ơi ",
        "ủa ",
        "à ",
        "ơ ",
        "hi shop, ",
    ),
    "en": ("hi, ", "hello ", "hey shop ", "excuse me, ", "um ", "ok so ", "hi shop "),
    "ko": ("저기요 ", "사장님 ", "안녕하세요 ", "혹시 ", "네 ", "아 "),
}
_AFTER = {
    "vi": (
        " ạ",
        " nha",
        " nha shop",
        " nhé",
        " shop ơi",
        " á",
        " z",
        " nhen",
        " ạ shop",
        " đi",
        " với ạ",
        " hihi",
        " ^^",
    ),
    "en": (" please", " thanks", " pls", " shop", " :)", ", thank you", " guys"),
    "ko": (" ㅎㅎ", "~", "요", " 부탁드려요", " ㅠㅠ", "!!"),
}
_QUIET = frozenset({"thanks", "goodbye", "abuse", "switch_language", "greeting"})
"""Intents that a greeting or a please around them would change."""


def noisy(parts: list[Part], language: str, intents: frozenset[str], rng: Random) -> list[Part]:
    for change, chance in (
        (_shorthand, 0.3), (_without_diacritics, 0.35 if language == "vi" else 0.0), (_slip, 0.25),
            (_punctuation, 0.35),
        (_case, 0.2), (_stretched, 0.08),
    ):  # fmt: skip
        if rng.random() < chance:
            parts = change(parts, language, rng)
    if not intents & _QUIET:
        if rng.random() < 0.2:
            parts = [Part(rng.choice(_BEFORE[language])), *parts]
        if rng.random() < 0.2:
            parts = [*parts, Part(rng.choice(_AFTER[language]))]
    return parts


def without_diacritics(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(c for c in plain if not "\u0300" <= c <= "\u036f"))


def _without_diacritics(parts: list[Part], language: str, rng: Random) -> list[Part]:
    return [Part(without_diacritics(part.text), part.slot) for part in parts]


def _shorthand(parts: list[Part], language: str, rng: Random) -> list[Part]:
    if language == "ko":
        return [Part(part.text if part.slot else part.text.replace(" ", "", 1), part.slot) for part in parts]
    listed = _SHORT if language == "vi" else _SHORT_EN

    def shorten(text: str) -> str:
        for word, forms in listed.items():
            if word in text and rng.random() < 0.6:
                text = re.sub(rf"(?<!\w){word}(?!\w)", rng.choice(forms), text)
        return text

    return [part if part.slot else Part(shorten(part.text)) for part in parts]


def _slip(parts: list[Part], language: str, rng: Random) -> list[Part]:
    """One or two letters of the talk: swapped, dropped, doubled."""
    parts = list(parts)
    for _ in range(rng.randint(1, 2)):
        spots = [
            (i, match.start() + 1) for i, part in enumerate(parts) if not part.slot
            for match in re.finditer(r"[^\W\d_]{4,}" if language != "ko" else r"[가-힣]{4,}", part.text)
        ]  # fmt: skip
        if not spots:
            return parts
        i, at = rng.choice(spots)
        text = parts[i].text
        at += rng.randint(0, 1)
        kind = rng.choice(("swap", "drop", "double"))
        if kind == "swap":
            text = text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
        elif kind == "drop":
            text = text[:at] + text[at + 1 :]
        else:
            text = text[: at + 1] + text[at:]
        parts[i] = Part(text)
    return parts


def _punctuation(parts: list[Part], language: str, rng: Random) -> list[Part]:
    mark = rng.choice(("", "?", "", ".", "!", "..."))
    dropped = [part if part.slot else Part(re.sub(r"[?!.,]+(?=\s|$)", "", part.text)) for part in parts]
    return [*dropped, Part(mark)] if mark in (".", "!", "...") else dropped


def _case(parts: list[Part], language: str, rng: Random) -> list[Part]:
    change = str.upper if rng.random() < 0.3 else str.lower
    return [part if part.slot in ("email", "name") else Part(change(part.text), part.slot) for part in parts]


def _stretched(parts: list[Part], language: str, rng: Random) -> list[Part]:
    last = len(parts) - 1
    return [Part(part.text + part.text[-1] * 2) if i == last and not part.slot and part.text[-1:].isalpha() else part
            for i, part in enumerate(parts)]  # fmt: skip
