"""How it greets, thanks, hands over and owns up."""

TEXTS = {
    "greeting": "Dạ {shop} chào mình ạ! Mình đang tìm sản phẩm nào để em tư vấn ạ?",
    "thanks": "Dạ em cảm ơn mình nhiều ạ! Cần thêm gì mình cứ nhắn em nha.",
    "goodbye": "Dạ em chào mình, chúc mình một ngày vui ạ!",
    "unsure": "Dạ em chưa hiểu rõ ý mình ạ. Mình nhắn giúp em tên sản phẩm muốn mua hoặc điều muốn hỏi nha.",
    "not_known": "Dạ phần này em chưa có thông tin chắc chắn nên không dám trả lời bừa ạ. Mình có muốn em chuyển cho nhân viên hỗ trợ không ạ?",
    "handed_off": "Dạ em đã chuyển cuộc trò chuyện cho nhân viên, bạn ấy sẽ trả lời mình sớm ạ.",
    "source": "(Theo: {source})",
    "problem": "Dạ hệ thống đang có chút trục trặc, yêu cầu vừa rồi chưa thực hiện được ạ. Mình nhắn lại giúp em sau ít phút nha.",
    "refused": "Dạ em chưa làm được việc đó ạ: {reason}",
    "yes_button": "Chốt đơn",
    "agree_button": "Đồng ý",
    "no_button": "Không",
    "staff_button": "Gặp nhân viên",
}
