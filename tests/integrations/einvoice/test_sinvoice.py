"""The S-Invoice adapter over real HTTP against its sandbox: what the port promises, and each fault."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from core.invoices.words import amount_in_words
from core.money import split_vat
from core.ports.einvoice import NOT_SUBJECT, InvoiceBuyer, InvoiceItem, InvoiceRequest
from core.ports.errors import Misconfigured, OutcomeUnknown, ProviderUnavailable, RateLimited, Rejected
from integrations.einvoice.viettel_sinvoice.adapter import SInvoice
from integrations.einvoice.viettel_sinvoice.mapping import issued_invoice, refusal_of, xml_of
from integrations.einvoice.viettel_sinvoice.settings import SInvoiceSettings
from integrations.sandbox.app import SandboxServer
from integrations.sandbox.faults import FaultKind, fault_from_json
from integrations.sandbox.sinvoice.options import DEMO_PASSWORD, DEMO_TAX_CODE

API = "services/einvoiceapplication/api/InvoiceAPI"
CREATE = "createInvoice"


def item(number: int, gross: int, rate: int = 8, quantity: int = 1) -> InvoiceItem:
    net, vat = split_vat(gross, max(rate, 0))
    price = f"{net / quantity:.6f}".rstrip("0").rstrip(".")
    return InvoiceItem(
        number, f"S{number}", f"Áo mẫu {number}", "Cái", quantity, price, net, rate, vat, gross
    )


def request(*items: InvoiceItem, **changes: Any) -> InvoiceRequest:
    lines = items or (item(1, 298_000, quantity=2), item(2, 30_000))
    net, vat = sum(i.amount_before_vat for i in lines), sum(i.vat_amount for i in lines)
    values: dict[str, Any] = {
        "key": str(uuid.uuid4()), "kind": "vat", "buyer": InvoiceBuyer("Bán cho người tiêu dùng", takes_invoice=False),
        "items": lines, "amount_before_vat": net, "vat_amount": vat, "amount": net + vat,
        "amount_in_words": amount_in_words(net + vat), "payment_method": "cash", "paid": True, "order_code": "DH1001",
    }  # fmt: skip
    return InvoiceRequest(**{**values, **changes})


class Played:
    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.url = f"{server.url}/sinvoice"
        self.world: Any = server.sandbox.providers["sinvoice"].world  # type: ignore[attr-defined]

    def adapter(self, **settings: Any) -> SInvoice:
        values: dict[str, Any] = {
            "base_url": self.url, "username": DEMO_TAX_CODE, "password": DEMO_PASSWORD,
            "supplier_tax_code": DEMO_TAX_CODE, "connect_seconds": 1.0, "read_seconds": 1.0,
        }  # fmt: skip
        return SInvoice(SInvoiceSettings.from_values({**values, **settings}))

    def fail(self, operation: str, kind: FaultKind, times: int = 1) -> None:
        self.server.faults.add(
            fault_from_json("sinvoice", {"operation": operation, "kind": kind, "times": times})
        )

    def options(self, **values: Any) -> None:
        self.world.options.change(values)

    def issued(self, key: str) -> int:
        return sum(invoice.uuid == key for invoice in self.world.invoices.values())


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("sinvoice",), options={"sinvoice": {"code_delay_s": 0}}) as server:
        yield server


@pytest.fixture
def played(server: SandboxServer) -> Played:
    server.faults.clear()
    server.sandbox.providers["sinvoice"].reset()
    return Played(server)


@pytest.fixture
def sinvoice(played: Played) -> Iterator[SInvoice]:
    adapter = played.adapter()
    yield adapter
    adapter.close()


def test_an_invoice_gets_number_code_pdf_and_xml(sinvoice: SInvoice, played: Played) -> None:
    asked = request()

    made = sinvoice.issue(asked)
    found = sinvoice.find(asked.key)

    assert found is not None
    assert (made.series, made.number) == (found.series, found.number)
    assert len(found.tax_authority_code) == 34
    pdf, xml = sinvoice.file(found, "pdf"), sinvoice.file(found, "xml")
    assert pdf is not None
    assert xml is not None
    assert pdf.content.startswith(b"%PDF")
    assert found.tax_authority_code.encode() in xml.content
    assert "Ba trăm hai mươi tám nghìn đồng".encode() in xml.content
    assert played.issued(asked.key) == 1


def test_numbers_of_a_series_have_no_gaps_whoever_asks_at_once(sinvoice: SInvoice) -> None:
    with ThreadPoolExecutor(6) as pool:
        numbers = [int(one.number) for one in pool.map(lambda _: sinvoice.issue(request()), range(12))]

    assert sorted(numbers) == list(range(1, 13))


@pytest.mark.parametrize("answer", ["refused", "same_result"])
def test_the_same_key_never_makes_a_second_invoice(sinvoice: SInvoice, played: Played, answer: str) -> None:
    played.options(repeated_uuid=answer)
    asked = request()

    assert sinvoice.issue(asked).number == sinvoice.issue(asked).number
    assert played.issued(asked.key) == 1


def test_a_key_that_issued_nothing_is_not_found(sinvoice: SInvoice) -> None:
    assert sinvoice.find(str(uuid.uuid4())) is None


@pytest.mark.parametrize("rates", [(8, 10, 5, 0, NOT_SUBJECT), (NOT_SUBJECT,), (0,)])
def test_every_rate_goes_out_as_what_it_is(
    sinvoice: SInvoice, played: Played, rates: tuple[int, ...]
) -> None:
    asked = request(*(item(n, 99_000 + n, rate) for n, rate in enumerate(rates, start=1)))

    sinvoice.issue(asked)

    lines = played.world.invoices[asked.key].body["itemInfo"]
    assert tuple(line["taxPercentage"] for line in lines) == rates
    assert played.world.invoices[asked.key].totals["with_tax"] == asked.amount


def test_buyers_as_the_law_wants_them(sinvoice: SInvoice, played: Played) -> None:
    company = InvoiceBuyer(
        "Lan",
        company="Công ty Mẫu",
        tax_code="0100109106",
        address="1 Lê Lợi",
        email="a@b.vn",
        phone="+84901234567",
    )
    person = InvoiceBuyer("Lan", personal_id="079301001234", address="1 Lê Lợi")
    sent = []
    for buyer in (company, person, InvoiceBuyer("Bán cho người tiêu dùng", takes_invoice=False)):
        asked = request(buyer=buyer)
        sinvoice.issue(asked)
        sent.append(played.world.invoices[asked.key].body["buyerInfo"])

    assert (sent[0]["buyerLegalName"], sent[0]["buyerTaxCode"]) == ("Công ty Mẫu", "0100109106")
    assert sent[0]["buyerPhoneNumber"].isdigit()
    assert (sent[1]["buyerIdType"], sent[1]["buyerIdNo"]) == ("1", "079301001234")
    assert "buyerTaxCode" not in sent[1]
    assert sent[2]["buyerNotGetInvoice"] == 1


def test_a_preview_is_a_pdf_and_issues_nothing(sinvoice: SInvoice, played: Played) -> None:
    asked = request()

    assert sinvoice.preview(asked).content.startswith(b"%PDF")
    assert played.world.invoices == {}


def test_wrong_amounts_are_refused_with_words_and_nothing_is_issued(
    sinvoice: SInvoice, played: Played
) -> None:
    wrong = replace(item(1, 100_000), vat_amount=1)
    asked = request(wrong)

    with pytest.raises(Rejected) as caught:
        sinvoice.issue(asked)

    assert caught.value.code == "VAT_AMOUNT_INVALID"
    assert "thuế" in caught.value.message
    assert played.issued(asked.key) == 0


@pytest.mark.parametrize(("setting", "value"), [("series", "C26TZZ"), ("template_code", "1/009")])
def test_a_template_that_is_not_there_is_a_matter_of_settings(
    played: Played, setting: str, value: str
) -> None:
    adapter = played.adapter(**{setting: value})

    with pytest.raises(Misconfigured, match="CHOTDON_SINVOICE_TEMPLATE"):
        adapter.check()
    with pytest.raises(Misconfigured):
        adapter.issue(request())
    adapter.close()


def test_a_wrong_password_is_said_by_name(played: Played) -> None:
    adapter = played.adapter(password="wrong")

    with pytest.raises(Misconfigured, match="CHOTDON_SINVOICE_PASSWORD"):
        adapter.check()
    adapter.close()


def test_a_check_shows_template_and_series(sinvoice: SInvoice) -> None:
    assert sinvoice.check() == f"{DEMO_TAX_CODE}, 1/001 C26TAA"


@pytest.mark.parametrize("answer", ["general", "unauthorised", "invalid_token_xml"])
def test_an_ended_token_is_renewed_and_the_call_repeated_once(
    sinvoice: SInvoice, played: Played, answer: str
) -> None:
    played.options(stale_answer=answer)
    sinvoice.check()
    played.fail(CREATE, "expired_token")
    asked = request()

    assert sinvoice.issue(asked).number
    assert played.issued(asked.key) == 1


@pytest.mark.parametrize("kind", ["hang_after", "drop_after"])
def test_a_lost_answer_is_unknown_and_is_looked_up_not_repeated(
    sinvoice: SInvoice, played: Played, kind: FaultKind
) -> None:
    played.fail(CREATE, kind)
    asked = request()

    with pytest.raises(OutcomeUnknown) as caught:
        sinvoice.issue(asked)

    assert caught.value.retry_after == 90
    assert sinvoice.find(asked.key) is not None
    assert played.issued(asked.key) == 1


@pytest.mark.parametrize("kind", ["error_before", "hang_before"])
def test_a_failure_before_the_deed_can_be_tried_again(
    sinvoice: SInvoice, played: Played, kind: FaultKind
) -> None:
    played.fail(CREATE, kind, times=2)
    asked = request()

    with pytest.raises(OutcomeUnknown):
        sinvoice.issue(asked)
    assert sinvoice.find(asked.key) is None
    played.server.faults.clear()
    assert sinvoice.issue(asked).number


def test_a_500_after_the_deed_ends_with_that_one_invoice(sinvoice: SInvoice, played: Played) -> None:
    """Their 500 cannot be told from an ended token, so the call is repeated with its key, which is then taken."""
    played.fail(CREATE, "error_after")
    asked = request()

    assert sinvoice.issue(asked).number == "1"
    assert played.issued(asked.key) == 1


@pytest.mark.parametrize("operation", [CREATE, "login"])
def test_too_many_calls_come_back_later(sinvoice: SInvoice, played: Played, operation: str) -> None:
    played.fail(operation, "rate_limit")

    with pytest.raises(RateLimited) as caught:
        sinvoice.issue(request())
    assert caught.value.retry_after == 1


def test_a_broken_login_is_no_wrong_password(sinvoice: SInvoice, played: Played) -> None:
    played.fail("login", "error_before")

    with pytest.raises(ProviderUnavailable):
        sinvoice.issue(request())


def test_nobody_there_means_that_nothing_was_sent(played: Played) -> None:
    adapter = played.adapter(base_url="http://127.0.0.1:9")

    with pytest.raises(ProviderUnavailable):
        adapter.issue(request())
    adapter.close()


@pytest.mark.parametrize("kind", ["empty_file", "late_file"])
def test_a_late_file_is_none_until_it_is_there(sinvoice: SInvoice, played: Played, kind: FaultKind) -> None:
    asked = request()
    sinvoice.issue(asked)
    found = sinvoice.find(asked.key)
    assert found is not None
    played.fail("getInvoiceRepresentationFile", kind)

    assert sinvoice.file(found, "pdf") is None
    assert sinvoice.file(found, "pdf") is not None


def test_number_and_code_may_come_later(sinvoice: SInvoice, played: Played) -> None:
    played.options(number_delay_s=0.3, code_delay_s=600)
    asked = request()

    assert sinvoice.issue(asked).number == ""
    later = sinvoice.find(asked.key)
    assert later is not None
    assert (later.tax_authority_code, later.refused_reason) == ("", "")


def test_a_refusal_by_the_tax_authority_is_told_with_its_reason(sinvoice: SInvoice, played: Played) -> None:
    played.options(code_refusal="Mã số thuế người mua đã đóng")
    asked = request()
    sinvoice.issue(asked)

    found = sinvoice.find(asked.key)

    assert found is not None
    assert found.refused_reason == "Mã số thuế người mua đã đóng"


def test_after_new_year_the_symbol_of_the_answer_counts() -> None:
    settings = SInvoiceSettings("http://x", "u", "p", "0100109106")
    answer = {"invoiceNo": "C27TAA12", "issueDate": 1_798_740_000_000}

    issued = issued_invoice(answer, settings, now=datetime(2027, 1, 1, tzinfo=UTC))

    assert (issued.series, issued.number) == ("C27TAA", "12")


@pytest.mark.parametrize("rows", [None, "x", [], [None], [{"invoiceNo": "C26TAA1", "errorCode": None}]])
def test_a_list_that_says_nothing_refuses_nothing(rows: Any) -> None:
    assert refusal_of(rows, "C26TAA1") == ""


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"no archive"])
def test_a_broken_archive_is_a_refusal(content: bytes) -> None:
    with pytest.raises(Rejected):
        xml_of(content, max_bytes=1_000_000)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"generalInvoiceInfo": 7}', b"[" * 50_000])
def test_the_sandbox_refuses_what_is_no_invoice_in_its_own_words(
    sinvoice: SInvoice, played: Played, body: bytes
) -> None:
    headers = {"Cookie": f"access_token={sinvoice.client.login()}", "Content-Type": "application/json"}

    answer = httpx.post(
        f"{played.url}/{API}/InvoiceWS/createInvoice/{DEMO_TAX_CODE}",
        content=body,
        headers=headers,
        trust_env=False,
    )

    assert (answer.status_code, answer.json()["code"]) == (400, 400)
    assert answer.json()["message"]


def test_the_sandbox_knows_login_tokens_only(played: Played) -> None:
    form = httpx.post(f"{played.url}/auth/login", data={"username": "x"}, trust_env=False)
    wrong = httpx.post(f"{played.url}/auth/login", json={"username": "x", "password": "y"}, trust_env=False)
    without = httpx.post(
        f"{played.url}/{API}/InvoiceUtilsWS/getAllInvoiceTemplates", json={}, trust_env=False
    )

    assert form.status_code == 415
    assert wrong.status_code in (400, 401)
    assert (without.status_code, without.json()["message"]) == (500, "GENERAL")
