"""When a turn is cut off or only drafted."""

TEXTS = {
    "unclear": "Dạ hệ thống vừa trục trặc giữa chừng nên em chưa chắc yêu cầu vừa rồi đã xong hay chưa ạ. Em nhờ nhân viên kiểm tra rồi báo lại mình nha.",
    "passed_to_staff": "Dạ phần này cần nhân viên bên em xác nhận, mình chờ em một chút nha.",
}
