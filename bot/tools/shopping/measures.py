"""A body's measures as customers write them: 1m60 52kg, 160cm/52 ký, 5'3, 115 lbs, 키 165 몸무게 55. Pure."""

import re
import unicodedata

from core.catalogue.folding import fold
from core.catalogue.sizes import Measure

_POUND = 0.45359237
_INCH = 2.54
_N = r"(\d{1,3}(?:[.,]\d{1,2})?)"
# Folded text. Heights between 40 and 250 cm, weights between 2 and 250 kg: anything else is another number.
_METRES = re.compile(
    r"(?<![\d.,])([12])\s*(?:m|met|metre|meter|미터)\s*(\d{1,2})(?!\d)|(?<![\d.,])([12])[.,](\d{1,2})\s*m\b"
)
_FEET = re.compile(r"(?<!\d)([4-7])\s*(?:'|’|ft|feet|foot|피트)\s*(\d{1,2})?\s*(?:\"|”|''|in|inches|inch)?")
_CM = re.compile(
    rf"(?:cao|height|tall|키|신장)[^\d]{{0,12}}{_N}(?!\s*(?:kg|ky|ki|m\d))|(?<![\d.,-])(1\d\d)\s*(?:cm|센티)"
)
_KG = re.compile(
    rf"(?<![\d.,]){_N}\s*(?:kgs?|kilos?|kilograms?|ky|ki lo|ki|can(?! nang)|킬로|키로)(?![a-z])"
    rf"|(?:nang|weigh|weight|몸무게|체중)[^\d]{{0,12}}{_N}"
)
_LBS = re.compile(rf"(?<![\d.,]){_N}\s*(?:lbs?|pounds?|파운드)")
_ROUND: tuple[tuple[Measure, str], ...] = (
    ("chest", "vong 1|nguc|chest|bust|가슴"),
    ("waist", "vong 2|eo|bung|waist|허리"),
    ("hips", "vong 3|mong|hong|hips?|엉덩이"),
    ("foot", "chan|foot|feet|발"),
)
_AGE = re.compile(r"(?<!\d)(\d{1,2})\s*(?:tuoi|years?(?:[ -]old)?|yo\b|살|세(?![가-힣]))")


def read_measures(text: str) -> dict[Measure, float]:
    """What is told of a body, in cm and kg; empty when nothing is."""
    plain = fold(unicodedata.normalize("NFC", text[:500]))
    found: dict[Measure, float] = {}
    height = _height(plain)
    if height is not None and 40 <= height <= 250:
        found["height"] = height
    weight = _weight(plain)
    if weight is not None and 2 <= weight <= 250:
        found["weight"] = weight
    for measure, names in _ROUND:
        match = re.search(rf"(?<![a-z])(?:{names})[^\d]{{0,10}}{_N}\s*(inch|in\b|\")?", plain)
        if match and not (measure == "foot" and float(_number(match.group(1))) > 40):
            found[measure] = _number(match.group(1)) * (_INCH if match.group(2) else 1.0)
    age = _AGE.search(plain)
    if age:
        found["age"] = float(age.group(1))
    return found


def _height(plain: str) -> float | None:
    metres = _METRES.search(plain)
    if metres:
        whole, rest = (
            (metres.group(1), metres.group(2)) if metres.group(1) else (metres.group(3), metres.group(4))
        )
        return int(whole) * 100 + int(rest.ljust(2, "0"))
    feet = _FEET.search(plain)
    if feet:
        return round((int(feet.group(1)) * 12 + int(feet.group(2) or 0)) * _INCH)
    centimetres = _CM.search(plain)
    if centimetres:
        return _number(centimetres.group(1) or centimetres.group(2))
    return None


def _weight(plain: str) -> float | None:
    kilos = _KG.search(plain)
    if kilos:
        return _number(kilos.group(1) or kilos.group(2))
    pounds = _LBS.search(plain)
    return round(_number(pounds.group(1)) * _POUND, 1) if pounds else None


def _number(text: str) -> float:
    return float(text.replace(",", "."))
