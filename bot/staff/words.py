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
    "approval_state": {
        "pending": "chờ duyệt",
        "approved": "đã duyệt",
        "rejected": "đã từ chối",
        "expired": "hết hạn",
        "used": "đã dùng",
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
