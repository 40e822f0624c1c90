"""Vietnamese tax codes."""

import re

from stdnum.exceptions import ValidationError
from stdnum.vn import mst

from core.errors import Invalid


def check_tax_code(text: str) -> str:
    """10 or 13 digits with a right check digit, or a 12-digit personal number (which has none)."""
    digits = re.sub(r"[\s.\-]", "", text)
    if re.fullmatch(r"[0-9]{12}", digits):
        return digits
    try:
        valid: str = mst.validate(digits)
    except ValidationError:
        raise Invalid(
            "tax_code_invalid",
            "The tax code is not valid: it has 10 or 13 digits (12 for a person), and its check digit must fit.",
            {"tax_code": text[:20]},
        ) from None
    return valid
