"""Why a pick-up, a delivery or a return failed, in words for people. GHN's codes without their `GHN-`."""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "PFA1A0": "Người gửi hẹn lại ngày lấy hàng",
    "PFA2A2": "Thông tin lấy hàng sai",
    "PFA2A1": "Không liên lạc được với người gửi",
    "PFA2A3": "Người gửi không nghe máy",
    "PFA1A1": "Người gửi sẽ mang hàng ra bưu cục",
    "PCB0B2": "Hàng vượt quá khối lượng hoặc kích thước",
    "PFA4A1": "Hàng chưa được đóng gói đúng cách",
    "PCB0B1": "Người gửi không muốn gửi nữa",
    "PFA4A2": "Hàng không được nhận vận chuyển",
    "PFA3A2": "Nhân viên lấy hàng gặp sự cố",
    "DFC1A0": "Người nhận hẹn lại ngày giao",
    "DFC1A2": "Không liên lạc được với người nhận",
    "DFC1A4": "Người nhận không nghe máy",
    "DCD0A1": "Thông tin người nhận sai",
    "DFC1A1": "Người nhận đổi địa chỉ",
    "DFC1A7": "Người nhận từ chối vì không được xem hoặc thử hàng",
    "DCD0A6": "Sai sản phẩm",
    "DCD0A7": "Sai tiền thu hộ",
    "DCD0A5": "Hàng bị hư hỏng",
    "DCD1A5": "Người nhận không có tiền",
    "DCD0A8": "Người nhận đổi ý",
    "DCD1A1": "Người nhận báo không đặt hàng",
    "DFC1A6": "Nhân viên giao hàng gặp sự cố",
    "DCD1A3": "Hàng hư hỏng khi vận chuyển",
    "RFE0A0": "Người gửi hẹn lại ngày nhận hàng hoàn",
    "RFE0A1": "Người gửi đổi địa chỉ nhận hàng hoàn",
    "RFE0A6": "Người gửi không nghe máy khi hoàn hàng",
    "RFE0A3": "Hàng hoàn sai sản phẩm",
    "RFE0A4": "Hàng hoàn bị hư hỏng",
    "RFE0A5": "Nhân viên hoàn hàng gặp sự cố",
}


def reason_text(text: str, code: str) -> str:
    """GHN's own sentence if there is one, else ours for its code, else the bare code."""
    return text or REASONS.get(code.removeprefix("GHN-"), code)
