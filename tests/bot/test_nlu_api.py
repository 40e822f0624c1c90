"""`POST /api/v1/nlu/parse`: what is understood, for those with a key."""

from fastapi.testclient import TestClient

from bot.bootstrap import Parts
from core.api.auth import create_key

TEXT = "cho mình 2 áo thun cotton cổ tròn đen size L, ship về 12 Lê Lợi, phường Bến Nghé, quận 1, HCM, sđt 0901234567"


def key(parts: Parts, *scopes: str) -> dict[str, str]:
    with parts.db.transaction() as session:
        made = create_key(session, name=f"nlu {scopes}", scopes=list(scopes), now=parts.clock())
    return {"Authorization": f"Bearer {made}"}


def test_a_text_is_told_apart_into_intents_goods_and_people(client: TestClient, parts: Parts) -> None:
    answer = client.post("/api/v1/nlu/parse", json={"text": TEXT}, headers=key(parts, "conversations"))

    told = answer.json()
    assert answer.status_code == 200
    assert told["language"] == "vi"
    assert told["items"][0]["variant_sku"] == "AT01-DEN-L"
    assert told["items"][0]["quantity"] == 2
    assert told["phones"][0]["value"].endswith("901234567")
    assert told["address"]["resolved"]["ward"] == "Phường Bến Nghé"


def test_without_a_key_for_it_nothing_is_told(client: TestClient, parts: Parts) -> None:
    without = client.post("/api/v1/nlu/parse", json={"text": TEXT})
    other = client.post("/api/v1/nlu/parse", json={"text": TEXT}, headers=key(parts, "products"))

    assert (without.status_code, other.status_code) == (401, 403)
