"""What the desk refuses, in the staff's words: by the error's code, with its facts. The one place for these texts."""

from collections.abc import Mapping
from typing import Any

from bot.staff.refusals_of_money import TEXTS as TEXTS_OF_MONEY
from bot.staff.refusals_of_money import facts_of_money
from bot.staff.refusals_of_office import TEXTS as TEXTS_OF_OFFICE
from bot.staff.refusals_of_purchasing import TEXTS as TEXTS_OF_PURCHASING
from bot.staff.refusals_of_purchasing import facts as facts_of_purchasing
from bot.staff.refusals_of_stock import TEXTS as TEXTS_OF_STOCK
from bot.staff.refusals_of_stock import facts_of_stock
from bot.staff.words import in_words
from core.money import format_dong

TEXTS: dict[str, str] = {
    # the desk itself
    "login_wrong": "Tài khoản hoặc mật khẩu chưa đúng. Bạn gõ lại nhé.",
    "login_locked": "Sai mật khẩu quá nhiều lần. Bạn chờ vài phút rồi đăng nhập lại.",
    "not_logged_in": "Phiên làm việc đã hết. Bạn đăng nhập lại nhé.",
    "csrf_token_wrong": "Trang này đã cũ. Bạn tải lại trang rồi thử lại.",
    "role_not_allowed": "Việc này dành cho {roles}. Bạn nhờ một trong những người đó nhé.",
    "request_invalid": "Nội dung gửi lên chưa đúng hoặc quá dài. Bạn xem lại rồi gửi lại.",
    "value_invalid": "Nội dung có ký tự không lưu được. Bạn xóa ký tự lạ rồi gửi lại. Chưa có gì thay đổi.",
    "clash": "Có người vừa sửa đúng chỗ này. Chưa có gì thay đổi, bạn xem lại rồi thử lại.",
    "gone": "Mục này không còn nữa (đã xóa hoặc cửa hàng được nạp lại). Bạn mở lại từ đầu nhé.",
    "database_unavailable": "Cơ sở dữ liệu chưa trả lời. Chưa có gì thay đổi, bạn thử lại sau vài giây.",
    "internal_error": "Hệ thống gặp lỗi. Chưa có gì thay đổi, bạn thử lại; nếu vẫn lỗi, báo người quản trị.",
    # commands
    "command_unknown": "Không có lệnh {name}. Gõ /help để xem các lệnh.",
    "argument_missing": "Lệnh này cần thêm thông tin, ví dụ: {example}",
    "label_missing": "{code} chưa có nhãn. Bạn gửi đơn trước (/ship {code}), hoặc chờ một lát rồi thử lại.",
    "stock_not_found": "Không có sản phẩm nào khớp “{asked}”. Bạn thử tên khác hoặc mã SKU.",
    "customer_not_found": "Không tìm thấy khách nào. Bạn thử số điện thoại hoặc tên.",
    "task_not_found": "Không có việc này. Gõ /todo để xem việc đang chờ.",
    # conversations
    "conversation_not_found": "Không có cuộc trò chuyện này. Bạn chọn lại trong danh sách.",
    "conversation_taken": "Đồng nghiệp đang giữ cuộc trò chuyện này. Bạn nhờ họ trả lại trước nhé.",
    "conversation_not_taken": "Bạn bấm “Nhận” cuộc trò chuyện trước, rồi mới trả lời khách.",
    "message_not_found": "Không có tin nhắn này trong cuộc trò chuyện.",
    "text_invalid": "Tin nhắn cần từ 1 đến 4.000 ký tự.",
    "draft_decided": "Bản nháp này đã được gửi, bỏ hoặc thay bằng bản mới. Bạn mở lại cuộc trò chuyện.",
    "draft_not_found": "Không có bản nháp này. Bạn mở lại cuộc trò chuyện.",
    "document_not_found": "Không có tài liệu này.",
    # orders
    "order_not_found": "Không tìm thấy đơn này. Bạn kiểm tra lại mã đơn.",
    "illegal_transition": "{subject} đang “{current}”, không chuyển sang “{wanted}” được.",
    "insufficient_stock": "Không đủ hàng: {short}.",
    "order_not_cancellable": "Đơn {code} {status}, {fulfilment}: không hủy được nữa. Giao rồi thì làm trả hàng.",
    "order_not_changeable": "Đơn {code} {status}, {fulfilment}: chỉ sửa được trước khi đóng gói.",
    "order_changed_meanwhile": "Đơn {code} vừa có thay đổi khác. Bạn xem lại đơn rồi sửa.",
    "order_cancelled": "Đơn này đã hủy nên không làm tiếp được. Nếu khách đã trả tiền, bạn hoàn tiền cho khách.",
    "payment_outstanding": "Đơn {code} trả bằng chuyển khoản và chưa nhận đủ tiền. Nhận tiền xong gõ /paid {code}.",
    "approval_needed": "Đơn {code} chờ duyệt {approval} ({state}). {advice}",
    "own_question": "Bạn là người xin duyệt {code}, nên cần {roles} khác đồng ý. Bạn nhờ họ, hoặc /reject để rút lại.",
    "already_decided": "{code} {state} rồi{by}.",
    "approval_not_found": "Không có yêu cầu duyệt này. Gõ /todo để xem việc đang chờ.",
    "amount_invalid": "Đơn này không còn khoản nào phải thu.",
    "amount_not_outstanding": "Số tiền không khớp: đơn còn phải thu {outstanding}.",
    # shipping and invoices
    "order_not_packed": "Đơn {code} {fulfilment}. Bạn đóng gói trước khi gửi (/pack {code}).",
    "address_missing": "Đơn chưa có địa chỉ đủ phường/xã và tỉnh/thành. Bạn sửa địa chỉ trước.",
    "stock_not_held": "Đơn này không giữ hàng trong kho. Bạn hủy đơn và đặt lại.",
    "carrier_fee_unknown": "Hãng vận chuyển chưa báo phí giao. Bạn thử lại sau một phút.",
    "invoice_exists": "Đơn {code} đã xuất hóa đơn rồi.",
    "invoice_too_early": "Đơn {code} {fulfilment}. Hóa đơn xuất khi giao hàng: bạn gửi đơn trước.",
    "invoice_not_found": "Không có hóa đơn này.",
    "invoice_totals_differ": "Tiền hóa đơn không khớp tiền đơn nên chưa xuất. Bạn báo kế toán kiểm tra.",
    "tax_code_invalid": "Mã số thuế chưa đúng: 10 hoặc 13 số (cá nhân 12 số). Bạn hỏi lại khách.",
    "company_missing": "Có mã số thuế thì hóa đơn cần tên công ty.",
    "company_address_missing": "Có mã số thuế thì hóa đơn cần địa chỉ công ty.",
    "email_invalid": "Địa chỉ e-mail chưa đúng.",
    # tickets and questions
    "ticket_not_found": "Không có phiếu này. Gõ /tickets để xem phiếu đang chờ.",
    "ticket_closed": "Phiếu {code} đã đóng rồi.",
    "ticket_busy": "Có người đang sửa phiếu này. Bạn thử lại.",
    "question_not_found": "Không có câu hỏi này. Gõ /questions để xem danh sách.",
    "question_closed": "Câu hỏi này đã được trả lời hoặc đóng rồi.",
    "answer_missing": "Khách hỏi bằng {language}: bạn trả lời bằng ngôn ngữ đó.",
    "question_wording_missing": "Cần ghi cả câu hỏi bằng {language}.",
    "faq_too_long": "Câu trả lời quá dài. Bạn rút ngắn lại, hoặc lưu thành tài liệu.",
    "faq_exists": "Đã có câu hỏi thường gặp với mã này. Bạn sửa câu đó.",
    "warehouse_not_found": "Không có kho này.",
    "product_not_found": "Không có sản phẩm {sku}.",
    "variant_not_found": "Không có mã SKU này đang bán.",
    "report_not_found": "Không có báo cáo “{name}”. Gõ /report để xem các báo cáo.",
    "period_invalid": "Khoảng ngày chưa đúng: ngày đầu không sau ngày cuối, nhiều nhất {most_days} ngày.",
}
OTHER = (
    "Việc này chưa làm được. Bạn tải lại trang và thử lại; nếu vẫn vậy, báo người quản trị mã lỗi {error}."
)
_ADVICE = {
    "pending": "Duyệt trước đã.",
    "rejected": "Đã có người từ chối: bạn hủy hoặc sửa đơn.",
    "expired": "Không ai trả lời kịp; một phút nữa hệ thống hỏi lại, khi đó bạn duyệt.",
}
_LANGUAGES = {"vi": "tiếng Việt", "en": "tiếng Anh", "ko": "tiếng Hàn"}


