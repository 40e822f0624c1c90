"""What the assistant cannot answer reaches staff; answered once, the assistant knows it from then on."""

from fastapi.testclient import TestClient
from sqlalchemy import select

from bot.bootstrap import Parts, job_handlers
from bot.conversations.models import Message
from bot.staff.commands import run
from core.actor import Actor
from core.jobs.worker import Worker
from core.knowledge.questions import list_questions
from core.tickets.models import Ticket
from tests.bot.conftest import Chat

QUESTION = "shop có nhận thêu tên bằng chỉ kim tuyến không?"
ANSWER = "Dạ shop nhận thêu tên bằng chỉ kim tuyến, phí 20.000đ một tên ạ."


def test_an_answer_given_once_is_told_to_who_asked_and_known_afterwards(
    client: TestClient, parts: Parts
) -> None:
    chat = Chat(client)
    first = chat.text(QUESTION)
    owner = Actor("staff", "s1", "Hà", "owner")

    with parts.db.transaction() as session:
        question = next(
            q for q in list_questions(session, state="open", after=None, limit=50) if q.question == QUESTION
        )
        tickets = session.scalars(select(Ticket).where(Ticket.kind == "question")).all()
        assert any(t.conversation_id == chat.identity["conversation_id"] for t in tickets)
        run(session, text=f"/answer {question.id} {ANSWER}", actor=owner, now=parts.clock())
    Worker(parts.db, job_handlers(parts), clock=parts.clock, threads=1).run_until_idle()

    assert "20.000đ" not in first
    with parts.db.read_transaction() as session:
        told = session.scalars(
            select(Message.text).where(
                Message.conversation_id == chat.identity["conversation_id"], Message.author == "system"
            )
        ).all()
    assert len([text for text in told if "20.000đ" in text]) == 1
    assert "20.000đ" in Chat(client).text(QUESTION)
