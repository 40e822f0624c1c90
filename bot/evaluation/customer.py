"""The scripted customer: says the turns over the chat's own endpoint and answers what is asked."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.evaluation.cases import Case, Turn
from bot.evaluation.languages import may_be_a_yes
from bot.evaluation.stage import Stage
from bot.evaluation.state import OrderView, ShopState, read_orders, read_prices, read_state
from bot.evaluation.wording import visible

MAX_ANSWERS = 8
SECONDS_BETWEEN = 7


@dataclass
class Exchange:
    """One message of the customer and what came back, with the shop's orders after it."""

    text: str
    attachments: list[dict[str, str]]
    answers: str
    """What this was an answer to; empty for a turn that was written out."""
    language: str
    is_yes: bool
    status: int
    replies: list[dict[str, Any]]
    state: dict[str, Any]
    at: datetime
    prices_before: dict[str, int]
    orders_before: dict[str, OrderView]
    orders_after: dict[str, OrderView]

    @property
    def said(self) -> str:
        return "\n".join(visible(reply) for reply in self.replies)

    @property
    def asks(self) -> list[str]:
        return list(self.state.get("awaiting") or [])


@dataclass
class Played:
    """A dialogue that was played: everything that the judge looks at."""

    case: Case
    run: int
    customer_id: str
    before: ShopState
    after: ShopState
    exchanges: list[Exchange] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    tickets: list[dict[str, Any]] | None = None
    invoice_requests: list[dict[str, Any]] | None = None

    @property
    def last(self) -> Exchange:
        return self.exchanges[-1]

    @property
    def new_orders(self) -> dict[str, OrderView]:
        return {code: o for code, o in self.after.orders.items() if code not in self.before.orders}

    def filled(self, text: str) -> str:
        """`{order}` is the newest order of this dialogue."""
        codes = list(self.new_orders)
        return text.replace("{order}", codes[-1]) if codes else text


def play(stage: Stage, case: Case, run: int) -> Played:
    return _Customer(stage, case, run).play()


class _Customer:
    def __init__(self, stage: Stage, case: Case, run: int) -> None:
        self._stage = stage
        self._case = case
        self._run = run
        self._language: str = case.script.language
        self._identity: dict[str, str] = {}
        self._headers: Mapping[str, str] = {}
        if case.script.customer is not None:
            who = case.script.customer
            self._identity = {"channel": who.channel, "user_id": who.user_id}
            self._headers = stage.staff_headers
        self._conversation_id = ""
        self._exchanges: list[Exchange] = []
        self._troubles: list[str] = []
        self._prices: dict[str, int] = {}
        self._orders: dict[str, OrderView] = {}

    def play(self) -> Played:
        self._stage.set_back(self._case, self._run)
        before = self._look("", with_stock=False)
        self._prices, self._orders = before.prices, before.orders
        for turn in self._case.script.turns:
            self._stage.clock.forward(minutes=turn.wait_minutes)
            self._language = turn.language or self._language
            if turn.meanwhile is not None:
                self._stage.happen(turn.meanwhile)
                with self._stage.parts.db.read_transaction() as session:
                    self._prices = read_prices(session)
            elif turn.answer is not None:
                self._answer(turn.answer)
            else:
                self._say(turn)
        customer_id = self._stage.customer_id(self._case.script, self._conversation_id)
        played = Played(self._case, self._run, customer_id, before, self._look(customer_id))
        played.exchanges, played.troubles = self._exchanges, self._troubles
        expect = self._case.script.expect
        if expect.tickets is not None or expect.no_tickets:
            played.tickets = self._stage.listed("/api/v1/tickets")
        if expect.invoice_requests is not None:
            played.invoice_requests = self._stage.listed("/api/v1/invoice-requests")
        return played

    def _look(self, customer_id: str, *, with_stock: bool = True) -> ShopState:
        with self._stage.parts.db.read_transaction() as session:
            return read_state(session, customer_id, with_stock=with_stock)

    def _say(self, turn: Turn) -> None:
        text = self._filled(turn.text)
        attachments = [a.model_dump(exclude_defaults=True) for a in turn.attachments]
        is_yes = may_be_a_yes(text) if turn.yes is None else turn.yes
        exchange = self._send(text, attachments=attachments, is_yes=is_yes)
        if turn.twice:
            again = self._send(text, attachments=attachments, is_yes=is_yes, repeat=True)
            if [r["id"] for r in again.replies if "id" in r] != [
                r["id"] for r in exchange.replies if "id" in r
            ]:
                self._troubles.append(f"the same message again got another answer: “{text[:60]}”")

    def _answer(self, answers: Mapping[Any, list[str]]) -> None:
        """Whatever is asked and can be answered, one message each, until nothing of it is asked any more."""
        given: dict[str, Iterator[str]] = {asked: iter(texts) for asked, texts in answers.items()}
        last = {asked: texts[-1] for asked, texts in answers.items()}
        for _ in range(MAX_ANSWERS):
            asked = self._asked(given)
            if asked is None:
                return
            text = self._filled(next(given[asked], last[asked]))
            self._send(text, answers=asked, is_yes=asked == "confirm" and may_be_a_yes(text))
        asked = self._asked(given)
        if asked is not None:
            self._troubles.append(f"still asks for {asked} after {MAX_ANSWERS} answers")

    def _asked(self, given: Mapping[str, Any]) -> str | None:
        if not self._exchanges or self._exchanges[-1].state.get("handed_off"):
            return None
        # Whoever wants to pay otherwise says so before the yes.
        asks = sorted(self._exchanges[-1].asks, key=lambda asked: asked != "payment")
        return next((asked for asked in asks if asked in given), None)

    def _send(
        self,
        text: str,
        *,
        attachments: list[dict[str, str]] | None = None,
        answers: str = "",
        is_yes: bool = False,
        repeat: bool = False,
    ) -> Exchange:
        if not repeat:
            self._stage.clock.forward(seconds=SECONDS_BETWEEN)
        number = len(self._exchanges) + (0 if repeat else 1)
        body: dict[str, Any] = {
            **self._identity,
            "message_id": f"{self._case.script.id}-{self._run}-{number}",
            "text": text,
        }
        if attachments:
            body["attachments"] = attachments
        answer = self._stage.client.post("/api/chat/messages", json=body, headers=dict(self._headers))
        content = (
            answer.json() if answer.headers.get("content-type", "").startswith("application/json") else {}
        )
        if answer.status_code == 200 and not self._case.script.customer:
            self._identity = {
                "conversation_id": content["conversation_id"],
                "visitor_token": content["visitor_token"],
            }
        self._conversation_id = content.get("conversation_id", self._conversation_id)
        with self._stage.parts.db.read_transaction() as session:
            after = read_orders(session)
        exchange = Exchange(
            text=text, attachments=attachments or [], answers=answers, language=self._language,
            is_yes=is_yes, status=answer.status_code, replies=content.get("replies", []),
            state=content.get("state", {}), at=self._stage.clock(), prices_before=self._prices,
            orders_before=self._orders, orders_after=after,
        )  # fmt: skip
        self._orders = after
        if not repeat:
            self._exchanges.append(exchange)
        return exchange

    def _filled(self, text: str) -> str:
        order = self._exchanges[-1].state.get("order") if self._exchanges else None
        filled = text.replace("{order}", order["code"]) if order else text
        return unicodedata.normalize("NFC", filled)
