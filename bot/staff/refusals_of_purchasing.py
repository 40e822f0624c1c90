"""What the desk refuses about suppliers, purchase orders and receipts, in the staff's words."""

from collections.abc import Mapping
from typing import Any

TEXTS: dict[str, str] = {
    "order_short": "Đơn {code} còn thiếu hàng: {lacking}. Gõ /po thiếu để đặt nhà cung cấp; nhập kho xong thì gói.",
    "purchase_not_found": "Không tìm thấy đơn mua này. Gõ /po để xem các đơn mua đang mở.",
    "purchase_not_a_draft": "Đơn mua {code} đã xác nhận hoặc đã đóng: chỉ sửa được bản nháp.",
    "purchase_not_awaited": "Đơn mua {code} không còn chờ hàng, hoặc chưa xác nhận (/po {code} xác nhận ngày/tháng).",
    "purchase_changed_meanwhile": "Đơn mua {code} vừa có thay đổi khác. Bạn xem lại rồi sửa.",
    "purchase_empty": "Đơn mua này chưa có hàng nào.",
    "purchase_line_not_found": "{sku} không có trong đơn mua này. Bạn kiểm tra lại mã SKU.",
    "supplier_not_found": "Không có nhà cung cấp {code}.",
    "supplier_archived": "Nhà cung cấp này đã ngừng dùng. Bạn chọn nhà cung cấp khác.",
    "warehouse_missing": "Chưa có kho nào đang dùng để nhập hàng.",
    "expected_on_missing": "Hàng dự kiến về ngày nào? Bạn ghi ngày/tháng phía sau, ví dụ 27/11.",
    "expected_on_invalid": "Ngày hàng về phải từ hôm nay trở đi, trong vòng hai năm.",
    "day_unknown": "Không có ngày {day}. Bạn ghi ngày/tháng, ví dụ 27/11.",
    "purchase_step_unknown": "Bạn muốn làm gì với {code}? /po {code} xác nhận, hẹn (kèm ngày/tháng) hoặc hủy.",
    "supplier_note_missing": "Bạn ghi số phiếu giao hàng phía sau chữ “phiếu”.",
    "line_unreadable": "Chưa đọc được “{line}”. Bạn ghi SKU=số lượng, hoặc SKU=số lượng@giá.",
    "receipt_reference_used": "Phiếu giao này đã nhập ở {receipt} với số lượng khác. Chưa nhập thêm gì.",
    "over_delivery": "Giao nhiều hơn đặt: {too_many}. Bạn đếm lại, trả phần dư, hoặc nhờ quản lý nhập kèm chữ “dư”.",
    "unit_price_missing": "{sku} chưa có giá nhập ở nhà cung cấp này. Bạn ghi thêm giá: {sku}=số lượng@giá.",
    "unit_price_invalid": "Giá nhập chưa đúng.",
    "too_many_lines": "Một đơn có quá nhiều dòng. Bạn chia ra nhiều đơn.",
}


def facts(data: Mapping[str, Any]) -> dict[str, str]:
    lines = [line for line in data.get("lines", ()) if isinstance(line, Mapping)]
    return {
        "lacking": ", ".join(f"{line.get('lacking')} × {line.get('sku')}" for line in lines),
        "too_many": ", ".join(
            f"{line.get('sku')} giao {line.get('came')}, còn chờ {line.get('outstanding')}" for line in lines
        ),
    }
