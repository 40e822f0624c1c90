"""What the assistant understands of a text, for people who want to know why it answered as it did."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from core.api.access import Authorization, DeskDep, read
from core.clock import VIETNAM
from core.ports.addresses import AddressBook
from nlu import Context, Lexicon, describe, parse

SCOPE = "conversations"


class TextIn(BaseModel):
    text: str = Field(max_length=100_000, description="The first 2,000 characters are read.")
    awaiting: str | None = Field(None, max_length=40, description="What was asked for last, if anything.")


def nlu_router(lexicon: Callable[[], Lexicon], addresses: AddressBook) -> APIRouter:
    """`lexicon` gives the words of the catalogue as it stands."""
    router = APIRouter(prefix="/api/v1", tags=["assistant"])

    @router.post("/nlu/parse")
    def parse_text(desk: DeskDep, body: TextIn, authorization: Authorization = None) -> dict[str, Any]:
        """Language, intents and entities of one message, with their spans and confidence; changes nothing."""
        read(desk, authorization, SCOPE, lambda _session: None)
        today = desk.clock().astimezone(VIETNAM).date()
        told = describe(parse(body.text, Context(lexicon(), awaiting=body.awaiting, today=today)))
        if told["address"] is not None:
            found = addresses.read(told["address"]["text"]).address
            told["address"]["resolved"] = found.as_dict() if found is not None else None
        return told

    return router
