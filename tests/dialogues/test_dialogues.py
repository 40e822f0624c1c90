"""The assistant judged by dialogues: a sample in every run of the tests, all of them with `-m dialogues`."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.evaluation import reporting
from bot.evaluation.cases import Kind
from bot.evaluation.loading import load_cases
from bot.evaluation.running import run_cases, settings_for
from core.settings import Settings
from tests.bot.conftest import ScriptedModel, call, tool_results, words

HERE = Path(__file__).parent
SAMPLE = {
    "vi-order-01", "vi-order-02", "vi-order-04", "en-order-01", "vi-stock-02", "ko-stock-01", "vi-correction-02",
    "vi-burst-02", "vi-returning-01", "vi-two-orders-01", "vi-status-02", "vi-cancel-03", "vi-safety-04",
    "vi-safety-05", "vi-safety-06",
}  # fmt: skip
FLOOR = 0.95


@pytest.mark.slow
def test_the_sample_passes_whole() -> None:
    cases = [case for case in load_cases([HERE / "own"]) if case.script.id in SAMPLE]

    judged = run_cases(cases, Settings(_env_file=None, embeddings="lexical"))

    assert len(judged) == len(SAMPLE)
    assert all(item.always for item in judged), "\n".join(reporting.lines(judged, with_transcripts=True))


@pytest.mark.dialogues
def test_all_own_dialogues_reach_the_floor_and_no_money_stock_or_privacy_goes_wrong() -> None:
    judged = run_cases(load_cases([HERE / "own"]), Settings(_env_file=None), runs=2)

    report = "\n".join(reporting.lines(judged, with_transcripts=False))
    assert not reporting.grave(judged), report
    assert reporting.pass_k(judged) >= FLOOR, report


def test_the_set_covers_every_kind_in_three_languages() -> None:
    cases = load_cases([HERE / "own"])
    kinds = {kind: {c.script.language for c in cases if c.script.kind == kind} for kind in Kind.__args__}

    assert len(cases) >= 130
    assert all(languages == {"vi", "en", "ko"} for languages in kinds.values()), kinds
    assert len({case.script.shop for case in cases}) >= 4
    bare = sum(case.writing == "vi, no marks" for case in cases)
    assert bare * 3 >= sum(case.script.language == "vi" for case in cases)


DIALOGUE = """
- id: mine-01
  language: vi
  kind: order
  shop: food
  turns:
    - 1 hộp trà sen, Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM
    - answer: {confirm: chốt}
  expect:
    orders: [{lines: {TRA1-01: %s}}]
"""


def test_the_command_tells_shares_writes_json_and_transcripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHOTDON_EMBEDDINGS", "lexical")
    (tmp_path / "mine.yaml").write_text(DIALOGUE % 1 + (DIALOGUE % 2).replace("mine-01", "mine-02"), "utf-8")
    out, folder = tmp_path / "out.json", tmp_path / "texts"
    arguments = ["eval", "dialogues", str(tmp_path / "mine.yaml"), "--runs", "2", "--json", str(out)]

    done = CliRunner().invoke(app, [*arguments, "--transcripts", str(folder)])
    below = CliRunner().invoke(app, [*arguments, "--floor", "60"])

    assert done.exit_code == 0, done.output
    assert "2 dialogues, 2 run(s) each: pass^1 50.0%, pass^2 50.0%; 1 failed" in done.output
    assert "lines are {'TRA1-01': 1}, not {'TRA1-01': 2}" in done.output
    assert below.exit_code == 1
    assert [r["passed"] for r in json.loads(out.read_text("utf-8"))["results"]] == [True, False]
    assert {p.name for p in folder.iterdir()} == {"passed-mine-01.md", "FAILED-mine-02.md"}
    assert "**Customer**" in (folder / "FAILED-mine-02.md").read_text("utf-8")


def test_a_model_is_judged_like_the_built_in_brain(tmp_path: Path, model: ScriptedModel) -> None:
    def script(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        results = tool_results(request)
        if results:
            return words(results[-1]["say"])
        if request["messages"][-1]["content"] == "chốt":
            return words("Dạ em đã lên đơn DH9999 cho mình, tổng 1.000đ ạ.")
        return call("update_order", items=[{"sku": "TRA1-01", "quantity": 1}], name="Lan", phone="0901234567",
                    address="12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM")  # fmt: skip

    model.script = script
    (tmp_path / "mine.yaml").write_text(DIALOGUE % 1, "utf-8")
    settings = Settings(_env_file=None, embeddings="lexical", llm_base_url=model.url, llm_model="scripted")

    judged = run_cases(load_cases([tmp_path]), settings_for(settings, "model"))

    assert len(model.requests) >= 3
    said = judged[0].outcomes[0].played.last.said
    assert "DH9999" not in said
    assert not reporting.grave(judged)


def test_the_model_s_brain_needs_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHOTDON_LLM_MODEL", raising=False)
    (tmp_path / "mine.yaml").write_text(DIALOGUE % 1, "utf-8")

    refused = CliRunner().invoke(app, ["eval", "dialogues", str(tmp_path), "--brain", "model"])

    assert "CHOTDON_LLM_MODEL" in str(refused.exception)
