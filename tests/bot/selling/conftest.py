"""The pet shop's assistant in this process: another trade than the demo's, and other rules."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.app import create_app
from bot.bootstrap import Parts, build_worker
from bot.shop_setup import reset_shop
from core.actor import SYSTEM
from core.catalogue.queries import variants_by_sku
from core.settings import Settings
from core.stock.levels import adjust
from core.stock.queries import get_warehouse
from tests.bot.conftest import Chat
from tests.bot.pet_shop import pet_shop
from tests.demo_shop import empty_parts

OpenShop = Callable[..., TestClient]


@pytest.fixture(scope="module")
def pet_parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    folder: Path = tmp_path_factory.mktemp("pets")
    parts = empty_parts(Settings(_env_file=None, data_dir=folder, embeddings="lexical"))
    yield parts
    parts.db.close()


@pytest.fixture(scope="module")
def pet_client(pet_parts: Parts) -> TestClient:
    reset_shop(pet_parts, json.dumps(pet_shop()).encode())
    return TestClient(create_app(pet_parts, with_worker=False), raise_server_exceptions=False)


@pytest.fixture
def pets(pet_parts: Parts, pet_client: TestClient) -> OpenShop:
    """Opens the shop afresh with the rules given, and hands back its door."""

    def open_shop(**profile: Any) -> TestClient:
        reset_shop(pet_parts, json.dumps(pet_shop(**profile)).encode())
        return pet_client

    return open_shop


@pytest.fixture
def pet_chat(pets: OpenShop) -> Chat:
    return Chat(pets())


@pytest.fixture
def restock(pet_parts: Parts) -> Callable[[str, int], None]:
    """Goods come in or go out, and the worker does what follows."""

    def change(sku: str, pieces: int) -> None:
        with pet_parts.db.transaction() as session:
            adjust(
                session, variant_id=variants_by_sku(session, [sku])[sku].id,
                warehouse_id=get_warehouse(session, "K").id, change=pieces, reason="kiểm kho", actor=SYSTEM,
                now=pet_parts.clock(),
            )  # fmt: skip
        build_worker(pet_parts).run_until_idle()

    return change
