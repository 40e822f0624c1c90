"""YAML as shop owners expect it: `yes`, `0901234567` and `8:30` are texts; the same key twice is refused."""

import re
from typing import Any

import yaml


class PlainLoader(yaml.SafeLoader):  # type: ignore[misc]
    """Only true/false, whole numbers, decimals and null are anything else than text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, dict | list):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key must be a plain word; put quotes around it", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' stands twice here; leave one out", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]{1,2}$", "-0123456789"),
    ("null", r"^(?:null|~|)$", "n~"),
):
    PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))
PlainLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^$"), [""])


def read_yaml(text: str) -> Any:
    """Raises `yaml.YAMLError`, whose text names line and column."""
    return yaml.load(text, Loader=PlainLoader)  # noqa: S506 - a SafeLoader with fewer guesses
