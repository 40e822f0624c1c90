"""A wrong setting stops the start with its name, what was given and the mend; a secret is never repeated."""

import pytest

from core.settings import Settings, SettingsError, load_settings, unknown_names

ENV_FILE = ".env.example"
BOT_TOKEN = "123456789:AAxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory):
    monkeypatch.chdir(tmp_path_factory.mktemp("nowhere"))

    def start(**values: str) -> Settings:
        for name, value in values.items():
            monkeypatch.setenv(f"CHOTDON_{name}", value)
        load_settings.cache_clear()
        return load_settings()

    yield start
    load_settings.cache_clear()


@pytest.mark.parametrize(
    ("name", "value", "shape"),
    [
        ("PORT", "abc", "integer"), ("PORT", "0", "greater than or equal to 1"), ("PORT", "70000", "65535"),
        ("SANDBOX_PORT", "-1", "greater than or equal to 1"), ("DATA_DIR", " ", "folder"),
        ("DATABASE_URL", "mysql://u:p@h/d", "postgresql://"), ("DATABASE_URL", "postgresql://h:port/d", "must look"),
        ("DATABASE_URL", "sqlite:///:memory:", "file"), ("DATABASE_URL", "postgresql://h", "must name"),
        ("LOG_LEVEL", "loud", "'debug', 'info'"), ("ALLOW_RESET", "maybe", "boolean"),
        ("WORKER_THREADS", "0", "greater"), ("LLM_TURN_SECONDS", "1000", "120"), ("LLM_TURN_SECONDS", "nan", "than"),
        ("EMBEDDINGS", "magic", "'auto' or 'lexical'"), ("CARRIER", "dhl", "'ghn'"), ("EINVOICE", "x", "viettel"),
        ("GHN_BASE_URL", "ghn.vn", "http://"), ("GHN_BASE_URL", "", "not be empty"),
        ("GHN_TRACKING_URL", "javascript:alert(1)", "http://"), ("GHN_SHOP_ID", "one", "integer"),
        ("GHN_REQUIRED_NOTE", "LOOK", "CHOTHUHANG"), ("SINVOICE_BASE_URL", "http://h:port", "http://"),
        ("SINVOICE_SERIES", "", "not be empty"), ("CHROMA_URL", "chroma:8000", "http://"),
        ("PUBLIC_URL", "myshop.vn", "http://"), ("ALLOWED_ORIGINS", "https://a.vn/shop", "without a path"),
        ("TELEGRAM_TOKEN", "hunter2", "@BotFather"), ("TELEGRAM_MODE", "pigeon", "'polling' or 'webhook'"),
        ("TELEGRAM_WEBHOOK_SECRET", "short", "16 to 256"), ("TELEGRAM_STAFF_CHAT", "@group", "Negative"),
        ("TELEGRAM_BASE_URL", "api.telegram.org", "http://"), ("RATE_LIMIT_PER_MINUTE", "0", "greater"),
        ("LLM_BASE_URL", "https://", "http://"),
    ],
)  # fmt: skip
def test_each_wrong_value_is_refused_with_name_shape_and_mend(
    started, name: str, value: str, shape: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        started(**{name: value})

    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"CHOTDON_{name} is ")
    assert shape in line
    assert line.endswith("Mend it in the environment or in .env.")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://shop:hunter2@h/d"), ("DATABASE_URL", "postgresql://shop:hunter2@h:x/d"),
        ("GHN_TOKEN", "hunter2\u0007"), ("SINVOICE_PASSWORD", "hunter2 đ"), ("LLM_API_KEY", "hunter2\n"),
    ],
)  # fmt: skip
def test_secrets_are_not_repeated(started, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        started(**{name: value})

    assert f"CHOTDON_{name}" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [
        {"LLM_MODEL": "gpt"}, {"LLM_BASE_URL": "http://h/v1"}, {"LLM_API_KEY": "k"},
        {"EMBEDDINGS_MODEL": "m"}, {"EMBEDDINGS_BASE_URL": "http://h/v1"},
        {"TELEGRAM_STAFF_CHAT": "-100123"}, {"TELEGRAM_WEBHOOK_SECRET": "a-secret-of-our-own"},
        {"TELEGRAM_MODE": "webhook", "TELEGRAM_TOKEN": BOT_TOKEN, "PUBLIC_URL": "https://shop.vn"},
        {"TELEGRAM_MODE": "webhook", "TELEGRAM_TOKEN": BOT_TOKEN, "TELEGRAM_WEBHOOK_SECRET": "a-secret-of-our-own"},
        {"TELEGRAM_MODE": "webhook", "TELEGRAM_TOKEN": BOT_TOKEN, "PUBLIC_URL": "http://shop.vn",
         "TELEGRAM_WEBHOOK_SECRET": "a-secret-of-our-own"},
    ],
)  # fmt: skip
def test_half_of_what_belongs_together_is_refused(started, values: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(values)).split("_")[0]):
        started(**values)


def test_several_wrong_ones_are_told_together(started) -> None:
    with pytest.raises(SettingsError) as caught:
        started(PORT="x", LOG_LEVEL="y")

    assert len(str(caught.value).splitlines()) == 2


def test_the_example_file_names_every_setting_with_its_default() -> None:
    example = Settings(_env_file=ENV_FILE)
    plain = Settings(_env_file=None)
    with open(ENV_FILE) as file:
        named = {line.split("=")[0] for line in file if line.startswith("CHOTDON_")}

    assert named == {f"CHOTDON_{name.upper()}" for name in Settings.model_fields}
    assert example == plain


def test_a_slip_of_the_pen_is_found() -> None:
    assert unknown_names({"CHOTDON_PROT": "1", "CHOTDON_PORT": "1", "PATH": "x"}) == ["CHOTDON_PROT"]