def staff_refusal(code: str, data: Mapping[str, Any]) -> str:
    """Never the error's own English message, which is written for programs."""
    every = (TEXTS, TEXTS_OF_STOCK, TEXTS_OF_MONEY, TEXTS_OF_PURCHASING, TEXTS_OF_OFFICE)
    text = next((texts[code] for texts in every if code in texts), OTHER)
    return text.format_map(_Facts(_facts(code, data)))


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _facts(code: str, data: Mapping[str, Any]) -> dict[str, str]:
    facts = {name: str(value) for name, value in data.items()} | {"error": code}
    if "roles" in data:
        facts["roles"] = _any_of([in_words("role", role) for role in dict.fromkeys(data["roles"])])
    for name, kind in (("status", "status"), ("fulfilment", "fulfilment_state")):
        if kind in data:
            facts[name] = in_words(kind, str(data[kind]))
    if "outstanding" in data:
        facts["outstanding"] = format_dong(int(data["outstanding"]))
    facts |= _of_code(code, data)
    if "language" in data:
        facts["language"] = _LANGUAGES.get(str(data["language"]), str(data["language"]))
    return facts


def _of_code(code: str, data: Mapping[str, Any]) -> dict[str, str]:
    facts: dict[str, str] = {}
    if code in ("approval_needed", "already_decided"):
        facts["advice"] = _ADVICE.get(str(data.get("state")), "")
        facts["state"] = in_words("approval_state", str(data.get("state")))
        facts["by"] = f" bởi {data['decided_by']}" if data.get("decided_by") else ""
    if code == "illegal_transition":
        facts |= _transition(data)
    if code == "insufficient_stock":
        facts["short"] = ", ".join(
            f"{line['sku']} cần {line['asked']}, còn {line['available']}" for line in data.get("lines", ())
        )
    return facts | _facts_of_parts(code, data)


