"""What only a channel brings about: buttons, edits, commands of others."""

TEXTS = {
    "staff_only": "Dạ lệnh này dành cho nhân viên của shop ạ. Mình cần xem hàng hay đặt đơn thì cứ nhắn em nha.",
    "button_old": "Dạ nút này thuộc tin cũ rồi ạ, mình xem tin mới nhất giúp em nha.",
    "button_used": "Dạ em nhận được lựa chọn này của mình rồi ạ.",
    "button_gone": "Dạ nút này không dùng được nữa ạ. Mình nhắn chữ giúp em nha.",
    "edited_late": "Dạ em thấy mình vừa sửa tin nhắn đã gửi, nhưng em trả lời theo tin cũ rồi ạ. Mình nhắn lại điều cần đổi giúp em nha.",
    "too_fast": "Dạ mình nhắn nhanh quá nên em chưa đọc kịp ạ. Mình chờ một phút rồi nhắn lại giúp em nha.",
}
