"""VietQR: the national transfer code (EMVCo tags, NAPAS 247), with amount and order code inside."""

import io
import re
import unicodedata

import segno

from core.errors import Invalid
from core.payments.banks import find_bin

_NAPAS = "A000000727"
_TO_ACCOUNT = "QRIBFTTA"


def vietqr_payload(*, bank: str, account: str, amount: int, memo: str) -> str:
    """`bank` is a short name or a six-digit BIN, `account` as `check_account` allows. Amount in đồng.

    The memo keeps A-Z, 0-9 and spaces, without marks, 25 at most.
    """
    if not 0 < amount <= 10**12:
        raise Invalid("amount_invalid", "A transfer is from 1 đồng on.", {"amount": amount})
    plain = unicodedata.normalize("NFD", memo.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    clean_memo = " ".join(re.sub(r"[^A-Za-z0-9 ]", " ", plain).split())[:25].strip()
    beneficiary = _tag("00", bank_bin(bank)) + _tag("01", account)
    body = (
        _tag("00", "01")
        + _tag("01", "12")
        + _tag("38", _tag("00", _NAPAS) + _tag("01", beneficiary) + _tag("02", _TO_ACCOUNT))
        + _tag("53", "704")
        + _tag("54", str(amount))
        + _tag("58", "VN")
        + (_tag("62", _tag("08", clean_memo)) if clean_memo else "")
        + "6304"
    )
    return body + f"{_crc16(body.encode()):04X}"


def check_account(account: str) -> str:
    """NAPAS gives an account 19 characters."""
    if re.fullmatch(r"[0-9A-Za-z]{1,19}", account) is None:
        raise Invalid(
            "account_invalid",
            f"'{account[:40]}': an account has 1 to 19 letters and digits.",
            {"account": account[:40]},
        )
    return account


def bank_bin(bank: str) -> str:
    found = find_bin(bank)
    if found is None:
        raise Invalid(
            "bank_unknown",
            f"The bank '{bank[:40]}' is not known. Use its six-digit BIN.",
            {"bank": bank[:40]},
        )
    return found


def qr_svg(payload: str) -> bytes:
    buffer = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(buffer, kind="svg", scale=5, border=3, dark="#1f2933")
    return buffer.getvalue()


def qr_png(payload: str) -> bytes:
    buffer = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(buffer, kind="png", scale=8, border=3)
    return buffer.getvalue()


def _tag(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def _crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE, as EMVCo asks."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021) & 0xFFFF if crc & 0x8000 else (crc << 1) & 0xFFFF
    return crc
