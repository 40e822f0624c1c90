"""GHN's envelope and its refusals."""

from typing import Any

from starlette.responses import JSONResponse, Response

# Recorded answers carry a sentence for people besides the code; these are ours, in their manner.
_FOR_PEOPLE = {
    "USER_ERR_COMMON": "Xin lỗi, có lỗi xảy ra. Vui lòng kiểm tra lại thông tin.",
    "PHONE_INVALID": "Số điện thoại không hợp lệ",
    "WARD_NAME_NOT_VALID": "Phường/xã không hợp lệ",
    "WARD_IS_INVALID": "Phường/xã không hợp lệ",
    "PROVINCE_NAME_NOT_VALID": "Tỉnh/thành phố không hợp lệ",
    "FROM_ADDRESS_CONVERT_FAIL": "Địa chỉ gửi hàng không hợp lệ",
    "CLIENT_NOT_OWNER_OF_SHOP": "Tài khoản không sở hữu cửa hàng này",
    "SHOP_NOT_FOUND": "Không tìm thấy cửa hàng",
    "ORDER_NOT_FOUND": "Không tìm thấy đơn hàng",
    "ROUTE_NOT_FOUND_SERVICE": "Tuyến đường chưa có dịch vụ",
}


class Refusal(Exception):
    """One refusal in GHN's words. `code` None leaves the machine code out, as some answers do."""

    def __init__(self, message: str, code: str | None = "USER_ERR_COMMON", status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status


def success(data: Any, **more: Any) -> Response:
    return JSONResponse({"code": 200, "message": "Success", "data": data, **more})


def refused(refusal: Refusal) -> Response:
    body: dict[str, Any] = {"code": refusal.status, "message": refusal.message, "data": None}
    if refusal.code is not None:
        body["code_message"] = refusal.code
        body["code_message_value"] = _FOR_PEOPLE.get(refusal.code, refusal.message)
    return JSONResponse(body, refusal.status)


def missing(struct: str, name: str, rule: str = "required") -> Refusal:
    """The text of GHN's validator, which is Go's."""
    return Refusal(f"Key: '{struct}.{name}' Error:Field validation for '{name}' failed on the '{rule}' tag")
