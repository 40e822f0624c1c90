"""What comes beside words: pictures, voice messages, stickers, links, places. Acknowledged, never an error.

The assistant sees no picture and hears no voice, and says so. A link to one of the shop's own product pages names
that product; signs without words keep the open question open.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.agent.agreement import agrees, is_only_signs
from bot.agent.turn import Services, ToolOutcome, Turn
from bot.replies.texts import say
from bot.tools.orders.flows import open_flow
from bot.tools.shopping.showing import check_product
from core.shop import shop_profile
from nlu import Lexicon

MAX_KEPT_PHOTOS = 20
NAMED_PRODUCT = "product"
"""An attachment of our own making: the customer came by a link that named this product."""
_LINK = re.compile(r"https?://[^\s<>\"“”]{3,2000}", re.IGNORECASE)
_PHOTO_QUESTIONS = frozenset({"photo", "photos"})
_PHOTO_INTENTS = frozenset({"complaint", "return_request", "exchange_request"})
_ANSWERED_FIRST = ("location", "voice", "image", "video", "file", "link", "sticker")


def links_in(text: str) -> list[dict[str, Any]]:
    """Links typed into the words are attachments as well."""
    return [
        {"type": "link", "url": url.rstrip(".,)!?"), "name": "", "text": ""} for url in _LINK.findall(text)
    ]


def without_links(text: str) -> str:
    return " ".join(_LINK.sub(" ", text).split())


def own_products(services: Services, attachments: Sequence[dict[str, Any]]) -> list[str]:
    """SKUs of products that a channel's link named, or on whose pages links point; only on the shop's own site."""
    named = [a["text"] for a in attachments if a["type"] == NAMED_PRODUCT]
    links = [a["url"] for a in attachments if a["type"] == "link" and a["url"]]
    if not links:
        return named
    with services.db.read_transaction() as session:
        site = _host(shop_profile(session).website)
    lexicon = services.lexicon()
    found = named + [sku for url in links if site and _host(url) == site and (sku := _sku_in(url, lexicon))]
    return list(dict.fromkeys(found))


def answer_without_words(
    turn: Turn, attachments: Sequence[dict[str, Any]], linked: Sequence[str]
) -> str | None:
    """The reply to what came without words, the open question after it; None when there are words to answer.

    A thumbs-up to nothing but the summary is an answer too: the brain takes it.
    """
    if turn.text.strip() and not is_only_signs(turn.text):
        return None
    if not attachments and agrees(turn.parse, turn.state.get("awaiting", [])):
        return None
    if linked:
        return check_product(turn, sku=linked[0]).say
    if _keeps_photos(turn, attachments):
        return _say(turn, "media_photo_kept").say
    kinds = {a["type"] for a in attachments}
    kind = next((name for name in _ANSWERED_FIRST if name in kinds), "sticker")
    return _say(turn, f"media_{kind}", staff=kind in ("image", "video", "voice", "file")).say


def answered_with_attachments(
    turn: Turn, attachments: Sequence[dict[str, Any]], linked: Sequence[str], text: str
) -> str:
    """The words were answered; a picture beside them is acknowledged, unless the words say what is meant."""
    if _keeps_photos(turn, attachments):
        return f"{say(turn.language, 'media_photo_kept')} {text}"
    kinds = {a["type"] for a in attachments} - {"sticker", "link" if linked else ""}
    kind = next((name for name in _ANSWERED_FIRST if name in kinds), "")
    if not kind or turn.parse.items or turn.state.get("handoff"):
        return text
    return f"{say(turn.language, f'media_{kind}')} {text}"


def _keeps_photos(turn: Turn, attachments: Sequence[dict[str, Any]]) -> bool:
    """Pictures of a complaint or return are kept for whoever settles it; True when these are such."""
    photos = [a["url"] or a["name"] or a["type"] for a in attachments if a["type"] in ("image", "video")]
    intents = {intent.name for intent in turn.parse.intents}
    awaited = _PHOTO_QUESTIONS & set(turn.state.get("awaiting", []))
    flow = open_flow(turn.state)
    returning = flow is not None and flow["name"] == "return"
    if not photos or not (awaited or returning or intents & _PHOTO_INTENTS):
        return False
    turn.state["photos"] = [*turn.state.get("photos", []), *photos][-MAX_KEPT_PHOTOS:]
    return True


def _say(turn: Turn, key: str, *, staff: bool = False) -> ToolOutcome:
    """The open question stays what it was."""
    said = say(turn.language, key)
    question = turn.state.get("question") if turn.state.get("awaiting") else ""
    text = f"{said} {question}" if question else said
    buttons = (say(turn.language, "staff_button"),) if staff else ()
    awaiting = tuple(turn.state.get("awaiting", ()))
    return turn.note(ToolOutcome("media", True, text, {}, (), buttons, awaiting))


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _sku_in(url: str, lexicon: Lexicon) -> str:
    """A part of the path or a value of the query that is a SKU, or a path that ends in one: `/ao-thun-at01`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    by_fold = {sku.casefold(): sku for sku in lexicon.products}
    words = [*unquote(parts.path).strip("/").split("/"), *(value for _, value in parse_qsl(parts.query))]
    for word in (word.casefold() for word in words if word):
        stem = word.rsplit(".", 1)[0]
        for candidate in (word, stem, stem.rsplit("-", 1)[-1]):
            if candidate in by_fold:
                return by_fold[candidate]
            product = lexicon.product_of(candidate.upper())
            if product:
                return product
    return ""
