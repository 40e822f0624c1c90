"""What the shop writes is found by the next question, in every process, and never as it was before."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.knowledge_folder import folder_job
from bot.shop_knowledge import ShopKnowledge
from core.actor import SYSTEM
from core.catalogue.models import Product
from core.db import Database
from core.jobs.tasks import list_open
from core.jobs.worker import Run
from core.knowledge.faqs import FaqText, add_faq, archive_faq, edit_faq
from core.knowledge.passages import passage_as_told
from knowledge import KnowledgeIndex, LexicalEmbedder
from knowledge.embedders import TextKind
from tests.knowledge.files import docx, paragraph, pdf
from tests.small_shop import fill

ROOT = Path(__file__).parents[2]
QUESTION = "Phí ship là bao nhiêu?"
ELSEWHERE = """
import sys
from bot.shop_knowledge import ShopKnowledge
from core.db import Database
from knowledge import KnowledgeIndex, LexicalEmbedder
db = Database(sys.argv[1])
shop = ShopKnowledge(db, KnowledgeIndex(LexicalEmbedder(), path=sys.argv[2], is_cache=True))
print("ready", flush=True)
for line in sys.stdin:
    print(shop.search(line, language="vi")[0].text, flush=True)
shop.close()
db.close()
"""


def write(db: Database, answer: str, now: datetime) -> None:
    with db.transaction() as session:
        texts = {"vi": FaqText(QUESTION, answer)}
        try:
            edit_faq(session, faq_id="fee", texts=texts, actor=SYSTEM, now=now)
        except Exception:
            add_faq(session, faq_id="fee", texts=texts, actor=SYSTEM, now=now)


@pytest.fixture
def knowledge(sqlite_db: Database, tmp_path: Path) -> Iterator[ShopKnowledge]:
    index = KnowledgeIndex(LexicalEmbedder(), path=tmp_path / "chroma", is_cache=True)
    knowledge = ShopKnowledge(sqlite_db, index)
    yield knowledge
    knowledge.close()


def test_a_change_is_told_by_the_next_question_in_every_process(
    sqlite_db: Database, knowledge: ShopKnowledge, tmp_path: Path, now: datetime
) -> None:
    write(sqlite_db, "Phí ship 1.000đ.", now)
    other = subprocess.Popen(
        [sys.executable, "-c", ELSEWHERE, sqlite_db.url, str(tmp_path / "chroma")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert other.stdin is not None
    assert other.stdout is not None
    assert other.stdout.readline() == "ready\n"
    for number in range(1, 5):
        write(sqlite_db, f"Phí ship {number}.000đ.", now)
        told_here = knowledge.search(QUESTION, language="vi")[0].text
        other.stdin.write(QUESTION + "\n")
        other.stdin.flush()

        assert (told_here, other.stdout.readline()) == (
            f"Phí ship {number}.000đ.",
            f"Phí ship {number}.000đ.\n",
        )
        assert knowledge.search(QUESTION, language="vi")[0].text == told_here
    other.communicate()


def test_a_process_that_is_behind_does_not_bring_an_old_text_back(
    sqlite_db: Database, knowledge: ShopKnowledge, tmp_path: Path, now: datetime
) -> None:
    write(sqlite_db, "Phí ship cũ.", now)
    behind = ShopKnowledge(
        sqlite_db, KnowledgeIndex(LexicalEmbedder(), path=tmp_path / "chroma", is_cache=True)
    )
    old = behind.search(QUESTION, language="vi")[0]
    write(sqlite_db, "Phí ship mới.", now)
    knowledge.search(QUESTION, language="vi")
    behind._index.sync([replace(p, version="older") for p in behind._shown])

    assert old.text == "Phí ship cũ."
    assert knowledge.search(QUESTION, language="vi")[0].text == "Phí ship mới."
    behind.close()


def test_what_is_told_can_be_read_later_by_its_evidence(
    sqlite_db: Database, knowledge: ShopKnowledge, now: datetime
) -> None:
    write(sqlite_db, "Phí ship cũ.", now)
    told = knowledge.search(QUESTION, language="vi")[0]
    write(sqlite_db, "Phí ship mới.", now)
    knowledge.search(QUESTION, language="vi")

    with sqlite_db.read_transaction() as session:
        was = passage_as_told(session, passage_id=told.passage_id, version=told.version)
    assert (was.text, was.title, told.source) == ("Phí ship cũ.", QUESTION, QUESTION)


def test_an_archived_entry_is_found_no_more(
    sqlite_db: Database, knowledge: ShopKnowledge, now: datetime
) -> None:
    write(sqlite_db, "Phí ship 1.000đ.", now)
    assert knowledge.search(QUESTION, language="vi")
    with sqlite_db.transaction() as session:
        archive_faq(session, faq_id="fee", actor=SYSTEM, now=now)

    assert knowledge.search(QUESTION, language="vi") == []


def test_another_phrasing_leads_to_the_entry_itself(
    sqlite_db: Database, knowledge: ShopKnowledge, now: datetime
) -> None:
    with sqlite_db.transaction() as session:
        text = FaqText("Cước phí vận chuyển?", "30.000đ.", ("Gửi ra đảo Lý Sơn hết mấy đồng?",))
        add_faq(session, faq_id="fee", texts={"vi": text}, actor=SYSTEM, now=now)

    hit = knowledge.search("gửi ra đảo Lý Sơn hết mấy đồng", language="vi")[0]

    assert (hit.passage_id, hit.text, hit.sure) == ("faq:fee:vi", "30.000đ.", True)


def test_a_hit_in_another_language_says_so(
    sqlite_db: Database, knowledge: ShopKnowledge, now: datetime
) -> None:
    write(sqlite_db, "Đồng giá 30.000đ.", now)

    hit = knowledge.search("how much is shipping", language="en")[0]

    assert (hit.language, hit.source, hit.text) == ("vi", QUESTION, "Đồng giá 30.000đ.")


def test_a_changed_product_text_is_found_as_it_is_now(
    sqlite_db: Database, knowledge: ShopKnowledge, now: datetime
) -> None:
    fill(sqlite_db)
    texts = []
    for version, text in enumerate(("Hoa hồng đỏ Đà Lạt.", "Hoa hồng trắng Sa Đéc."), 2):
        with sqlite_db.transaction() as session:
            product = session.query(Product).filter_by(sku="HOA").one()
            product.description, product.version, product.updated_at = text, version, now
        hit = knowledge.search("hoa hồng", language="vi")[0]
        texts.append((hit.kind, hit.text))
        with sqlite_db.read_transaction() as session:
            assert passage_as_told(session, passage_id=hit.passage_id, version=hit.version).text == text

    assert texts == [("product", "Hoa hồng đỏ Đà Lạt."), ("product", "Hoa hồng trắng Sa Đéc.")]


def test_new_texts_are_found_by_words_while_their_meaning_is_still_worked_out(
    sqlite_db: Database, now: datetime
) -> None:
    may_go_on = threading.Event()

    class SlowEmbedder(LexicalEmbedder):
        def embed(self, texts: Sequence[str], *, kind: TextKind) -> list[list[float]]:
            assert kind == "query" or may_go_on.wait(30)
            return super().embed(texts, kind=kind)

    knowledge = ShopKnowledge(sqlite_db, KnowledgeIndex(SlowEmbedder(), is_cache=True))
    write(sqlite_db, "Phí ship 1.000đ.", now)

    during = knowledge.search(QUESTION, language="vi")[0].text
    write(sqlite_db, "Phí ship 2.000đ.", now)
    later = knowledge.search(QUESTION, language="vi")[0].text
    may_go_on.set()
    for thread in threading.enumerate():
        if thread.name == "knowledge-sync":
            thread.join(30)

    assert (during, later) == ("Phí ship 1.000đ.", "Phí ship 2.000đ.")
    assert knowledge.search(QUESTION, language="vi")[0].text == "Phí ship 2.000đ."
    knowledge.close()


def test_alike_questions_have_one_essence(knowledge: ShopKnowledge) -> None:
    said = ["Shop ơi có bán máy lạnh không ạ?", "co ban may lanh k shop"]

    assert len({knowledge.essence(words, language="vi") for words in said}) == 1


def test_a_folder_is_read_read_again_and_forgotten(
    sqlite_db: Database, knowledge: ShopKnowledge, tmp_path: Path, now: datetime
) -> None:
    folder = tmp_path / "docs"
    (folder / "sub").mkdir(parents=True)
    (folder / "luat.md").write_text("# Luật\nĐổi váy trong 7 ngày.", "utf-8")
    (folder / "sub" / "bang.docx").write_bytes(docx(paragraph("Thuê rạp xiếc 5 triệu.")))
    (folder / "anh.pdf").write_bytes(pdf())
    (folder / "ghi-chu.xyz").write_text("không đọc")
    (tmp_path / "mat.md").write_text("mật khẩu két sắt", "utf-8")
    (folder / "loi.md").symlink_to(tmp_path / "mat.md")
    job = folder_job(folder, knowledge)

    def look(question: str) -> list[str]:
        job(Run(sqlite_db, {}, 1, now))
        return [hit.text for hit in knowledge.search(question, language="vi")]

    assert look("đổi váy")[0] == "Đổi váy trong 7 ngày."
    assert look("thuê rạp xiếc")[0] == "Thuê rạp xiếc 5 triệu."
    assert not any("két sắt" in text for text in look("mật khẩu két sắt"))
    (folder / "luat.md").write_text("# Luật\nĐổi váy trong 9 ngày.", "utf-8")
    assert look("đổi váy")[0] == "Đổi váy trong 9 ngày."
    (folder / "luat.md").unlink()
    assert not any("Đổi váy" in text for text in look("đổi váy"))
    with sqlite_db.read_transaction() as session:
        (task,) = list_open(session)
    assert "anh.pdf: holds only pictures" in task.detail


def test_a_folder_that_is_missing_is_a_task_for_staff(
    sqlite_db: Database, knowledge: ShopKnowledge, tmp_path: Path, now: datetime
) -> None:
    folder_job(tmp_path / "none", knowledge)(Run(sqlite_db, {}, 1, now))

    with sqlite_db.read_transaction() as session:
        (task,) = list_open(session)
    assert "CHOTDON_KNOWLEDGE_DIR" in task.detail
