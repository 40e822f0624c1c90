"""/knowledge: documents, FAQ entries, what customers asked in vain, and a search as the assistant does it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, UploadFile
from pydantic import Field
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.access import Authorization, Desk, DeskDep, IdempotencyKey, Limit, change, create, read
from core.api.error_handlers import REFUSALS
from core.api.paging import page_of
from core.api.schemas import In, Out, Page
from core.errors import AppError, Conflict
from core.knowledge import documents, faqs, questions
from core.knowledge.faqs import Faq, FaqText
from core.knowledge.models import KnowledgeDocument, KnowledgePassage, UnansweredQuestion
from core.knowledge.passages import passage_as_told
from core.ports.knowledge import KnowledgeDesk

MAX_DOCUMENT_BYTES = 20 * 1024 * 1024
SCOPE = "knowledge"
router = APIRouter(prefix="/api/v1/knowledge", tags=["knowledge"], responses=REFUSALS)
Cursor = Annotated[str | None, Query(max_length=200)]
Status = Annotated[Literal["active", "archived"], Query()]
LanguageCode = Literal["vi", "en", "ko"]
Text = Annotated[str, Field(min_length=1, max_length=20_000)]


class PassageOut(Out):
    id: str
    title: str
    text: str
    language: str
    version: str


class DocumentOut(Out):
    id: str
    title: str
    filename: str
    language: str
    size: int
    sha256: str
    origin: str
    version: int
    status: str
    created_at: datetime
    updated_at: datetime


class DocumentWhole(DocumentOut):
    """`text` is what was read out of the file, `passages` what is found and quoted."""

    text: str
    passages: list[PassageOut]


class FaqTextIn(In):
    question: Text
    answer: Text
    phrasings: list[Annotated[str, Field(min_length=1, max_length=1_000)]] = Field([], max_length=50)


class FaqIn(In):
    """`texts` by language; `id` is yours to choose, and made up when left out."""

    id: str = Field("", max_length=100, pattern=r"^[\w.-]*$")
    texts: dict[LanguageCode, FaqTextIn] = Field(min_length=1)


class FaqChange(In):
    texts: dict[LanguageCode, FaqTextIn] = Field(min_length=1)


class FaqTextOut(Out):
    question: str
    answer: str
    phrasings: list[str]


class FaqOut(Out):
    id: str
    status: str
    updated_at: datetime
    texts: dict[str, FaqTextOut]
    versions: dict[str, str]


class AskingOut(Out):
    conversation_id: str
    words: str
    asked_at: datetime


class QuestionOut(Out):
    id: str
    question: str
    language: str
    count: int
    state: str
    faq_id: str
    created_at: datetime
    last_asked_at: datetime
    closed_at: datetime | None


class QuestionWhole(QuestionOut):
    askings: list[AskingOut]


class AnswerIn(In):
    """`answers` by language. `questions` words the question for the FAQ: needed for a language other than the
    customer's. `faq_id`: the entry that answers it already and shall know these words too."""

    answers: dict[LanguageCode, Text] = {}
    questions: dict[LanguageCode, Text] = {}
    faq_id: str = Field("", max_length=100)


class FoundOut(Out):
    passage_id: str
    version: str
    kind: str
    title: str
    text: str
    source: str
    language: str
    score: float
    sure: bool


class SearchOut(Out):
    items: list[FoundOut]


class RevisionOut(Out):
    passage_id: str
    version: str
    kind: str
    title: str
    text: str
    language: str
    source: str
    created_at: datetime


class TooLarge(AppError):
    status = 413


@router.post("/documents", status_code=201)
def add_document(
    desk: DeskDep,
    file: Annotated[UploadFile, File(description="Markdown, text, HTML, DOCX or PDF, 20 MB at most")],
    title: Annotated[str, Form(max_length=200)] = "",
    language: Annotated[
        Literal["", "vi", "en", "ko"], Form(description="Empty: guessed piece by piece")
    ] = "",
    replaces: Annotated[
        str, Form(max_length=100, description="Id of the document whose place it takes")
    ] = "",
    authorization: Authorization = None,
    idempotency_key: IdempotencyKey = None,
) -> DocumentOut:
    """The next question is answered from it. What an older version said stays readable as evidence."""
    content = _content(desk, authorization, file)
    name = file.filename or "document"
    texts = _knowledge(desk).read_document(filename=name, content=content, title=title, language=language)

    def work(session: Session, actor: Actor) -> DocumentOut:
        kept: dict[str, Any] = {
            "filename": name, "content": content, "read": texts, "language": language, "actor": actor,
            "now": desk.clock(),
        }  # fmt: skip
        if replaces:
            return _document(documents.replace_document(session, document_id=replaces, **kept))
        return _document(documents.add_document(session, **kept))

    request = {"sha256": documents.digest_of(content), "title": title, "language": language, "name": name}
    return create(
        desk, authorization, SCOPE, idempotency_key, request | {"replaces": replaces}, DocumentOut, work
    )


