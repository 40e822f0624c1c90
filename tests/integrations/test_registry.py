"""Providers by name."""

import subprocess
import sys

import pytest

from core.ports.errors import Misconfigured
from integrations.registry import build_carrier, build_einvoice


def test_a_carrier_is_built_by_its_name() -> None:
    carrier = build_carrier(
        "ghn", {"base_url": "http://127.0.0.1:9", "token": "t", "shop_id": 1, "webhook_secret": "s"}
    )

    assert (carrier.code, carrier.name) == ("ghn", "Giao Hàng Nhanh")


@pytest.mark.parametrize("build", [build_carrier, build_einvoice])
def test_an_unknown_name_is_refused_with_the_known_ones(build) -> None:
    with pytest.raises(Misconfigured, match="known: "):
        build("pigeon", {})


def test_no_adapter_is_imported_before_it_is_asked_for() -> None:
    code = (
        "import sys, integrations.registry;"
        "print([m for m in sys.modules if m.startswith(('integrations.carriers.', 'integrations.einvoice.'))])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_no_adapter_imports_the_sandbox() -> None:
    code = (
        "import sys, integrations.carriers.ghn.adapter;"
        "print([m for m in sys.modules if m.startswith('integrations.sandbox')])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
