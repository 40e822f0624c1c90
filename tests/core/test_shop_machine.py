"""Whatever happens in whatever order: stock, orders, money and cost prices are what a plain model says they are."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.exc import IntegrityError

from core.db import Database
from core.shop_file.checking import check_shop_file
from core.shop_file.importing import import_shop
from tests.conftest import EMPTY
from tests.core.machine.giving_back import GivingBack
from tests.core.machine.goods import Goods
from tests.core.machine.money import Money
from tests.core.machine.selling import Selling
from tests.postgres import EmbeddedPostgres
from tests.small_shop import OneTown, shop_content


class WholeShop(Goods, Selling, Money, GivingBack):
    pass


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Database]:
    """A database with nothing in it, again and again."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")

        def fresh() -> Database:
            path = tmp_path / "machine.db"
            for left in tmp_path.glob("machine.db*"):
                left.unlink()
            shutil.copy(template, path)
            return Database(f"sqlite:///{path}")

        return fresh
    server: EmbeddedPostgres = request.getfixturevalue("postgres")
    server.run("DROP DATABASE IF EXISTS machine WITH (FORCE)")
    server.run("CREATE DATABASE machine TEMPLATE template_chotdon")

    def emptied() -> Database:
        with psycopg.connect(server.url("machine"), autocommit=True) as connection:
            connection.execute(EMPTY)
        return Database(server.url("machine"), pool_size=1)

    return emptied


def run(opened: Callable[[], Database], *, steps: int, each: int) -> int:
    """How many steps were compared with the model."""
    machine = type("Machine", (WholeShop,), {"opened": staticmethod(opened), "steps_done": 0})
    # A hundred steps are not worth the minutes that it takes to make them fewer: each draw is told as it was.
    phases = [Phase.generate] if each > 50 else [Phase.generate, Phase.shrink]
    bound = settings(
        max_examples=steps // each, stateful_step_count=each, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=phases,
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=bound)
    return int(machine.steps_done)


@pytest.mark.parametrize("opened", ["sqlite"], indirect=True)
def test_the_shop_and_the_pencil_agree(opened: Callable[[], Database]) -> None:
    assert run(opened, steps=240, each=40) > 100


@pytest.mark.parametrize(
    ("steps", "least"),
    [
        pytest.param(1_300, 1_000, marks=pytest.mark.slow, id="1000"),
        pytest.param(12_500, 10_000, marks=pytest.mark.machine, id="10000"),
    ],
)
def test_many_steps_without_a_difference(opened: Callable[[], Database], steps: int, least: int) -> None:
    assert run(opened, steps=steps, each=100) >= least


@pytest.mark.parametrize("broken", ["reserved = on_hand + 1", "reserved = -1"])
def test_the_database_itself_refuses_broken_counters(db: Database, now: datetime, broken: str) -> None:
    with db.transaction() as session:
        import_shop(session, shop=check_shop_file(shop_content()), addresses=OneTown(), now=now)

    with pytest.raises(IntegrityError), db.transaction() as session:
        session.connection().exec_driver_sql(f"UPDATE stock_levels SET {broken}")  # noqa: S608
