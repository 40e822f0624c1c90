"""What a model's tokens cost, in whole millionths of the currency's unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.agent.turn import Usage
from core.settings import Settings


@dataclass(frozen=True)
class Prices:
    """Per million tokens; so tokens × price is the cost in millionths, exactly."""

    currency: str = "VND"
    input: int = 0
    cached: int = 0
    output: int = 0

    @classmethod
    def of(cls, settings: Settings) -> "Prices":
        return cls(
            settings.llm_price_currency, settings.llm_price_input, settings.llm_price_cached,
            settings.llm_price_output,
        )  # fmt: skip

    def cost(self, usage: Sequence[Usage]) -> int:
        return sum(
            (one.input_tokens - one.cached_tokens) * self.input
            + one.cached_tokens * self.cached
            + one.output_tokens * self.output
            for one in usage
        )
