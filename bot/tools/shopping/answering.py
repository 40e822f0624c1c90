"""What the shop wrote."""

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.texts import say


def answer_question(turn: Turn, *, question: str) -> ToolOutcome:
    """From what the shop wrote, with its source; says so when there is nothing sure."""
    hits = [hit for hit in turn.services.knowledge.search(question, language=turn.language) if hit.sure]
    if not hits:
        turn.state["unanswered"] = [*turn.state.get("unanswered", []), question[:300]][-20:]
        return turn.note(
            ToolOutcome(
                "answer_question",
                False,
                say(turn.language, "not_known"),
                {"question": question[:300]},
                quick_replies=(say(turn.language, "staff_button"),),
            )
        )
    best = hits[0]
    return turn.note(
        ToolOutcome(
            "answer_question",
            True,
            best.text,
            {"passage_id": best.passage_id, "source": best.source, "text": best.text},
            ({"type": "source", "title": best.source},),
        )
    )
