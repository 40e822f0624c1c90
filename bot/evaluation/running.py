"""Plays dialogues one after another, each so many times, and keeps what came of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.evaluation.cases import Case
from bot.evaluation.customer import Played, play
from bot.evaluation.invariants import GRAVE, Violation, violations
from bot.evaluation.judging import judge
from bot.evaluation.stage import Stages, by_shop
from core.errors import Invalid
from core.settings import Settings


@dataclass(frozen=True)
class Outcome:
    played: Played
    failures: list[str]
    violations: list[Violation]

    @property
    def passed(self) -> bool:
        return not self.failures and not self.violations

    @property
    def is_grave(self) -> bool:
        return any(violation.kind in GRAVE for violation in self.violations)


@dataclass
class Judged:
    """One dialogue and all its runs."""

    case: Case
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def share(self) -> float:
        return sum(outcome.passed for outcome in self.outcomes) / len(self.outcomes)

    @property
    def always(self) -> bool:
        return all(outcome.passed for outcome in self.outcomes)


def run_cases(
    cases: Sequence[Case],
    settings: Settings,
    *,
    runs: int = 1,
    tell: Callable[[Judged], None] = lambda _: None,
) -> list[Judged]:
    """In the order in which they were given; a shop is opened once for all its dialogues."""
    judged = {case.script.id: Judged(case) for case in cases}
    with Stages(settings) as stages:
        for case in by_shop(cases):
            for outcome in _outcomes(stages, case, runs):
                judged[case.script.id].outcomes.append(outcome)
            tell(judged[case.script.id])
    return list(judged.values())


def _outcomes(stages: Stages, case: Case, runs: int) -> Iterator[Outcome]:
    for run in range(runs):
        played = play(stages.of(case), case, run)
        yield Outcome(played, judge(played), violations(played))


def settings_for(settings: Settings, brain: str) -> Settings:
    """The shop's own settings with the brain that is to be judged; its data are never touched."""
    if brain == "builtin":
        return settings.model_copy(update={"llm_model": ""})
    if not settings.uses_model:
        raise Invalid(
            "model_missing",
            "--brain model needs CHOTDON_LLM_MODEL and CHOTDON_LLM_BASE_URL or CHOTDON_LLM_API_KEY.",
        )
    return settings


def chosen(cases: Sequence[Case], *, languages: Sequence[str], kinds: Sequence[str]) -> list[Case]:
    found = [
        case
        for case in cases
        if (not languages or case.script.language in languages) and (not kinds or case.script.kind in kinds)
    ]
    if not found:
        raise Invalid("no_dialogue_chosen", "No dialogue is of this language and kind.")
    return found