def _facts_of_parts(code: str, data: Mapping[str, Any]) -> dict[str, str]:
    if code in TEXTS_OF_STOCK:
        amounts = {"deposit": format_dong(int(data["deposit"]))} if "deposit" in data else {}
        return facts_of_stock(code, dict(data), amounts)
    if code in TEXTS_OF_MONEY:
        return facts_of_money(data, in_words("transfer_state", str(data.get("state", ""))))
    if code in TEXTS_OF_PURCHASING:
        return facts_of_purchasing(data)
    if code in TEXTS_OF_OFFICE:
        return {k: ", ".join(map(str, v[:10])) for k, v in data.items() if isinstance(v, list)}
    return {}


def _any_of(names: list[str]) -> str:
    return ", ".join(names[:-1]) + " hoặc " + names[-1] if len(names) > 1 else names[0]


def _transition(data: Mapping[str, Any]) -> dict[str, str]:
    def state(name: str) -> str:
        kinds = (
            "status", "fulfilment_state", "invoice_state", "payment_state", "return_state", "refund_state",
            "purchase_state",
        )  # fmt: skip
        return next((told for kind in kinds if (told := in_words(kind, name)) != name), name)

    subject = str(data.get("subject", "…"))
    for noun, word in (
        ("Purchase order", "Đơn mua"),
        ("Order", "Đơn"),
        ("Return", "Yêu cầu"),
        ("Refund", "Khoản hoàn"),
    ):
        subject = subject.replace(noun, word)
    return {
        "subject": subject,
        "current": state(str(data.get("current", "…"))),
        "wanted": state(str(data.get("wanted", "…"))),
    }  # fmt: skip
