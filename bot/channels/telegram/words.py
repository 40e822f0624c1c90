"""What the bot tells staff in Telegram beside the commands' own answers, and the menu of commands."""

from collections.abc import Iterable

LINK_HOW = (
    "Bạn chưa liên kết tài khoản. Ở bàn làm việc bấm “Liên kết Telegram” để lấy mã, rồi nhắn riêng cho em: "
    "/link MÃ"
)
LINKED = "Xin chào {name} ({role})! Từ giờ bạn dùng lệnh ở đây và trong nhóm được. Gõ /help để xem các lệnh."
LINK_PRIVATELY = "Mã liên kết là của riêng bạn: nhắn riêng cho em nhé. Mã vừa gửi ở đây không dùng được nữa."
UNLINKED = "Đã gỡ liên kết. Muốn dùng lại, bạn lấy mã mới ở bàn làm việc."
SENT_PRIVATELY = "{name}: em gửi riêng cho bạn rồi."
CHAT_ID = "Mã của nhóm này: {id}. Ghi vào CHOTDON_TELEGRAM_STAFF_CHAT rồi khởi động lại."
BUTTON_GONE = "Nút này không dùng được nữa. Gõ /todo để xem việc đang chờ."
NOT_LINKED = (
    "Bạn chưa liên kết tài khoản nên chưa bấm được. Nhắn riêng cho em /link MÃ (lấy mã ở bàn làm việc)."
)
FILE_SENT = "Em gửi tệp đây."
ANONYMOUS = (
    "Bạn đang ẩn danh nên em không biết bạn là ai. Tắt “Ẩn danh” trong quyền quản trị nhóm rồi gõ lại nhé."
)
DONE = "Xong"

CUSTOMER_MENU = {
    "vi": (("start", "Bắt đầu"),),
    "en": (("start", "Start"),),
}
_LINKING = {
    "vi": (("link", "Liên kết tài khoản nhân viên"), ("unlink", "Gỡ liên kết")),
    "en": (("link", "Link your staff account"), ("unlink", "Remove the link")),
}
_ENGLISH = {
    "todo": "What waits", "orders": "List of orders", "order": "One order and its next step", "approve": "Approve",
    "reject": "Reject", "pack": "Pack", "ship": "Book the parcel", "label": "Label as PDF", "paid": "Money received",
    "cancel": "Cancel an order", "invoice": "Issue the e-invoice", "stock": "Stock, corrections",
    "receive": "Receive goods", "po": "Purchase orders", "transfer": "Move stock", "count": "Stock-take",
    "return": "Returns", "refund": "Refunds", "bank": "Bank transfers", "report": "Reports",
    "customer": "A customer's orders", "take": "Take a conversation", "release": "Give a conversation back",
    "tickets": "Tickets", "questions": "Unanswered questions", "answer": "Answer a question", "close": "Close a ticket",
    "done": "Close a task", "help": "Your commands", "confirm": "Customer called", "note": "Note on an order",
    "tag": "Tag an order", "merge": "Merge orders", "split": "Split an order", "new": "Write an order down",
    "hold": "Keep goods aside", "override": "Let a risky order pass", "edit": "Change an order",
}  # fmt: skip


def staff_menu(commands: Iterable[tuple[str, str]], language: str) -> list[tuple[str, str]]:
    """(name, what it does); Telegram takes at most 256 characters of the latter."""
    told = [
        (name, _ENGLISH.get(name, name.capitalize()) if language == "en" else help_text)
        for name, help_text in ((name.removeprefix("/"), text) for name, text in commands)
    ]
    return [(name, text[:256]) for name, text in (*told, *_LINKING[language])]
