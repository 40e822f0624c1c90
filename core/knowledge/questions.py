"""What customers asked and nobody had written: gathered, answered once by a person, known from then on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor, Role
from core.catalogue.folding import fold
from core.db import insert_for
from core.errors import AlreadyDecided, Invalid, NotFound
from core.ids import new_id
from core.jobs.events import publish
from core.knowledge.faqs import Faq, FaqText, add_faq, edit_faq, get_faq
from core.knowledge.models import LANGUAGES, UnansweredAsking, UnansweredQuestion

MAX_WORDS = 1_000
_COMPARED = 300
_ALIKE = 0.75
_ANSWERERS: tuple[Role, ...] = ("manager", "sales")


def note_unanswered(
    session: Session,
    *,
    question: str,
    language: str,
    conversation_id: str,
    now: datetime,
    essence: str = "",
) -> UnansweredQuestion:
    """Called by the assistant when it does not know. `essence` is the question's telling words (`KnowledgeDesk`);
    without it the folded words are compared."""
    words = " ".join(question.split())[:MAX_WORDS]
    if not words:
        raise Invalid("question_empty", "There is no question to note.", {})
    spoken = language if language in LANGUAGES else "vi"
    told = telling_words(essence or words)
    row_id = _count_up(session, _alike(session, told, spoken), spoken, now) or _open(
        session, words, told, spoken, now
    )
    session.add(
        UnansweredAsking(question_id=row_id, conversation_id=conversation_id, words=words, asked_at=now)
    )
    session.flush()
    return get_question(session, row_id)


def answer_unanswered(
    session: Session,
    *,
    question_id: str,
    answers: Mapping[str, str],
    actor: Actor,
    now: datetime,
    questions: Mapping[str, str] | None = None,
    faq_id: str = "",
) -> Faq:
    """Makes an FAQ entry of it (or extends entry `faq_id`) and closes it.

    `answers` by language; `questions` words the question for the FAQ, by default the customer's own words in
    their language. An entry that is extended keeps its own question and learns the customer's words as another
    phrasing; without a new answer in the customer's language its present one is told.
    """
    actor.require_role(*_ANSWERERS, action="answer a customer's question")
    row = get_question(session, question_id)
    known = get_faq(session, faq_id).texts if faq_id else {}
    texts = _texts(row, answers, questions or {}, known)
    _close(session, row, "answered", actor, now)
    if known:
        faq = edit_faq(
            session, faq_id=faq_id, texts=texts, actor=actor, now=now, keep_other_languages=True,
            roles=_ANSWERERS,
        )  # fmt: skip
    else:
        faq = add_faq(session, texts=texts, actor=actor, now=now, roles=_ANSWERERS)
    row.faq_id = faq.id
    session.flush()
    audit.record(
        session, actor=actor, action="question.answered", subject_kind="question", subject_id=row.id, now=now,
        data={"faq_id": faq.id},
    )  # fmt: skip
    _tell(session, row, faq, now)
    return faq


def dismiss_unanswered(
    session: Session, *, question_id: str, actor: Actor, now: datetime
) -> UnansweredQuestion:
    """Nothing that the shop wants to answer; asked again, it is gathered anew."""
    actor.require_role(*_ANSWERERS, action="dismiss a customer's question")
    row = get_question(session, question_id)
    _close(session, row, "dismissed", actor, now)
    audit.record(
        session, actor=actor, action="question.dismissed", subject_kind="question", subject_id=row.id, now=now
    )
    return row


def get_question(session: Session, question_id: str) -> UnansweredQuestion:
    row = session.get(UnansweredQuestion, question_id, populate_existing=True)
    if row is None:
        raise NotFound("question_not_found", f"There is no question {question_id[:40]}.", {})
    return row


def list_questions(
    session: Session, *, state: str, after: str | None, limit: int
) -> list[UnansweredQuestion]:
    """Oldest first; `after` is the last id already seen."""
    statement = select(UnansweredQuestion).where(UnansweredQuestion.state == state)
    if after is not None:
        statement = statement.where(UnansweredQuestion.id > after)
    return list(session.scalars(statement.order_by(UnansweredQuestion.id).limit(limit)))


def askings(session: Session, question_id: str) -> list[UnansweredAsking]:
    """Who asked it in which words, the first first."""
    return list(
        session.scalars(
            select(UnansweredAsking)
            .where(UnansweredAsking.question_id == question_id)
            .order_by(UnansweredAsking.id)
            .limit(1000)
        )
    )


def telling_words(text: str) -> str:
    """Folded words in a fixed order, each once."""
    letters = "".join(letter if letter.isalnum() else " " for letter in fold(text))
    return " ".join(sorted(set(letters.split())))[:MAX_WORDS]


def _alike(session: Session, told: str, language: str) -> str:
    """The open question with (nearly) the same words, else these words themselves."""
    own = set(told.split())
    rows = session.execute(
        select(UnansweredQuestion.essence)
        .where(UnansweredQuestion.state == "open", UnansweredQuestion.language == language)
        .order_by(UnansweredQuestion.last_asked_at.desc())
        .limit(_COMPARED)
    )
    best, likeness = told, _ALIKE
    for (essence,) in rows:
        other = set(essence.split())
        shared = len(own & other) / max(1, len(own | other))
        if shared >= likeness:
            best, likeness = essence, shared
    return best


def _count_up(session: Session, essence: str, language: str, now: datetime) -> str | None:
    return session.scalar(
        update(UnansweredQuestion)
        .where(
            UnansweredQuestion.state == "open",
            UnansweredQuestion.language == language,
            UnansweredQuestion.essence == essence,
        )
        .values(count=UnansweredQuestion.count + 1, last_asked_at=now)
        .returning(UnansweredQuestion.id)
        .execution_options(synchronize_session=False)
    )


def _open(session: Session, words: str, told: str, language: str, now: datetime) -> str:
    """Two first askers at once make one row of count two."""
    row_id = new_id()
    opened: str | None = session.scalar(
        insert_for(session, UnansweredQuestion)
        .values(
            id=row_id, question=words, essence=told, language=language, count=1, state="open", faq_id="",
            created_at=now, last_asked_at=now, closed_by="",
        )
        .on_conflict_do_nothing()
        .returning(UnansweredQuestion.id)
    )  # fmt: skip
    if opened is None:
        opened = _count_up(session, told, language, now)
    if opened is None:
        raise AlreadyDecided("question_closed", "This question was closed just now. Note it again.", {})
    return opened


def _texts(
    row: UnansweredQuestion,
    answers: Mapping[str, str],
    questions: Mapping[str, str],
    known: Mapping[str, FaqText],
) -> dict[str, FaqText]:
    texts: dict[str, FaqText] = {}
    for language, answer in answers.items():
        before = known.get(language)
        wording = questions.get(language, "") or (before.question if before else "")
        if not wording and language == row.language:
            wording = row.question
        if not wording:
            raise Invalid(
                "question_wording_missing",
                f"Word the question in '{language[:20]}' too: questions.{language[:20]}.",
                {"language": language[:20]},
            )
        texts[language] = FaqText(wording, answer, before.phrasings if before else ())
    own = texts.get(row.language) or known.get(row.language)
    if own is None:
        raise Invalid(
            "answer_missing",
            f"The customer wrote in '{row.language}': give the answer in that language.",
            {"language": row.language},
        )
    if fold(own.question) != fold(row.question) and row.question not in own.phrasings:
        own = replace(own, phrasings=(*own.phrasings, row.question))
    return {**texts, row.language: own}


def _close(session: Session, row: UnansweredQuestion, state: str, actor: Actor, now: datetime) -> None:
    closed = session.execute(
        update(UnansweredQuestion)
        .where(UnansweredQuestion.id == row.id, UnansweredQuestion.state == "open")
        .values(state=state, closed_at=now, closed_by=actor.id)
        .returning(UnansweredQuestion.id)
        .execution_options(synchronize_session=False)
    ).first()
    if closed is None:
        raise AlreadyDecided(
            "question_closed",
            f"This question is {get_question(session, row.id).state} already. Change its FAQ entry instead.",
            {"state": row.state, "faq_id": row.faq_id},
        )
    session.refresh(row)


def _tell(session: Session, row: UnansweredQuestion, faq: Faq, now: datetime) -> None:
    """`question.answered`: each conversation that asked can be told, once, in the language it was asked in."""
    conversations = dict.fromkeys(asking.conversation_id for asking in askings(session, row.id))
    publish(
        session,
        "question.answered",
        {
            "key": row.id, "question_id": row.id, "faq_id": faq.id, "language": row.language,
            "question": row.question, "answer": faq.texts[row.language].answer,
            "passage_id": f"faq:{faq.id}:{row.language}", "version": faq.versions[row.language],
            "conversation_ids": [conversation for conversation in conversations if conversation],
        },
        now=now,
    )  # fmt: skip
