"""The demo on other ports than its usual ones."""

from pathlib import Path

from bot.demo_server import played_urls
from core.settings import Settings


def test_the_shop_calls_the_sandboxes_where_they_are(tmp_path: Path) -> None:
    urls = played_urls(Settings(_env_file=None, data_dir=tmp_path, sandbox_port=18_021))

    assert urls["ghn_base_url"] == "http://127.0.0.1:18021/ghn"
    assert urls["sinvoice_base_url"] == "http://127.0.0.1:18021/sinvoice"


def test_an_address_that_was_set_stays(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, sinvoice_base_url="http://127.0.0.1:9/own")

    assert "sinvoice_base_url" not in played_urls(settings)
