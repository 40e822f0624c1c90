"""/api/v1/knowledge over HTTP, on both databases, with the real reader and index behind it."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.shop_knowledge import ShopKnowledge
from core.api.access import Desk
from core.api.auth import create_key
from core.clock import utc_now
from core.db import Database
from core.knowledge.questions import note_unanswered
from knowledge import KnowledgeIndex, LexicalEmbedder
from tests.knowledge.files import pdf
from tests.small_shop import OneTown, desk_app, fill

RENTAL = "# Quy định\n\n## Thuê áo dài\nThuê áo dài 150.000đ một ngày.\n"
BASE = "/api/v1/knowledge"


@pytest.fixture
def api(db: Database) -> Iterator[TestClient]:
    key = fill(db)
    knowledge = ShopKnowledge(db, KnowledgeIndex(LexicalEmbedder(), is_cache=True))
    app = desk_app(db)
    app.state.desk = Desk(db, utc_now, OneTown(), knowledge=knowledge)
    client = TestClient(app, raise_server_exceptions=False, headers={"Authorization": f"Bearer {key}"})
    yield client
    client.close()
    knowledge.close()


def upload(api: TestClient, name: str, content: bytes | str, **form: Any) -> Any:
    body = content.encode() if isinstance(content, str) else content
    headers = form.pop("headers", {})
    return api.post(f"{BASE}/documents", files={"file": (name, body)}, data=form, headers=headers)


def found(api: TestClient, question: str, language: str = "vi") -> dict[str, Any]:
    items = api.get(f"{BASE}/search", params={"q": question, "language": language}).json()["items"]
    first: dict[str, Any] = items[0] if items else {}
    return first


def test_an_uploaded_document_answers_the_next_question_with_its_source(api: TestClient) -> None:
    document = upload(api, "quy-dinh.md", RENTAL).json()

    hit = found(api, "thuê áo dài bao nhiêu một ngày")

    assert (hit["text"], hit["source"]) == ("Thuê áo dài 150.000đ một ngày.", "Quy định")
    assert hit["passage_id"].startswith(f"document:{document['id']}:")
    whole = api.get(f"{BASE}/documents/{document['id']}").json()
    assert [p["title"] for p in whole["passages"]] == ["Quy định: Thuê áo dài"]
    assert (hit["language"], hit["version"]) == ("vi", whole["passages"][0]["version"])


def test_a_replaced_document_never_answers_as_before_and_the_evidence_stays(api: TestClient) -> None:
    document = upload(api, "a.md", RENTAL).json()
    before = found(api, "thuê áo dài")
    replaced = upload(api, "a.md", RENTAL.replace("150.000", "180.000"), replaces=document["id"]).json()
    after = found(api, "thuê áo dài")

    assert (replaced["id"], replaced["version"]) == (document["id"], 2)
    assert "180.000đ" in after["text"]
    old = api.get(f"{BASE}/passages/{before['passage_id']}/versions/{before['version']}").json()
    assert "150.000đ" in old["text"]


def test_an_archived_document_answers_nobody(api: TestClient) -> None:
    document = upload(api, "a.md", RENTAL).json()
    api.delete(f"{BASE}/documents/{document['id']}")

    assert found(api, "thuê áo dài") == {}
    assert api.get(f"{BASE}/documents").json()["items"] == []
    archived = api.get(f"{BASE}/documents", params={"status": "archived"}).json()["items"]
    assert [item["id"] for item in archived] == [document["id"]]


@pytest.mark.parametrize(
    ("name", "content", "status", "said"),
    [
        ("anh.pdf", pdf(), 422, "anh.pdf: holds only pictures"),
        ("x.exe", b"MZ", 422, "Use one of"),
        ("to.txt", b"x" * (20 * 1024 * 1024 + 1), 413, "20 MB"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_mend(
    api: TestClient, name: str, content: bytes, status: int, said: str
) -> None:
    answer = upload(api, name, content)

    assert answer.status_code == status
    assert said in answer.json()["error"]["message"]


def test_the_same_idempotency_key_uploads_once(api: TestClient) -> None:
    headers = {"Idempotency-Key": "k"}

    first = upload(api, "a.md", RENTAL, headers=headers)
    again = upload(api, "a.md", RENTAL, headers=headers)
    other = upload(api, "a.md", RENTAL + "x", headers=headers)

    assert first.json() == again.json()
    assert other.status_code == 409
    assert len(api.get(f"{BASE}/documents").json()["items"]) == 1


def test_faq_entries_are_made_read_changed_and_archived(api: TestClient) -> None:
    texts = {"vi": {"question": "Có gói quà không?", "answer": "Có, 25.000đ.", "phrasings": ["Bọc quà nhé?"]}}
    made = api.post(f"{BASE}/faqs", json={"id": "qua", "texts": texts})
    hit = found(api, "shop bọc quà được không")
    texts["vi"]["answer"] = "Có, miễn phí."
    changed = api.put(f"{BASE}/faqs/qua", json={"texts": texts}).json()

    assert made.status_code == 201
    assert hit["passage_id"] == "faq:qua:vi"
    assert found(api, "Có gói quà không?")["text"] == "Có, miễn phí."
    assert changed["versions"] != made.json()["versions"]
    assert api.post(f"{BASE}/faqs", json={"id": "qua", "texts": texts}).status_code == 409
    assert api.delete(f"{BASE}/faqs/qua").json()["status"] == "archived"
    assert found(api, "Có gói quà không?") == {}
    assert api.get(f"{BASE}/faqs/none").status_code == 404


def test_lists_follow_a_cursor(api: TestClient) -> None:
    for number in range(5):
        texts = {"vi": {"question": f"Câu {number}?", "answer": "Có."}}
        api.post(f"{BASE}/faqs", json={"id": f"f{number}", "texts": texts})
    seen, cursor = [], None
    while True:
        page = api.get(f"{BASE}/faqs", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [faq["id"] for faq in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == [f"f{number}" for number in range(5)]


def test_what_nobody_had_answered_is_answered_once_and_found_from_then_on(
    api: TestClient, db: Database
) -> None:
    with db.transaction() as session:
        for number, words in enumerate(("Có cho thuê váy cưới không?", "co cho thue vay cuoi khong")):
            note_unanswered(
                session, question=words, language="vi", conversation_id=f"c{number}", now=utc_now()
            )
    (question,) = api.get(f"{BASE}/questions").json()["items"]
    whole = api.get(f"{BASE}/questions/{question['id']}").json()
    made = api.post(
        f"{BASE}/questions/{question['id']}/answer", json={"answers": {"vi": "Dạ có, 800.000đ một ngày."}}
    )

    assert (question["count"], [a["conversation_id"] for a in whole["askings"]]) == (2, ["c0", "c1"])
    assert made.status_code == 201
    hit = found(api, "Có cho thuê váy cưới không?")
    assert (hit["text"], hit["passage_id"]) == ("Dạ có, 800.000đ một ngày.", f"faq:{made.json()['id']}:vi")
    assert api.get(f"{BASE}/questions").json()["items"] == []
    again = api.post(f"{BASE}/questions/{question['id']}/answer", json={"answers": {"vi": "Không."}})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "question_closed")


def test_a_question_can_be_dismissed(api: TestClient, db: Database) -> None:
    with db.transaction() as session:
        row = note_unanswered(
            session, question="Kể chuyện đi", language="vi", conversation_id="c", now=utc_now()
        )

    assert api.post(f"{BASE}/questions/{row.id}/dismiss").json()["state"] == "dismissed"
    assert api.post(f"{BASE}/questions/{row.id}/dismiss").status_code == 409


def test_product_texts_are_found_and_follow_the_catalogue(api: TestClient) -> None:
    product = {
        "sku": "DEN",
        "name": "Đèn ngủ Trăng Khuyết",
        "description": "Ánh sáng vàng dịu, pin sạc 12 tiếng.",
        "variants": [{"sku": "DEN-1", "price": 90_000}],
    }
    api.post("/api/v1/products", json=product)

    hit = found(api, "đèn trăng khuyết pin sạc được bao lâu")

    assert (hit["kind"], hit["source"]) == ("product", "Đèn ngủ Trăng Khuyết")
    old = api.get(f"{BASE}/passages/{hit['passage_id']}/versions/{hit['version']}").json()
    assert old["text"] == hit["text"]


def test_only_a_key_for_knowledge_may_read_and_write_it(api: TestClient, db: Database) -> None:
    with db.transaction() as session:
        other = create_key(session, name="o", scopes=["products"], now=utc_now())
        reader = create_key(session, name="r", scopes=["read"], now=utc_now())

    def status(method: str, path: str, key: str) -> int:
        return api.request(method, BASE + path, headers={"Authorization": f"Bearer {key}"}).status_code

    assert status("GET", "/faqs", other) == 403
    assert status("GET", "/search?q=ship", other) == 403
    assert status("GET", "/faqs", reader) == 200
    assert status("DELETE", "/faqs/x", reader) == 403
    refused = api.post(
        f"{BASE}/documents",
        files={"file": ("a.md", b"# A\nb")},
        headers={"Authorization": f"Bearer {reader}"},
    )
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/faqs"), ("PUT", "/faqs/x"), ("POST", "/questions/x/answer"), ("POST", "/documents")],
)
def test_bad_input_is_refused_in_one_shape(api: TestClient, method: str, path: str) -> None:
    hostile: list[Any] = [None, [], {}, "x", {"texts": 7}, {"texts": {"fr": {}}}, {"id": "\x00", "texts": {}}]
    hostile += [{"texts": {"vi": {"question": "\x00", "answer": "\x00"}}}, {"answers": {"vi": "x" * 30_000}}]
    for body in hostile:
        answer = api.request(method, BASE + path, json=body)
        assert answer.status_code < 500, (body, answer.text)
        if answer.status_code >= 400:
            assert set(answer.json()["error"]) == {"code", "message", "data"}
