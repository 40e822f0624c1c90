"""A reply from tool results alone: what the built-in brain says, and what stands in when a model's text falls."""

from collections.abc import Sequence
from typing import Any

from bot.replies.joining import continued
from bot.replies.texts import say

_ASKABLE = frozenset({"name", "phone", "address", "payment", "confirm"})


def compose(results: Sequence[dict[str, Any]], context: dict[str, Any], *, opening: str = "") -> str:
    """One reply from several results: the courtesy once, no sentence twice, one question, at the end.

    After an answer in the middle of an order, the question that was open is asked again.
    """
    said = [opening] if opening else []
    said += [str(result["say"]).strip() for result in _once(results) if result.get("say")]
    question = _question(results, context)
    lines = _without_repeats("\n".join(_flowing([*said, *([question] if question else [])])))
    return lines or say(context["language"], "unsure")


def _once(results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two questions may have the same answer."""
    passages: set[str] = set()
    kept = []
    for result in results:
        passage = str(result.get("data", {}).get("passage_id") or "")
        if not passage or passage not in passages:
            kept.append(result)
        passages.add(passage)
    return kept


def _question(results: Sequence[dict[str, Any]], context: dict[str, Any]) -> str:
    """Whoever awaits something asks it; else the open order goes on; else the last offer."""
    language = _language(results, context)
    settling = [result for result in results if result.get("awaiting") is not None]
    if settling:
        return str(settling[-1].get("ask") or "")
    if context.get("flow"):
        return open_question(context)
    awaiting = context.get("awaiting") or []
    if awaiting and (context.get("cart") or context.get("drafts")):
        if context.get("question") and language == context["language"]:
            return str(context["question"])
        if awaiting[0] in _ASKABLE:
            return say(language, f"ask_{awaiting[0]}")
    return next((str(result["ask"]) for result in reversed(results) if result.get("ask")), "")


def open_question(context: dict[str, Any]) -> str:
    """What was asked last about a placed order, in the words of its tool; empty when nothing is."""
    flow = context.get("flow")
    if not flow:
        return ""
    key, facts = flow["question"]
    return say(context["language"], key, **facts)


def _language(results: Sequence[dict[str, Any]], context: dict[str, Any]) -> str:
    """The one that was switched to in this very turn, if any."""
    switched = (str(r["data"]["language"]) for r in results if r.get("data", {}).get("language"))
    return next(switched, str(context["language"]))


def _flowing(parts: Sequence[str]) -> list[str]:
    """Only the first part opens with `dạ`, as people speak."""
    return [*parts[:1], *map(continued, parts[1:])]


def _without_repeats(text: str) -> str:
    seen: set[str] = set()
    kept = []
    for line in text.splitlines():
        plain = line.strip().casefold()
        if plain and plain in seen:
            continue
        seen.add(plain)
        kept.append(line)
    return "\n".join(kept).strip()
