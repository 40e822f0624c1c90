"""A shop to play in: opened once, set back to its first day before each dialogue."""

import shutil
import tempfile
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast

from fastapi.testclient import TestClient
from sqlalchemy import select

from bot.app import create_app
from bot.bootstrap import build_parts
from bot.evaluation.cases import Case, Meanwhile, PastOrder, Script
from core.actor import SYSTEM
from core.api.auth import create_key
from core.catalogue.models import Variant
from core.customers.identities import customer_for
from core.orders.queries import get_order
from core.orders.totals import work_out
from core.settings import Settings
from core.shop_file.importing import import_shop
from core.shop_file.schema import OrderLinePart, OrderPart, ShopFile
from core.stock.allocation import Wanted, plan
from core.stock.levels import adjust, reserve
from core.stock.models import Reservation, StockLevel, Warehouse
from core.stock.moves import Pick
from core.stock.queries import places

FIRST_DAY = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
_Told = tuple[Literal["new", "processing", "completed", "cancelled", "returned"], str]
_TOLD: dict[str, _Told] = {
    "new": ("new", "none"),
    "processing": ("processing", "none"),
    "packed": ("processing", "created"),
    "shipping": ("processing", "in_transit"),
    "delivered": ("completed", "delivered"),
    "failed": ("processing", "failed"),
    "cancelled": ("cancelled", "none"),
    "returned": ("returned", "returned"),
}
_HOLDS_STOCK = frozenset({"new", "processing", "packed"})


class StageClock:
    """The shop's time, moved on by hand: nobody waits for a dialogue's forty minutes."""

    def __init__(self) -> None:
        self.now = FIRST_DAY

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