@router.get("/documents")
def list_documents(
    desk: DeskDep,
    authorization: Authorization = None,
    status: Status = "active",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DocumentOut]:
    def work(session: Session) -> Page[DocumentOut]:
        rows = documents.list_documents(session, after=cursor, limit=limit + 1, status=status)
        return page_of(rows, limit, _document)

    return read(desk, authorization, SCOPE, work)


@router.get("/documents/{document_id}")
def get_document(desk: DeskDep, document_id: str, authorization: Authorization = None) -> DocumentWhole:
    def work(session: Session) -> DocumentWhole:
        row = documents.get_document(session, document_id)
        pieces = [_passage(piece) for piece in documents.passages_of(session, document_id)]
        return DocumentWhole(
            **_document(row).model_dump(), text=documents.text_of(session, row), passages=pieces
        )

    return read(desk, authorization, SCOPE, work)


@router.delete("/documents/{document_id}")
def archive_document(desk: DeskDep, document_id: str, authorization: Authorization = None) -> DocumentOut:
    """Archived: it answers nobody any more, and its file and texts stay."""

    def work(session: Session, actor: Actor) -> DocumentOut:
        return _document(
            documents.archive_document(session, document_id=document_id, actor=actor, now=desk.clock())
        )

    return change(desk, authorization, SCOPE, work)


@router.post("/faqs", status_code=201)
def add_faq(
    desk: DeskDep, body: FaqIn, authorization: Authorization = None, idempotency_key: IdempotencyKey = None
) -> FaqOut:
    def work(session: Session, actor: Actor) -> FaqOut:
        return _faq(
            faqs.add_faq(session, faq_id=body.id, texts=_texts(body.texts), actor=actor, now=desk.clock())
        )

    return create(desk, authorization, SCOPE, idempotency_key, body.model_dump(), FaqOut, work)


