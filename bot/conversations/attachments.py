"""What a channel may bring beside words."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

MAX_ATTACHMENTS = 10


class Attachment(BaseModel):
    """Where it lies and what the channel says of it; never the bytes."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["image", "voice", "video", "sticker", "file", "location", "link"]
    url: str = Field("", max_length=2_000)
    name: str = Field("", max_length=200)
    text: str = Field("", max_length=1_000, description="Caption, place or title, as the channel gives it.")

    @field_validator("url", "name", "text", mode="before")
    @classmethod
    def _null_is_empty(cls, value: Any) -> Any:
        return "" if value is None else value
