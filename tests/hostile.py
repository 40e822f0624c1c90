"""Requests made from the OpenAPI document: right, wrong, missing, huge and hostile in any mixture."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

WORDS = (
    "", " ", "x", "A", "HOA-1", "DH1001", "0901234567", "đ" * 300, "x" * 70_000, "'; DROP TABLE orders;--", "%00",
    "\x00", "\u202e", "\ud800", "../../etc/passwd", "<script>alert(1)</script>", "${7*7}", "0" * 32, "f" * 32,
    "2026-11-24T00:00:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59+00:00", "NaN", "-1", "true", "💥", "\n\r\t",
)  # fmt: skip
NUMBERS = (0, 1, -1, 2, 100, 2**31, 2**63, -(2**63) - 1, 10**30, 1.5, float("nan"), float("inf"), 1e308)
BOUNDARY = "chotdon-hostile"
FILES = (
    b"",
    b"sku,name,price\nA1,Hoa,5\n",
    b"GIF89a",
    b"PK\x03\x04",
    b"\x89PNG\r\n\x1a\n",
    b"\xff" * 99,
    b"=1+1" * 9,
)
DEEP = "[" * 3_000 + "]" * 3_000

texts = st.one_of(st.sampled_from(WORDS), st.text(max_size=40))
hostile_values: st.SearchStrategy[Any] = st.one_of(
    texts,
    st.sampled_from(NUMBERS),
    st.none(),
    st.booleans(),
    st.lists(st.sampled_from(WORDS), max_size=3),
    st.dictionaries(st.sampled_from(WORDS), st.sampled_from(NUMBERS), max_size=3),
)

Known = Mapping[str, list[str]]
"""Right values by the name of a parameter or a property; `noun.name` where only the paths of that noun take them."""


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    spec: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Sent:
    url: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    content: bytes | None
    content_type: str = ""
    """Empty: whatever the tests like to say."""


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, spec in methods.items():
            yield Operation(method.upper(), path, spec)


@st.composite
def requests(draw: st.DrawFn, operation: Operation, document: Mapping[str, Any], known: Known) -> Sent:
    """`known` holds right values by parameter name, so that requests get past the first door."""
    url, query, headers = operation.path, [], {}
    noun = operation.path.removeprefix("/api/v1/").partition("/")[0]
    for parameter in operation.spec.get("parameters", []):
        name = parameter["name"]
        right = known.get(f"{noun}.{name}") or known.get(name, ["x"])
        value = draw(st.one_of(st.sampled_from(right), texts))
        plain = value.encode("utf-8", "replace")
        if parameter["in"] == "path":
            url = url.replace(f"{{{name}}}", quote(plain[:3_000], safe="") or "x")
        elif draw(st.integers(0, 5 if parameter.get("required") else 1)):
            if parameter["in"] == "query":
                query.append((name, plain[:3_000].decode("utf-8", "replace")))
            else:
                kept = "".join(c for c in value if c.isascii() and c.isprintable())
                headers[name] = kept.strip()[:250]
    forms = operation.spec.get("requestBody", {}).get("content", {}).get("multipart/form-data")
    if forms is not None:
        body = draw(_forms(_resolve(forms["schema"]["$ref"], document)))
        return Sent(url, query, headers, body, f"multipart/form-data; boundary={BOUNDARY}")
    return Sent(url, query, headers, draw(_bodies(operation, document, known)))


@st.composite
def _forms(draw: st.DrawFn, schema: Mapping[str, Any]) -> bytes:
    body = b""
    for name, part in schema["properties"].items():
        is_file = part.get("format") == "binary" or "contentMediaType" in part
        if name in schema.get("required", []) or draw(st.booleans()):
            file = '; filename="a.csv"' if is_file else ""
            value = (
                draw(st.sampled_from(FILES)) if is_file else draw(texts).encode("utf-8", "replace")[:3_000]
            )
            head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
            body += head.encode() + value + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


@st.composite
def _bodies(draw: st.DrawFn, operation: Operation, document: Mapping[str, Any], known: Known) -> bytes | None:
    media = operation.spec.get("requestBody", {}).get("content", {}).get("application/json")
    if media is None:
        return None
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.sampled_from([b"", b"{", b"null", b"\xff\xfe", DEEP.encode(), b"[1,2", b'"text"']))
    value = draw(_values(media["schema"], document, known, 0))
    if kind == 1:
        value = draw(hostile_values)
    return json.dumps(value).encode()


@st.composite
def _values(
    draw: st.DrawFn, schema: Mapping[str, Any], document: Mapping[str, Any], known: Known, depth: int
) -> Any:
    """Mostly a value of this schema; now and then something else."""
    if draw(st.integers(0, 11)) == 0:
        return draw(hostile_values)
    if "$ref" in schema:
        return draw(_values(_resolve(schema["$ref"], document), document, known, depth))
    if "anyOf" in schema:
        return draw(_values(draw(st.sampled_from(schema["anyOf"])), document, known, depth))
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    match schema.get("type"):
        case "object":
            return draw(_objects(schema, document, known, depth))
        case "array":
            size = draw(st.integers(0, 2 if depth < 4 else 0))
            return [draw(_values(schema.get("items", {}), document, known, depth + 1)) for _ in range(size)]
        case "integer" | "number":
            return draw(st.integers(max(schema.get("minimum", 0), 0), min(schema.get("maximum", 50), 50)))
        case "boolean":
            return draw(st.booleans())
        case "null":
            return None
    return draw(
        st.one_of(st.sampled_from(["HOA-1", "A", "0901234567", "12 Lê Lợi", "x"]), st.text(max_size=20))
    )


@st.composite
def _objects(
    draw: st.DrawFn, schema: Mapping[str, Any], document: Mapping[str, Any], known: Known, depth: int
) -> dict[str, Any]:
    properties, required = schema.get("properties", {}), schema.get("required", [])
    value = {}
    for name, part in properties.items():
        if draw(st.integers(0, 14 if name in required else 1)) > 0:
            right = []
            if name in known and part.get("type") in ("string", "array"):
                one = st.sampled_from(known[name])
                right = [one if part["type"] == "string" else st.lists(one, min_size=1, max_size=1)]
            value[name] = draw(st.one_of(*right, _values(part, document, known, depth + 1)))
    if draw(st.integers(0, 14)) == 0:
        value[draw(st.sampled_from(WORDS))] = draw(hostile_values)
    return value


def _resolve(reference: str, document: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    resolved: Mapping[str, Any] = found
    return resolved