@router.get("/faqs")
def list_faqs(
    desk: DeskDep,
    authorization: Authorization = None,
    status: Status = "active",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[FaqOut]:
    def work(session: Session) -> Page[FaqOut]:
        rows = faqs.list_faqs(session, after=cursor, limit=limit + 1, status=status)
        return page_of(rows, limit, _faq)

    return read(desk, authorization, SCOPE, work)


@router.get("/faqs/{faq_id}")
def get_faq(desk: DeskDep, faq_id: str, authorization: Authorization = None) -> FaqOut:
    return read(desk, authorization, SCOPE, lambda session: _faq(faqs.get_faq(session, faq_id)))


@router.put("/faqs/{faq_id}")
def edit_faq(desk: DeskDep, faq_id: str, body: FaqChange, authorization: Authorization = None) -> FaqOut:
    """The whole entry as it is from now on: a language that is left out is taken out."""

    def work(session: Session, actor: Actor) -> FaqOut:
        return _faq(
            faqs.edit_faq(session, faq_id=faq_id, texts=_texts(body.texts), actor=actor, now=desk.clock())
        )

    return change(desk, authorization, SCOPE, work)


@router.delete("/faqs/{faq_id}")
def archive_faq(desk: DeskDep, faq_id: str, authorization: Authorization = None) -> FaqOut:
    """Archived: it answers nobody any more; a PUT brings it back."""

    def work(session: Session, actor: Actor) -> FaqOut:
        return _faq(faqs.archive_faq(session, faq_id=faq_id, actor=actor, now=desk.clock()))

    return change(desk, authorization, SCOPE, work)


@router.get("/questions")
def list_questions(
    desk: DeskDep,
    authorization: Authorization = None,
    state: Annotated[Literal["open", "answered", "dismissed"], Query()] = "open",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[QuestionOut]:
    """What customers asked and nothing written answers; alike questions are one, with their count."""

    def work(session: Session) -> Page[QuestionOut]:
        rows = questions.list_questions(session, state=state, after=cursor, limit=limit + 1)
        return page_of(rows, limit, QuestionOut.model_validate)

    return read(desk, authorization, SCOPE, work)


@router.get("/questions/{question_id}")
def get_question(desk: DeskDep, question_id: str, authorization: Authorization = None) -> QuestionWhole:
    def work(session: Session) -> QuestionWhole:
        row = questions.get_question(session, question_id)
        asked = [AskingOut.model_validate(asking) for asking in questions.askings(session, question_id)]
        return QuestionWhole(**_question(row).model_dump(), askings=asked)

    return read(desk, authorization, SCOPE, work)


@router.post("/questions/{question_id}/answer", status_code=201)
def answer_question(
    desk: DeskDep,
    question_id: str,
    body: AnswerIn,
    authorization: Authorization = None,
    idempotency_key: IdempotencyKey = None,
) -> FaqOut:
    """Answered once, known from then on: makes or extends an FAQ entry, and tells who asked."""

    def work(session: Session, actor: Actor) -> FaqOut:
        answered = questions.answer_unanswered(
            session, question_id=question_id, answers=_by_language(body.answers), faq_id=body.faq_id,
            questions=_by_language(body.questions), actor=actor, now=desk.clock(),
        )  # fmt: skip
        return _faq(answered)

    request = body.model_dump() | {"question_id": question_id}
    return create(desk, authorization, SCOPE, idempotency_key, request, FaqOut, work)


@router.post("/questions/{question_id}/dismiss")
def dismiss_question(desk: DeskDep, question_id: str, authorization: Authorization = None) -> QuestionOut:
    def work(session: Session, actor: Actor) -> QuestionOut:
        return _question(
            questions.dismiss_unanswered(session, question_id=question_id, actor=actor, now=desk.clock())
        )

    return change(desk, authorization, SCOPE, work)


@router.get("/search")
def search(
    desk: DeskDep,
    q: Annotated[str, Query(min_length=1, max_length=600)],
    language: Annotated[Literal["", "vi", "en", "ko"], Query(description="Empty: guessed")] = "",
    authorization: Authorization = None,
    limit: Annotated[int, Query(ge=1, le=20)] = 3,
) -> SearchOut:
    """As the assistant finds it: only a `sure` first hit is told as the answer."""
    read(desk, authorization, SCOPE, lambda _session: None)
    found = _knowledge(desk).find(q, language=language, limit=limit)
    return SearchOut(items=[FoundOut.model_validate(item) for item in found])


@router.get("/passages/{passage_id}/versions/{version}")
def get_revision(
    desk: DeskDep, passage_id: str, version: str, authorization: Authorization = None
) -> RevisionOut:
    """The text that stood behind a reply, by the evidence that the reply kept."""

    def work(session: Session) -> RevisionOut:
        return RevisionOut.model_validate(passage_as_told(session, passage_id=passage_id, version=version))

    return read(desk, authorization, SCOPE, work)


def _content(desk: Desk, authorization: str | None, file: UploadFile) -> bytes:
    """Whoever may not write is refused before the file is looked at."""
    change(desk, authorization, SCOPE, lambda _session, _actor: None)
    content = file.file.read(MAX_DOCUMENT_BYTES + 1)
    if len(content) > MAX_DOCUMENT_BYTES:
        raise TooLarge("document_too_large", "A document has at most 20 MB. Leave pictures out or split it.")
    return content


def _knowledge(desk: Desk) -> KnowledgeDesk:
    if desk.knowledge is None:
        raise Conflict("knowledge_missing", "This server runs without its knowledge. Ask the one that chats.")
    return desk.knowledge


def _texts(given: dict[LanguageCode, FaqTextIn]) -> dict[str, FaqText]:
    return {language: FaqText(t.question, t.answer, tuple(t.phrasings)) for language, t in given.items()}


def _by_language(given: dict[LanguageCode, str]) -> dict[str, str]:
    return {str(language): text for language, text in given.items()}


def _document(row: KnowledgeDocument) -> DocumentOut:
    return DocumentOut.model_validate(row)


def _passage(row: KnowledgePassage) -> PassageOut:
    return PassageOut.model_validate(row)


def _faq(faq: Faq) -> FaqOut:
    return FaqOut.model_validate(faq)


def _question(row: UnansweredQuestion) -> QuestionOut:
    return QuestionOut.model_validate(row)
