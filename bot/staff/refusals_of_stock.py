"""Refusals about stock, bulk steps and orders by phone, in the staff's words; `refusals.py` tells them."""

TEXTS: dict[str, str] = {
    # what was typed
    "lines_invalid": "Em chưa đọc được dòng hàng. Bạn ghi SKU và số, ví dụ: HOA-1 5, LY-1 3.",
    "sku_twice": "{sku} ghi hai lần. Bạn ghi một lần thôi nhé.",
    "reason_required": "Bạn ghi thêm lý do rồi gửi lại.",
    "quantity_invalid": "Số lượng chưa đúng. Bạn ghi một số nguyên dương.",
    "codes_invalid": "Bạn ghi từ 1 đến 200 mã đơn, ví dụ: 1021-1040 hoặc DH1021 DH1025.",
    "range_invalid": "Khoảng mã đơn chưa đúng: từ nhỏ đến lớn, nhiều nhất 200 đơn.",
    # transfers
    "transfer_not_found": "Không có phiếu chuyển kho này. Gõ /transfer để xem phiếu đang mở.",
    "same_warehouse": "Kho đi và kho đến phải khác nhau.",
    "warehouse_inactive": "Kho đến đang tắt. Bạn bật kho trước.",
    "transfer_changed_meanwhile": "Phiếu chuyển kho vừa có thay đổi. Bạn xem lại rồi làm tiếp.",
    "sku_not_in_transfer": "Phiếu này không có: {skus}. Hàng đó bạn nhập kho riêng.",
    "nothing_open": "Phiếu này không còn hàng nào đang trên đường.",
    # stock-takes
    "count_not_found": "Không có phiếu kiểm kho này. Gõ /count để xem phiếu đang mở.",
    "count_open": "{code} của kho này còn mở. Bạn chốt hoặc hủy phiếu đó trước.",
    "count_empty": "Kho này chưa có hàng để kiểm. Bạn ghi thêm SKU cần kiểm.",
    "count_incomplete": "Còn mã chưa kiểm: {uncounted}. Kiểm tiếp, hoặc gõ all phía sau để giữ nguyên các mã đó.",
    "count_changed_meanwhile": "Phiếu kiểm kho vừa có thay đổi. Bạn xem lại rồi làm tiếp.",
    "count_below_reserved": "Số đếm ít hơn số đã giữ cho khách. {hurt}. Gõ /count approve PHIẾU và các đơn cần hủy.",
    "not_affected": "Phiếu kiểm không đụng đến: {codes}. Bạn chỉ chọn các đơn được nêu.",
    "cancellation_waits": "{code} đã đóng gói: duyệt hủy {approval} trước rồi chốt lại.",
    "sku_not_in_count": "Phiếu này không kiểm: {skus}.",
    "sheet_invalid": "Bảng đếm chưa đúng nên chưa nhập gì. {rows}",
    "sheet_empty": "Bảng chưa có số nào ở cột đếm.",
    "sheet_too_long": "Bảng dài quá. Bạn gửi từng phần.",
    # holds and corrections
    "hold_not_found": "Không có phiếu giữ hàng này. Gõ /hold để xem.",
    "hold_over": "{code} đã kết thúc rồi.",
    "expiry_invalid": "Thời hạn giữ hàng chưa đúng (tối đa 90 ngày).",
    "stock_reserved": "Kho còn {on_hand}, trong đó {reserved} đã giữ cho khách nên không giảm được từng ấy.",
    # orders
    "risk_open": "⚠ {code}: khách từng không nhận {refused} đơn. {asked}",
    "risk_not_open": "{code} không có gì đang chờ loại này.",
    "orders_differ": "{codes} khác khách hoặc khác cách trả tiền nên không gộp được.",
    "orders_invalid": "Bạn ghi đơn giữ lại trước, rồi các đơn muốn gộp vào.",
    "order_would_be_empty": "{code} sẽ không còn hàng nào. Bạn để lại ít nhất một món.",
    "tags_invalid": "Nhiều nhất 20 nhãn, mỗi nhãn 1 đến 40 ký tự.",
    "note_too_long": "Ghi chú dài quá 2.000 ký tự.",
    # orders by phone
    "no_reader": "Lên đơn bằng lời thì gõ ở bàn làm việc nhé.",
    "order_incomplete": "Còn thiếu: {missing}. Bạn gõ lại cả đơn giúp em.",
    "variant_open": "Bạn chọn loại nào: {skus}? Ghi SKU×số giúp em.",
    "not_manual": "Bản tóm tắt này của khách tự lên: chỉ khách mới chốt được.",
    "quote_not_found": "Không còn bản tóm tắt này. Bạn gõ lại /new.",
    "quote_expired": "Bản tóm tắt đã hết hạn. Bạn gõ lại /new.",
    "price_changed": "Giá {sku} vừa đổi. Bạn gõ lại /new để đọc giá mới cho khách.",
    "phone_invalid": "Số điện thoại {phone} chưa đúng. Bạn ghi 10 số, ví dụ 0901234567.",
    "payment_method_not_offered": "Cửa hàng không nhận cách trả tiền này.",
    "total_too_large": "Đơn quá lớn, không lên một lần được.",
}
_ASKED = {
    "confirm": "Gọi khách rồi gõ /confirm {code}.",
    "deposit": "Nhận cọc {deposit} trước rồi gõ /paid {code}.",
    "prepay": "Khách chuyển khoản đủ trước rồi gõ /paid {code}.",
}


def facts_of_stock(code: str, data: dict[str, object], dong: dict[str, str]) -> dict[str, str]:
    """What the texts above say beyond the error's own facts; `dong` holds amounts as they are shown."""
    facts = {name: ", ".join(map(str, value[:10])) for name, value in data.items() if isinstance(value, list)}
    if code == "risk_open":
        asked = _ASKED.get(str(data.get("level")), "")
        facts["asked"] = asked.format(code=data.get("code"), deposit=dong.get("deposit", ""))
    if code == "count_below_reserved":
        facts["hurt"] = "; ".join(_hurt(line) for line in _rows(data.get("lines"))[:10])
    if code == "sheet_invalid":
        facts["rows"] = " ".join(
            f"Dòng {row.get('row')} ({row.get('sku')})." for row in _rows(data.get("rows"))[:5]
        )
    return facts


def _hurt(line: dict[str, object]) -> str:
    orders = [f"{row.get('code')} ({row.get('quantity')})" for row in _rows(line.get("orders"))[:10]]
    holds = line.get("holds")
    kept = [str(code) for code in holds] if isinstance(holds, list) else []
    return f"{line.get('sku')} thiếu {line.get('short')}: {', '.join([*orders, *kept])}"


def _rows(value: object) -> list[dict[str, object]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