class Stage:
    """`_empty` is a database with no shop in it, `_stocked` one with the shop and nothing else."""

    def __init__(self, shop: ShopFile, settings: Settings, folder: Path) -> None:
        self.clock = StageClock()
        self.shop = shop
        own = settings.model_copy(
            update={
                "data_dir": folder, "database_url": "", "chroma_url": "", "rate_limit_per_minute": 100_000
            }
        )  # fmt: skip
        self.parts = build_parts(own, clock=self.clock)
        self._live = folder / "chotdon.db"
        with self.parts.db.transaction() as session:
            key = create_key(session, name="evaluation", scopes=["all"], now=FIRST_DAY)
        self.staff_headers = {"Authorization": f"Bearer {key}"}
        self._empty = self._keep(folder / "empty.db")
        self._import([])
        self._stocked = self._keep(folder / "stocked.db")
        app = create_app(self.parts, with_worker=False)
        self.client = TestClient(app, raise_server_exceptions=False)
        self.client.__enter__()
        self._wake()

    def _keep(self, copy: Path) -> Path:
        self.parts.db.close()
        shutil.copyfile(self._live, copy)
        return copy

    def _put_back(self, copy: Path) -> None:
        self.parts.db.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._live}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(copy, self._live)

    def _import(self, orders: list[OrderPart]) -> None:
        shop = self.shop.model_copy(update={"orders": [*self.shop.orders, *orders]})
        with self.parts.db.transaction() as session:
            import_shop(
                session,
                shop=shop,
                addresses=self.parts.addresses,
                now=self.clock(),
                reader=self.parts.knowledge,
            )

    def _wake(self) -> None:
        """The assistant is loaded and has read the shop before its files are changed under it."""
        body = {"message_id": "wake", "text": "?"}
        self.client.post("/api/chat/messages", json=body).raise_for_status()
        for thread in threading.enumerate():
            if thread.name in ("assistant", "knowledge"):
                thread.join()

    def set_back(self, case: Case, run: int) -> None:
        """The first day again, at another hour for each run, with what the dialogue adds to the shop."""
        script = case.script
        self.clock.now = FIRST_DAY + timedelta(minutes=97 * run)
        if script.orders:
            self._put_back(self._empty)
            self._import([self._past_order(script, order) for order in script.orders])
            self._hold_stock([order.code for order in script.orders if order.status in _HOLDS_STOCK])
        else:
            self._put_back(self._stocked)
        self.happen(Meanwhile(stock=script.stock))

    def happen(self, change: Meanwhile) -> None:
        """Counted stock and new prices, as staff would enter them."""
        for sku, price in change.price.items():
            answer = self.client.patch(
                f"/api/v1/variants/{sku}", json={"price": price}, headers=self.staff_headers
            )
            answer.raise_for_status()
        with self.parts.db.transaction() as session:
            for sku, available in change.stock.items():
                variant_id = session.scalars(select(Variant.id).where(Variant.sku == sku)).one()
                levels = session.scalars(
                    select(StockLevel)
                    .join(Warehouse, Warehouse.id == StockLevel.warehouse_id)
                    .where(StockLevel.variant_id == variant_id)
                    .order_by(Warehouse.priority)
                ).all()
                for index, level in enumerate(levels):
                    wanted = level.reserved + (0 if index else available)
                    if wanted != level.on_hand:
                        adjust(
                            session, variant_id=variant_id, warehouse_id=level.warehouse_id,
                            change=wanted - level.on_hand, reason="counted", actor=SYSTEM, now=self.clock(),
                        )  # fmt: skip

    def _past_order(self, script: Script, order: PastOrder) -> OrderPart:
        owner = order.customer or script.customer
        if owner is None:
            raise ValueError(f"order {order.code} belongs to nobody")
        prices = {v.sku: v.price for p in self.shop.products for v in p.variants}
        totals = work_out(
            [(prices[sku], quantity) for sku, quantity in order.lines.items()],
            discount_percent=0, shipping=self.shop.shop.shipping,
        )  # fmt: skip
        status, shipping = _TOLD[order.status]
        travels = shipping not in ("none", "created")
        delivered = order.delivered_days_ago
        if order.status == "delivered" and delivered is None:
            delivered = max(order.days_ago - 2, 0)
        return OrderPart(
            code=order.code, channel=owner.channel, channel_user_id=owner.user_id, customer_name=order.name,
            phone=order.phone, address=order.address, payment_method=order.payment_method,
            lines=[OrderLinePart(sku=s, qty=q, unit_price=prices[s]) for s, q in order.lines.items()],
            subtotal=totals.subtotal, shipping_fee=totals.shipping_fee, total=totals.total, status=status,
            shipping_status=shipping, carrier="ghn" if travels else None,
            tracking_code=order.tracking_code or (f"T{order.code}VN" if travels else None),
            placed_days_ago=order.days_ago, delivered_days_ago=delivered,
        )  # fmt: skip

    def _hold_stock(self, codes: list[str]) -> None:
        """Open orders hold what they sold, whether or not the import of past orders sees to it."""
        with self.parts.db.transaction() as session:
            for code in codes:
                order = get_order(session, code)
                if session.scalar(select(Reservation.id).where(Reservation.order_id == order.id)):
                    continue
                wanted = [Wanted(line.id, line.variant_id, line.sku, line.quantity) for line in order.lines]
                allocated = plan(
                    wanted, places(session, [w.variant_id for w in wanted]), may_split=True,
                    province_code=str(order.address.get("province_code", "")),
                )  # fmt: skip
                picks = [Pick(a.order_line_id, a.variant_id, a.warehouse_id, a.quantity) for a in allocated]
                reserve(session, order_id=order.id, picks=picks, now=self.clock())

    def customer_id(self, script: Script, conversation_id: str) -> str:
        """Who the dialogue's customer is for the shop; empty before the first message of a visitor."""
        from bot.conversations.models import Conversation

        with self.parts.db.transaction() as session:
            if script.customer is not None:
                who = script.customer
                found = customer_for(
                    session, chat_channel=who.channel, external_id=who.user_id, now=self.clock()
                )
                return found.id
            conversation = session.get(Conversation, conversation_id)
            return conversation.customer_id if conversation else ""

    def listed(self, path: str) -> list[dict[str, Any]] | None:
        """What the API lists to staff; None when it has no such list."""
        answer = self.client.get(path, params={"limit": 200}, headers=self.staff_headers)
        if answer.status_code == 404:
            return None
        answer.raise_for_status()
        body = answer.json()
        return cast(list[dict[str, Any]], body["items"] if isinstance(body, dict) else body)

    def close(self) -> None:
        self.client.__exit__()
        self.parts.db.close()


class Stages:
    """One for each shop, made when the first of its dialogues is played."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = tempfile.TemporaryDirectory(prefix="chotdon-eval-", ignore_cleanup_errors=True)
        self._stages: dict[Path, Stage] = {}

    def of(self, case: Case) -> Stage:
        if case.shop_path not in self._stages:
            folder = Path(self._folder.name) / str(len(self._stages))
            self._stages[case.shop_path] = Stage(case.shop, self._settings, folder)
        return self._stages[case.shop_path]

    def close(self) -> None:
        for stage in self._stages.values():
            stage.close()
        self._folder.cleanup()

    def __enter__(self) -> "Stages":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def by_shop(cases: Iterable[Case]) -> list[Case]:
    return sorted(cases, key=lambda case: str(case.shop_path))
