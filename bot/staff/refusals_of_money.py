"""What the desk refuses about money and goods that come back, in the staff's words."""

from collections.abc import Mapping
from typing import Any

from core.money import format_dong

TEXTS: dict[str, str] = {
    "return_not_found": "Không có yêu cầu đổi trả này. Gõ /return để xem danh sách.",
    "return_not_delivered": "Đơn {code} {fulfilment}: giao xong khách mới trả hàng được.",
    "return_not_taken": "Cửa hàng không nhận trả hàng (đơn {code}).",
    "return_too_late": "Đơn {code} chỉ trả được đến {last_day}. Quản lý vẫn có thể lập yêu cầu.",
    "return_already_requested": "Mọi món của đơn {code} đã có yêu cầu trả rồi.",
    "return_empty": "Bạn ghi món nào cần trả, ví dụ /return DH1001 SKU 1.",
    "return_quantity_invalid": "{sku} của {code} chỉ còn {left} món, không phải {asked}.",
    "return_takes_no_exchange": "Trả hàng thì không ghi món đổi. Bạn lập yêu cầu đổi hàng.",
    "exchange_missing": "Bạn ghi khách muốn đổi sang món nào.",
    "return_came_back": "{code} là hàng hoàn về: bạn nhận và kiểm hàng nhé.",
    "parcel_not_out": "Đơn {code} {fulfilment}: chỉ kiện đang đi giao mới hoàn về. Hàng đã giao thì lập yêu cầu trả.",
    "warehouse_closed": "Kho này đã đóng. Bạn chọn kho khác.",
    "findings_missing": "Bạn ghi kết quả kiểm: SKU 2 tốt; SKU 1 hỏng lý do; SKU 1 thiếu.",
    "finding_unclear": "Bạn ghi kết quả kiểm: SKU 2 tốt; SKU 1 hỏng lý do; SKU 1 thiếu.",
    "settlement_too_much": "Đơn {code} giảm được tối đa {most}, không phải {amount}.",
    "shipping_fee_unfit": "Chỉ đơn đổi mới có phí giao riêng.",
    "variant_not_on_sale": "{sku} không còn bán: bạn chọn hoàn tiền (xong hoàn).",
    "step_unknown": "Các bước: duyệt, từ chối LÝ DO, nhận [KHO], kiểm …, xong [SỐ TIỀN], hủy.",
    "refund_not_found": "Không có khoản hoàn này. Gõ /refund để xem danh sách.",
    "refund_too_much": "Đơn {code} chỉ hoàn được {refundable}, không phải {amount}.",
    "refund_recorded": "Khoản hoàn này đã ghi rồi.",
    "refund_amount_invalid": "Số tiền hoàn phải từ 1 đồng trở lên.",
    "reference_missing": "Bạn ghi mã giao dịch hoặc số phiếu chi.",
    "amount_unreadable": "{word} không phải số tiền: bạn ghi 150000, 150.000 hoặc 150k.",
    "bank_transfer_not_found": "Không có khoản chuyển này. Gõ /bank để xem danh sách.",
    "bank_transfer_decided": "{code} đã có người xử lý rồi: {decided}.",
    "reason_missing": "Bạn ghi lý do, ví dụ /bank NH1001 lấy lại ghi nhầm đơn.",
    "transfer_pays_nothing": "{code} chưa ghi cho đơn nào ({decided}): không có gì để lấy lại.",
    "transfer_refunded": "Tiền của đơn {code} đã hoàn hoặc đã hứa hoàn cho khách nên không lấy lại được. Chưa "
    "chuyển thì hủy khoản hoàn trước; đã chuyển rồi thì liên hệ khách.",
    "transfer_completed_order": "Đơn {code} đã hoàn tất và cần khoản này mới đủ tiền. Bạn ghi khoản chuyển đúng cho "
    "đơn trước (/bank), rồi lấy lại khoản này.",
    "parts_invalid": "Bạn ghi từ 1 đến 20 đơn, mỗi đơn một lần.",
    "parts_do_not_add_up": "Các phần phải cộng đúng {amount}; chỉ một đơn được để trống số tiền.",
}
_MONEY = ("amount", "most", "refundable", "rest")


def facts_of_money(data: Mapping[str, Any], state: str) -> dict[str, str]:
    """`state` is the transfer's, in words."""
    facts = {name: format_dong(data[name]) for name in _MONEY if isinstance(data.get(name), int)}
    orders = data.get("orders")
    named = f" ({', '.join(map(str, orders))})" if isinstance(orders, list) and orders else ""
    return facts | {"decided": state + named}
