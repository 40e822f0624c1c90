"""The order desk's states in the staff's own words."""

_WORDS: dict[str, dict[str, str]] = {
    "payment_method": {"cod": "COD", "bank_transfer": "Chuyển khoản"},
    "payment_state": {
        "unpaid": "chưa thu tiền",
        "part_paid": "thu một phần",
        "paid": "đã thu đủ",
        "refunded": "đã hoàn tiền",
    },
    "status": {
        "new": "mới",
        "processing": "đang xử lý",
        "completed": "hoàn tất",
        "cancelled": "đã hủy",
        "returned": "đã trả hàng",
    },
    "fulfilment_state": {
        "unpacked": "chưa gói",
        "packed": "đã gói",
        "shipped": "đang giao",
        "delivered": "đã giao",
        "failed": "giao hỏng",
        "returned": "đã hoàn về",
        "cancelled": "đã hủy",
    },
    "invoice_state": {
        "none": "chưa hóa đơn",
        "draft": "bản nháp",
        "requested": "khách cần hóa đơn",
        "issuing": "đang phát hành hóa đơn",
        "issued": "hóa đơn chờ mã",
        "coded": "hóa đơn đã có mã",
        "refused": "hóa đơn bị từ chối",
    },
    "shipment_state": {
        "submitting": "đang tạo vận đơn",
        "created": "đã tạo vận đơn",
        "picking": "đang lấy hàng",
        "picked_up": "đã lấy hàng",
        "in_transit": "đang trung chuyển",
        "delivering": "đang giao",
        "delivered": "đã giao",
        "delivery_failed": "giao chưa được",
        "returning": "đang hoàn",
        "returned": "đã hoàn về",
        "cancelled": "đã hủy",
        "lost": "thất lạc",
        "exception": "có sự cố",
        "refused": "hãng từ chối",
    },
    "return_kind": {"return": "Trả hàng", "exchange": "Đổi hàng"},
    "return_state": {
        "requested": "chờ duyệt",
        "approved": "đã đồng ý, chờ hàng về",
        "rejected": "đã từ chối",
        "received": "hàng đã về, chờ kiểm",
        "inspected": "đã kiểm, chờ quyết toán",
        "settled": "xong",
        "cancelled": "đã hủy",
    },
    "refund_state": {
        "requested": "chờ duyệt",
        "approved": "được hoàn, chờ chuyển tiền",
        "paid": "đã chuyển tiền",
        "rejected": "không được duyệt",
        "cancelled": "đã hủy",
    },
    "transfer_state": {
        "new": "mới",
        "matched": "đã ghi cho đơn",
        "doubtful": "chờ người xem",
        "refund_due": "phải trả lại",
        "dismissed": "không ghi cho đơn nào",
    },
    "transfer_verdict": {
        "exact": "đúng mã, đúng tiền",
        "under": "thiếu tiền: đã ghi một phần",
        "over": "thừa tiền so với đơn",
        "late": "đơn đã hủy hoặc đã trả",
        "already_paid": "đơn đã thu đủ rồi",
        "cod_on_the_way": "đơn COD đang đi giao: coi chừng thu hai lần",
        "several_orders": "nội dung có nhiều mã đơn",
        "unsure_code": "mã đơn không chắc và tiền không khớp",
        "wrong_memo": "không có mã đơn, có đơn khớp số tiền",
        "no_order": "không tìm thấy đơn nào",
        "by_staff": "đã có người chọn",
        "taken_back": "lấy lại từ đơn ghi nhầm",
        "new": "chưa xem",
    },
    "suggestion": {
        "memo": "theo nội dung",
        "amount": "khớp số tiền",
        "number and amount": "khớp số đơn và số tiền",
        "called off": "đơn đã hủy",
        "paid already": "đã thu đủ",
    },
    "approval_state": {
        "pending": "chờ duyệt",
        "approved": "đã duyệt",
        "rejected": "đã từ chối",
        "expired": "hết hạn",
        "used": "đã duyệt",
    },
    "approval_kind": {
        "refund": "hoàn tiền",
        "order_over_amount": "đơn giá trị lớn",
        "discount_over_limit": "giảm giá vượt mức",
        "cancel_after_packing": "hủy đơn đã gói",
        "purchase_over_amount": "đơn mua giá trị lớn",
    },
    "detail": {
        "reason": "Lý do",
        "amount": "Số tiền",
        "received": "Đã nhận",
        "outstanding": "Còn thiếu",
        "method": "Thanh toán",
        "return": "Phiếu trả hàng",
        "quantities": "Hàng",
        "exchange_sku": "Đổi sang",
        "company": "Công ty",
        "company_address": "Địa chỉ công ty",
        "address": "Địa chỉ",
        "tax_code": "Mã số thuế",
        "email": "E-mail",
        "name": "Tên",
    },
    "handoff_reason": {
        "asked": "khách muốn gặp nhân viên",
        "anger": "khách đang bực",
        "abuse": "khách nói nặng lời",
        "wholesale": "khách hỏi mua sỉ",
        "unsure": "trợ lý không chắc",
        "unclear": "trợ lý không hiểu",
        "not understood": "trợ lý không hiểu",
        "asked for after an answer was not known": "trợ lý chưa có câu trả lời",
        "carrier_fee": "hãng vận chuyển chưa báo phí giao",
    },
    "chat_channel": {"widget": "Trang web", "telegram": "Telegram", "messenger": "Messenger", "zalo": "Zalo"},
    "purchase_state": {
        "draft": "bản nháp",
        "confirmed": "đã đặt, chờ hàng",
        "part_received": "đã về một phần",
        "received": "đã về đủ",
        "closed": "đã đóng, giao thiếu",
        "cancelled": "đã hủy",
    },
    "role": {
        "owner": "chủ shop",
        "manager": "quản lý",
        "sales": "bán hàng",
        "warehouse": "kho",
        "accountant": "kế toán",
    },
}


def in_words(kind: str, value: str) -> str:
    """`value` as staff say it; an unknown one as it stands, so that a new state is seen rather than hidden."""
    return _WORDS[kind].get(value, value)


def reason_words(reason: str) -> str:
    """Why a person was called: the assistant's own word for it, or what the customer wrote."""
    return in_words("handoff_reason", reason.partition(":")[0].strip()) if _is_own(reason) else reason


def _is_own(reason: str) -> bool:
    return reason.partition(":")[0].strip() in _WORDS["handoff_reason"]


def state_named(kind: str, words: str) -> str | None:
    """The state that these words name, in the staff's language or the program's own."""
    wanted = words.strip().casefold()
    return next((state for state, told in _WORDS[kind].items() if wanted in (state, told.casefold())), None)
