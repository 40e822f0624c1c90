"""What the dialogues came to: shares by folder, language and kind, every failure with its reason, transcripts."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.invariants import GRAVE
from bot.evaluation.running import Judged, Outcome
from bot.evaluation.wording import visible
from core.clock import VIETNAM

SHOWN_AT_ONCE = 10


def pass_1(judged: Sequence[Judged]) -> float:
    """How many of the runs pass."""
    return sum(item.share for item in judged) / len(judged) if judged else 0.0


def pass_k(judged: Sequence[Judged]) -> float:
    """How many of the dialogues pass in every one of their runs."""
    return sum(item.always for item in judged) / len(judged) if judged else 0.0


def grave(judged: Sequence[Judged]) -> list[tuple[Judged, Outcome]]:
    return [(item, outcome) for item in judged for outcome in item.outcomes if outcome.is_grave]


def lines(judged: Sequence[Judged], *, with_transcripts: bool) -> Iterator[str]:
    runs = max(len(item.outcomes) for item in judged)
    failed = [item for item in judged if not item.always]
    for item in failed:
        yield from _failure(item)
        if with_transcripts and len(failed) <= SHOWN_AT_ONCE:
            yield transcript(item)
    yield from _tables(judged, runs)
    yield from _violations(judged)
    yield (
        f"{len(judged)} dialogues, {runs} run(s) each: pass^1 {pass_1(judged):.1%}"
        + (f", pass^{runs} {pass_k(judged):.1%}" if runs > 1 else "")
        + f"; {len(failed)} failed"
    )


def _failure(item: Judged) -> Iterator[str]:
    script = item.case.script
    bad = [outcome for outcome in item.outcomes if not outcome.passed]
    yield f"FAILED {script.id} ({script.kind}, {item.case.writing}) in {len(bad)} of {len(item.outcomes)} run(s)"
    reasons = [
        *(f"{v.kind.upper()}: {v.what}" for outcome in bad for v in outcome.violations),
        *(failure for outcome in bad for failure in outcome.failures),
    ]
    yield from (f"  - {reason}" for reason in dict.fromkeys(reasons))


def _tables(judged: Sequence[Judged], runs: int) -> Iterator[str]:
    views: tuple[tuple[str, Callable[[Judged], str]], ...] = (
        ("folder", lambda item: item.case.folder),
        ("language", lambda item: item.case.writing),
        ("kind", lambda item: item.case.script.kind),
    )
    for title, key in views:
        yield f"\n{title:<16}{'dialogues':>10}{'pass^1':>9}" + (f"{f'pass^{runs}':>9}" if runs > 1 else "")
        for name, items in _grouped(judged, key).items():
            yield f"{name:<16}{len(items):>10}{pass_1(items):>9.1%}" + (
                f"{pass_k(items):>9.1%}" if runs > 1 else ""
            )
    yield ""


def _grouped(judged: Sequence[Judged], key: Callable[[Judged], str]) -> dict[str, list[Judged]]:
    groups: dict[str, list[Judged]] = {}
    for item in judged:
        groups.setdefault(key(item), []).append(item)
    return dict(sorted(groups.items()))


def _violations(judged: Sequence[Judged]) -> Iterator[str]:
    counts = Counter(
        kind
        for item in judged
        for kind in {violation.kind for outcome in item.outcomes for violation in outcome.violations}
    )
    told = ", ".join(f"{kind} {counts[kind]}" for kind in (*GRAVE, "reply"))
    yield f"dialogues in which something went wrong that never may: {told}"


def transcript(item: Judged) -> str:
    """The first run that failed, or the first; as people read it."""
    outcome = next((o for o in item.outcomes if not o.passed), item.outcomes[0])
    script = item.case.script
    text = [f"# {script.id} ({script.kind}, {item.case.writing}, shop {script.shop})", ""]
    text += [f"- {v.kind.upper()}: {v.what}" for v in outcome.violations]
    text += [f"- {failure}" for failure in outcome.failures]
    if outcome.passed:
        text.append("- passed")
    for exchange in outcome.played.exchanges:
        sent = " ".join([exchange.text, *(f"[{a['type']}]" for a in exchange.attachments)]).strip()
        text += ["", f"**Customer** ({exchange.at.astimezone(VIETNAM):%H:%M}): {sent}"]
        text += [_shown(reply) for reply in exchange.replies] or ["**Shop**: (silent)"]
        asks = f"_asks for {', '.join(exchange.asks)}_" if exchange.asks else ""
        cart = exchange.state.get("cart")
        held = ", ".join(f"{line['quantity']} × {line['sku']}" for line in cart["lines"]) if cart else ""
        text += [" · ".join(part for part in (asks, f"_cart: {held}_" if held else "") if part)]
    return "\n".join(text) + "\n"


def _shown(reply: Mapping[str, Any]) -> str:
    """The text, with a mark for each card below it."""
    cards = [
        f"[{card.get('type', 'card')}: {card.get('title') or card.get('code') or card.get('total_text') or ''}]"
        for card in reply.get("cards", ())
    ]
    return "\n".join(["**Shop**: " + str(reply.get("text", "")), *([" ".join(cards)] if cards else [])])


def write_transcripts(judged: Sequence[Judged], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for item in judged:
        name = f"{'passed' if item.always else 'FAILED'}-{item.case.script.id}.md"
        (folder / name).write_text(transcript(item), "utf-8")


def as_json(judged: Sequence[Judged], *, brain: str) -> dict[str, Any]:
    def shares(key: Callable[[Judged], str]) -> dict[str, dict[str, float | int]]:
        return {
            name: {"dialogues": len(items), "pass_1": pass_1(items), "pass_k": pass_k(items)}
            for name, items in _grouped(judged, key).items()
        }

    return {
        "brain": brain,
        "runs": max(len(item.outcomes) for item in judged),
        "dialogues": len(judged),
        "pass_1": pass_1(judged),
        "pass_k": pass_k(judged),
        "by_folder": shares(lambda item: item.case.folder),
        "by_language": shares(lambda item: item.case.writing),
        "by_kind": shares(lambda item: item.case.script.kind),
        "results": [_result(item) for item in judged],
    }


def _result(item: Judged) -> dict[str, Any]:
    return {
        "id": item.case.script.id, "kind": item.case.script.kind, "language": item.case.writing,
        "folder": item.case.folder, "file": str(item.case.file), "passed": item.always,
        "runs": [
            {
                "passed": outcome.passed,
                "failures": outcome.failures,
                "violations": [{"kind": v.kind, "what": v.what} for v in outcome.violations],
                "transcript": [
                    {"customer": e.text, "shop": [visible(reply) for reply in e.replies], "awaiting": e.asks}
                    for e in outcome.played.exchanges
                ],
            }
            for outcome in item.outcomes
        ],
    }  # fmt: skip
