"""What the order desk refuses, in the customer's words: by the error's code, else one kind sentence."""

from bot.replies import vi
from bot.replies.texts import say
from core.errors import AppError


def refusal_text(language: str, error: AppError) -> str:
    """Never the error's own English message, which is written for staff and programs."""
    key = f"error_{error.code}"
    if key not in vi.TEXTS:
        return say(language, "error_other")
    facts = {"code": "", "sku": "", "offered": "", "available": ""}
    facts |= {name: str(value) for name, value in error.data.items()}
    for line in error.data.get("lines", [])[:1]:
        facts |= {name: str(value) for name, value in line.items()}
    if "offered" in error.data:
        methods = [say(language, f"payment_{method}") for method in error.data["offered"]]
        facts["offered"] = ", ".join(methods)
    return say(language, key, **facts)
