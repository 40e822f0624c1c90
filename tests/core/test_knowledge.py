"""What the shop knows: documents, FAQ entries, evidence, and questions nobody had answered, on both databases."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select, text

from core.actor import SYSTEM, Actor
from core.audit import AuditEntry
from core.db import Database
from core.errors import AlreadyDecided, Conflict, Invalid, NotAllowed, NotFound
from core.knowledge.documents import add_document, archive_document, passages_of, replace_document
from core.knowledge.faqs import FaqText, add_faq, archive_faq, edit_faq, get_faq, list_faqs
from core.knowledge.passages import active_passages, knowledge_mark, passage_as_told, passage_version
from core.knowledge.questions import (
    answer_unanswered,
    askings,
    dismiss_unanswered,
    get_question,
    list_questions,
    note_unanswered,
)
from core.ports.knowledge import Piece, ReadDocument
from core.schema import alembic_config
from core.shop_file.checking import check_shop_file
from core.shop_file.exporting import export_shop
from core.shop_file.importing import import_shop
from tests.small_shop import OneTown, shop_content

SALES = Actor("staff", "s", "Vy", "sales")
WAREHOUSE = Actor("staff", "w", "Tuấn", "warehouse")
MANAGER = Actor("staff", "m", "Minh", "manager")
FEE = {"vi": FaqText("Phí ship?", "30.000đ.")}


class Cutter:
    """A reader that cuts at empty lines, as the port promises pieces."""

    def read_document(
        self, *, filename: str, content: bytes, title: str = "", language: str = ""
    ) -> ReadDocument:
        text = content.decode()
        return ReadDocument(
            title, text, tuple(Piece(title, part, language or "vi") for part in text.split("\n\n"))
        )


def read(*parts: str) -> ReadDocument:
    return ReadDocument("Luật", "\n\n".join(parts), tuple(Piece("Luật", part, "vi") for part in parts))


def test_an_faq_entry_is_written_changed_and_archived_and_each_deed_is_recorded(
    db: Database, now: datetime
) -> None:
    with db.transaction() as session:
        add_faq(session, faq_id="fee", texts=FEE, actor=MANAGER, now=now)
        edit_faq(session, faq_id="fee", texts={"en": FaqText("Fee?", "30,000đ.")}, actor=MANAGER, now=now)
        changed = get_faq(session, "fee")
        archive_faq(session, faq_id="fee", actor=MANAGER, now=now)

    assert changed.texts == {"en": FaqText("Fee?", "30,000đ.")}
    with db.read_transaction() as session:
        assert get_faq(session, "fee").status == "archived"
        assert active_passages(session) == []
        assert list_faqs(session, after=None, limit=10) == []
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert sorted(actions) == ["faq.added", "faq.archived", "faq.changed"]


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ({}, "faq_empty"),
        ({"fr": FaqText("Prix?", "3 €")}, "language_unknown"),
        ({"vi": FaqText("Phí?", " ")}, "faq_incomplete"),
        ({"vi": FaqText("Phí?", "x" * 20_001)}, "faq_too_long"),
    ],
)
def test_an_faq_entry_that_would_answer_nothing_is_refused(
    db: Database, now: datetime, texts: dict[str, FaqText], code: str
) -> None:
    with db.transaction() as session, pytest.raises(Invalid) as refusal:
        add_faq(session, faq_id="x", texts=texts, actor=MANAGER, now=now)

    assert refusal.value.code == code


def test_sales_staff_may_answer_questions_but_not_rewrite_the_shop(db: Database, now: datetime) -> None:
    with db.transaction() as session:
        for actor in (SALES, WAREHOUSE):
            with pytest.raises(NotAllowed):
                add_faq(session, texts=FEE, actor=actor, now=now)
        asked = note_unanswered(
            session, question="Có gói quà không?", language="vi", conversation_id="c", now=now
        )
        with pytest.raises(NotAllowed):
            answer_unanswered(session, question_id=asked.id, answers={"vi": "Có."}, actor=WAREHOUSE, now=now)
        answer_unanswered(session, question_id=asked.id, answers={"vi": "Có."}, actor=SALES, now=now)


def test_evidence_can_be_read_after_the_text_has_changed(db: Database, now: datetime) -> None:
    with db.transaction() as session:
        before = add_faq(session, faq_id="fee", texts=FEE, actor=MANAGER, now=now).versions["vi"]
        dearer = {"vi": FaqText("Phí ship?", "35.000đ.")}
        after = edit_faq(session, faq_id="fee", texts=dearer, actor=MANAGER, now=now).versions["vi"]
        archive_faq(session, faq_id="fee", actor=MANAGER, now=now)

    with db.read_transaction() as session:
        told = [passage_as_told(session, passage_id="faq:fee:vi", version=v).text for v in (before, after)]
        with pytest.raises(NotFound):
            passage_as_told(session, passage_id="faq:fee:vi", version="0")
    assert told == ["30.000đ.", "35.000đ."]


def test_a_replaced_document_answers_anew_and_its_old_words_stay_readable(
    db: Database, now: datetime
) -> None:
    with db.transaction() as session:
        document = add_document(
            session, filename="a.md", content=b"1", read=read("Cũ", "Sẽ mất"), actor=MANAGER, now=now
        )
        old = {p.id: p.version for p in passages_of(session, document.id)}
    with db.transaction() as session:
        replaced = replace_document(
            session,
            document_id=document.id,
            filename="b.md",
            content=b"2",
            read=read("Mới"),
            actor=MANAGER,
            now=now,
        )
        texts = [p.text for p in passages_of(session, document.id)]
        was = [passage_as_told(session, passage_id=i, version=v).text for i, v in old.items()]

    assert (replaced.version, replaced.filename, texts) == (2, "b.md", ["Mới"])
    assert was == ["Cũ", "Sẽ mất"]


def test_the_same_file_twice_is_refused_with_the_first_one_s_id(db: Database, now: datetime) -> None:
    with db.transaction() as session:
        first = add_document(session, filename="a.md", content=b"1", read=read("A"), actor=MANAGER, now=now)
        with pytest.raises(Conflict) as refusal:
            add_document(session, filename="b.md", content=b"1", read=read("A"), actor=MANAGER, now=now)

    assert refusal.value.data["document_id"] == first.id


def test_every_change_gives_a_new_mark_even_within_one_moment(db: Database, now: datetime) -> None:
    marks = []
    steps: list[Any] = [
        lambda s: add_faq(s, faq_id="fee", texts=FEE, actor=SYSTEM, now=now),
        lambda s: edit_faq(s, faq_id="fee", texts=FEE, actor=SYSTEM, now=now),
        lambda s: archive_faq(s, faq_id="fee", actor=SYSTEM, now=now),
        lambda s: add_document(
            s, document_id="d", filename="a", content=b"1", read=read("A"), actor=SYSTEM, now=now
        ),
        lambda s: archive_document(s, document_id="d", actor=SYSTEM, now=now),
    ]
    for step in steps:
        with db.transaction() as session:
            step(session)
        with db.read_transaction() as session:
            marks.append(knowledge_mark(session))

    assert len(set(marks)) == len(steps)


def test_alike_questions_are_one_with_their_count(db: Database, now: datetime) -> None:
    asked = ["Có bán máy lạnh không?", "co ban may lanh khong", "Có bán máy giặt không?"]
    with db.transaction() as session:
        for number, words in enumerate(asked):
            note_unanswered(
                session,
                question=words,
                language="vi",
                conversation_id=f"c{number}",
                now=now + timedelta(number),
            )
        note_unanswered(session, question=asked[0], language="en", conversation_id="c9", now=now)
        rows = list_questions(session, state="open", after=None, limit=10)

        assert sorted((row.question, row.language, row.count) for row in rows) == [
            ("Có bán máy giặt không?", "vi", 1),
            ("Có bán máy lạnh không?", "en", 1),
            ("Có bán máy lạnh không?", "vi", 2),
        ]
        two = next(row for row in rows if row.count == 2)
        assert [(a.conversation_id, a.words) for a in askings(session, two.id)] == [
            ("c0", asked[0]),
            ("c1", asked[1]),
        ]


def test_an_answer_becomes_an_faq_entry_and_closes_the_question_once(db: Database, now: datetime) -> None:
    with db.transaction() as session:
        asked = note_unanswered(
            session, question="Có gói quà không?", language="vi", conversation_id="c", now=now
        )
        faq = answer_unanswered(
            session,
            question_id=asked.id,
            answers={"vi": "Có ạ.", "en": "Yes."},
            questions={"en": "Do you wrap gifts?"},
            actor=SALES,
            now=now,
        )
    with db.transaction() as session:
        with pytest.raises(AlreadyDecided):
            answer_unanswered(session, question_id=asked.id, answers={"vi": "Không."}, actor=SALES, now=now)
        again = note_unanswered(
            session, question="Có gói quà không?", language="vi", conversation_id="c", now=now
        )

        assert faq.texts["en"] == FaqText("Do you wrap gifts?", "Yes.")
        assert (get_question(session, asked.id).state, get_question(session, asked.id).faq_id) == (
            "answered",
            faq.id,
        )
        assert again.id != asked.id


def test_a_question_that_an_entry_answers_already_becomes_another_phrasing(
    db: Database, now: datetime
) -> None:
    with db.transaction() as session:
        add_faq(session, faq_id="fee", texts=FEE, actor=SYSTEM, now=now)
        asked = note_unanswered(
            session, question="Gửi tới Huế bao tiền?", language="vi", conversation_id="c", now=now
        )
        faq = answer_unanswered(session, question_id=asked.id, answers={}, faq_id="fee", actor=SALES, now=now)

    assert faq.texts["vi"] == FaqText("Phí ship?", "30.000đ.", ("Gửi tới Huế bao tiền?",))


@pytest.mark.parametrize(
    ("answers", "code"), [({}, "answer_missing"), ({"vi": "Có.", "ko": "네."}, "question_wording_missing")]
)
def test_an_answer_that_would_not_reach_the_customer_is_refused_and_closes_nothing(
    db: Database, now: datetime, answers: dict[str, str], code: str
) -> None:
    with db.transaction() as session:
        asked = note_unanswered(session, question="Có gói quà?", language="vi", conversation_id="c", now=now)
        with pytest.raises(Invalid) as refusal:
            answer_unanswered(session, question_id=asked.id, answers=answers, actor=SALES, now=now)

        assert refusal.value.code == code
        assert get_question(session, asked.id).state == "open"


def test_a_dismissed_question_is_gathered_anew_when_asked_again(db: Database, now: datetime) -> None:
    with db.transaction() as session:
        asked = note_unanswered(session, question="Kể chuyện đi", language="vi", conversation_id="c", now=now)
        dismiss_unanswered(session, question_id=asked.id, actor=SALES, now=now)
        again = note_unanswered(session, question="Kể chuyện đi", language="vi", conversation_id="c", now=now)

    assert again.id != asked.id


def test_the_shop_file_carries_entries_and_documents_there_and_back(db: Database, now: datetime) -> None:
    content = shop_content() | {
        "faqs": [
            {
                "id": "fee",
                "question": "Phí?",
                "answer": "30.000đ.",
                "question_en": "Fee?",
                "answer_en": "30,000đ.",
                "phrasings": {"vi": ["Ship nhiêu?"]},
            }
        ],
        "documents": [{"id": "luat", "title": "Luật", "text": "# Đổi\n\nTrong 7 ngày.", "language": "vi"}],
    }
    with db.transaction() as session:
        counts = import_shop(
            session, shop=check_shop_file(content), addresses=OneTown(), now=now, reader=Cutter()
        )
    with db.read_transaction() as session:
        exported = json.loads(json.dumps(export_shop(session, now=now)))

    assert (counts["faqs"], counts["documents"]) == (1, 1)
    assert exported["faqs"] == content["faqs"]
    assert exported["documents"] == content["documents"]


def test_an_unknown_key_of_a_document_is_refused_by_name(now: datetime) -> None:
    content = shop_content() | {"documents": [{"id": "a", "title": "A", "text": "x", "colour": "red"}]}

    with pytest.raises(Invalid, match="unknown key 'colour'"):
        check_shop_file(content)


def test_faq_entries_of_the_first_version_are_kept_with_their_evidence(db: Database) -> None:
    config = alembic_config()
    with db.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO knowledge_passages (id, external_id, language, question, answer, updated_at) "
                "VALUES ('x', 'fee', 'vi', 'Phí?', '30.000đ.', '2026-11-24 03:00:00')"
            )
        )
        command.upgrade(config, "head")

    with db.read_transaction() as session:
        (row,) = active_passages(session)
        told = passage_as_told(session, passage_id=row.id, version=row.version)
    assert (row.id, row.title, row.version) == ("faq:fee:vi", "Phí?", passage_version(row))
    assert told.text == "30.000đ."
