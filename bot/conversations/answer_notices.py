"""Staff have answered what the assistant did not know: everybody who asked is told, once."""

from bot.conversations.models import Conversation
from bot.conversations.writing import write_notice
from bot.replies.texts import say
from core.jobs.worker import Run


def tell_askers(run: Run) -> None:
    """Job `notice.answer`. The text is the FAQ entry's own, with the passage that backs it."""
    payload = dict(run.payload)
    language, key = payload["language"], f"{payload['event']}:{payload['key']}"
    text = say(language, "notice_answer", question=payload["question"], answer=payload["answer"])
    evidence = {name: payload[name] for name in ("event", "question_id", "passage_id", "version")}
    with run.db.transaction() as session:
        for conversation_id in payload["conversation_ids"]:
            conversation = session.get(Conversation, conversation_id)
            if conversation is not None:
                write_notice(session, conversation, key=key, text=text, evidence=evidence, now=run.now)
