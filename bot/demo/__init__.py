"""The demo shop: a shop file and its pictures, all invented."""

from pathlib import Path


def shop_file_path() -> Path:
    """The demo's shop file; its pictures lie in `images/` beside it and are served under `/media/demo/`."""
    return Path(__file__).parent / "shop.json"
