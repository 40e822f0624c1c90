"""What a Vietnamese message seems to be about and has no word of is a guess: it is not answered as if it were asked.

Every line that the classifier learned these topics from has one of the words.
"""

import re
from dataclasses import replace
from typing import Any

from bot.tools.shopping.wishes import asks_advice
from nlu import Intent, Parse, fold

DOUBT = 0.45
LIKELY = 0.6
_WORDS = {
    "ask_payment": re.compile(
        r"\b(phi|thanh toan|ttoan|tt|tra|tien|ck"
        r"|chuyen|khoan|cod|coc|visa|master\w*|amex|momo|zalo ?pay|qr|quet|ngan hang"
        r"|stk|tai khoan|tk|bank\w*|atm|vnpay|shopee ?pay|gop|dong|pay\w*|card|cash|do la|usd|won"
        r"|vi (dien tu|momo|zalo|tra sau|nao)|(so|quet|ca|dung|bang|nhan|lay|qua|xai|chap nhan) (duoc |dc )?(the|vi)"
        r"|the (tin dung|ghi no|ngan hang|noi dia|quoc te|nuoc|han|tra truoc))\b"
    ),
    "ask_promotion": re.compile(
        r"\b(khuyen mai|km|ctkm|giam|sale|uu dai|voucher|coupon|vc|ma|code|qua|tang|free ?ship|mien phi|deal|combo"
        r"|flash|hoi vien|thanh vien|khach|bot|re|chiet khau|chuong trinh|chtrinh|ct|su kien|dip|free|diem|xa|dong gia"
        r"|thanh ly|hoa hong|gioi thieu|ban be|(rut|boc) tham|trung thuong|hang|sinh nhat|follow|live\w*|vip|the"
        r"|gio vang|gia (soc|rieng)|phan tram|off|promo\w*|ru ban|le|black friday|mua \d+ tang)\b|%"
    ),
    "ask_delivery_time": re.compile(
        r"\b(giao|ship\w*|nhan|gui|toi|ve|den|hang|chuyen|don|kip|gh\w*|van chuyen|buu ta|hoa toc|grab|ahamove|nhanh"
        r"|gap|mai|nay|ngay|hom|bua|tuan|thu|cn|chu nhat|sang|chieu|tay|noi|co|lay|tinh|cho|order|dat|dong goi|phan"
        r"|eta|lam)\b"
    ),
}

_SURELY_DELIVERY = re.compile(
    r"\b(giao|ship\w*|gui|hang|chuyen|don|kip|van chuyen|hoa toc|ngay|hom|bua|tuan|mai|chieu|cn|thu|order|dat|dong goi"
    r"|(lau|nao|gio|tieng) (thi |moi |la |se |minh |em )*(toi|nhan|co|ve|den|lay)"
    r"|(nhan|toi|ve|den) (duoc|noi|tay|nha))\b"
)
"""Beside goods that are named: `bộ dao xài lâu … có nhận mài không` has words of a delivery and is none."""


def without_guesses(understood: Parse, context: dict[str, Any]) -> Parse:
    """In its place stands what a question about goods, or one for advice, most likely is."""
    if understood.language != "vi":
        return understood
    line = fold(understood.text)
    guessed = {
        intent.name
        for intent in understood.intents
        if intent.name in _WORDS
        and intent.confidence > DOUBT
        and not _speaks_of(intent.name, line, understood)
    }
    if "ask_delivery_time" in guessed and not _talks_of_goods(understood, context):
        guessed.discard("ask_delivery_time")
    if not guessed:
        return understood
    kept = {
        intent.name: replace(intent, confidence=DOUBT) if intent.name in guessed else intent
        for intent in understood.intents
    }
    if understood.intents[0].name in guessed and (name := _likelier(understood, context)):
        kept[name] = Intent(name, max(LIKELY, kept[name].confidence if name in kept else 0.0))
    return replace(understood, intents=tuple(sorted(kept.values(), key=lambda own: -own.confidence)))


def _speaks_of(name: str, line: str, understood: Parse) -> bool:
    named = any(item.refers is None and item.product_sku for item in understood.items)
    words = _SURELY_DELIVERY if name == "ask_delivery_time" and named else _WORDS[name]
    return bool(words.search(line))


def _likelier(understood: Parse, context: dict[str, Any]) -> str:
    if asks_advice(understood.text) and not understood.items:
        return "recommend"
    return "ask_product" if understood.question and _talks_of_goods(understood, context) else ""


def _talks_of_goods(understood: Parse, context: dict[str, Any]) -> bool:
    return bool(understood.items or context.get("shown") or context.get("cart"))
