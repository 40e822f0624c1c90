"""What the assistant could not answer: listed to staff, answered once by them, known from then on."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.staff.cards import table_card
from core.actor import Actor
from core.errors import Invalid
from core.knowledge.questions import answer_unanswered, get_question, list_questions

SHOWN = 20


def open_questions(session: Session) -> tuple[str, list[dict[str, Any]]]:
    """(text, cards): what waits for an answer, oldest first."""
    rows = list_questions(session, state="open", after=None, limit=SHOWN)
    if not rows:
        return "Không có câu hỏi nào đang chờ trả lời.", []
    table = [[row.id, row.question[:200], row.language, str(row.count)] for row in rows]
    card = table_card("Câu hỏi chưa có lời đáp", ["Mã", "Câu hỏi", "Ngôn ngữ", "Số lần hỏi"], table)
    return "Trả lời: /answer MÃ lời đáp", [card]


def answer(session: Session, *, argument: str, actor: Actor, now: datetime) -> str:
    """`MÃ lời đáp`: into the shop's FAQ, in the language in which it was asked."""
    code, _, words = argument.partition(" ")
    if not words.strip():
        raise Invalid(
            "argument_missing",
            "Write the answer behind the code.",
            {"example": "/answer MÃ lời đáp (xem mã bằng /questions)"},
        )
    question = get_question(session, code)
    answer_unanswered(
        session, question_id=question.id, answers={question.language: words.strip()}, actor=actor, now=now
    )
    return f"Đã lưu lời đáp cho “{question.question[:100]}”; khách đã hỏi sẽ được báo."
