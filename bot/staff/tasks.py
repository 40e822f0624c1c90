"""Staff tasks in the staff's words. The task itself is written by the core, for programs."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversations.models import Conversation
from bot.staff.words import in_words
from core.customers.models import Customer
from core.jobs.models import Job, StaffTask
from core.money import format_dong
from core.orders.models import Order
from core.payments.models import BankTransfer
from core.payments.recording import received
from core.shipping.models import Shipment

_JOBS = {
    "conversation.answer": "Trả lời khách",
    "cart.remind": "Nhắc khách về giỏ hàng", "notice.answer": "Báo khách lời đáp",
    "notice.customer": "Báo tin cho khách", "notice.staff": "Báo tin cho nhân viên",
    "stock.expire_holds": "Trả hàng giữ hết hạn",
    "approval.expire": "Hỏi lại việc chờ duyệt", "notice.restock": "Báo khách có hàng lại",
    "order.complete": "Hoàn tất đơn", "payment.settle": "Cân đối tiền của đơn", "shipment.book": "Tạo vận đơn",
    "shipment.label": "Lấy nhãn vận đơn", "shipment.cancel": "Hủy vận đơn", "shipment.track": "Cập nhật hành trình",
    "shipment.poll": "Hỏi hành trình vận đơn", "invoice.auto": "Tự xuất hóa đơn",
    "invoice.issue": "Phát hành hóa đơn", "invoice.collect": "Lấy hóa đơn đã có mã",
    "transfer.match": "Ghi tiền chuyển khoản cho đơn", "return.came_back": "Lập phiếu hàng hoàn về",
    "webhook.fan_out": "Báo tin cho website", "webhook.deliver": "Báo tin cho website",
    "chat.deliver": "Gửi tin nhắn", "chat.edit": "Sửa tin đã gửi", "telegram.update": "Đọc tin từ Telegram",
    "telegram.setup": "Cài đặt bot Telegram", "telegram.menu": "Cài bảng lệnh Telegram",
    "knowledge.folder": "Đọc thư mục tài liệu", "history.clear": "Dọn dữ liệu cũ",
}  # fmt: skip


def task_words(session: Session, task: StaffTask) -> tuple[str, list[str]]:
    """(title, lines); a kind that is not known here is shown as it was written."""
    known = _KINDS.get(task.kind)
    if known is not None:
        return known(session, task)
    if task.kind.startswith("parcel_"):
        state = in_words("shipment_state", task.kind.removeprefix("parcel_"))
        return f"Kiện hàng của {_code(session, task)}: {state}", _detail(task, "Hãng báo")
    return task.title, _detail(task)


def _dead_job(session: Session, task: StaffTask) -> tuple[str, list[str]]:
    job = session.get(Job, task.subject_id)
    name = job.name if job is not None else task.title.split()[0]
    return f"Chưa làm được: {_JOBS.get(name, name)}", [
        "Hệ thống đã thử nhiều lần. Kiểm tra kết nối và cài đặt, rồi làm lại hoặc làm tay.",
        *_detail(task, "Chi tiết kỹ thuật"),
    ]


def _dead_webhook(session: Session, task: StaffTask) -> tuple[str, list[str]]:
    return "Website của shop không nhận tin báo", [
        "Hệ thống đã thử nhiều lần. Sửa website, rồi gửi lại các tin chưa tới.",
        *_detail(task, "Chi tiết kỹ thuật"),
    ]


def _refused_parcel(session: Session, task: StaffTask) -> tuple[str, list[str]]:
    title = f"Hãng vận chuyển từ chối kiện hàng của {_code(session, task)}"
    return title, [*_detail(task, "Hãng báo"), "Sửa đơn theo lý do trên rồi gửi lại."]


def _parcel_not_stopped(session: Session, task: StaffTask) -> tuple[str, list[str]]:
    parcel = session.scalar(
        select(Shipment.tracking_number)
        .where(Shipment.order_id == task.subject_id)
        .order_by(Shipment.id.desc())
        .limit(1)
    )
    title = f"{_code(session, task)} đã hủy nhưng kiện hàng {parcel or ''} chưa dừng được".replace("  ", " ")
    return title, ["Gọi hãng vận chuyển để giữ hoặc hoàn kiện hàng, rồi chỉnh lại tồn kho nếu hàng đã đi."]


def _refused_invoice(session: Session, task: StaffTask) -> tuple[str, list[str]]:
    title = f"Hóa đơn của {_code(session, task)} bị từ chối"
    return title, [*_detail(task, "Lý do"), "Sửa thông tin rồi xuất lại."]


def _put_back(session: Session, task: StaffTask) -> tuple[str, list[str]]:
    return f"{_code(session, task)} đã sửa: trả hàng về kho", _detail(task)


def _difference(session: Session, task: StaffTask) -> tuple[str, list[str]]:
    order = session.get(Order, task.subject_id)
    if order is None:
        return task.title, _detail(task)
    paid = received(session, order.id)
    due = order.total - paid
    what = f"còn thiếu {format_dong(due)}" if due >= 0 else f"cần hoàn {format_dong(-due)}"
    lines = [f"Đã thu {format_dong(paid)}, tổng mới {format_dong(order.total)}."]
    return f"{order.code} đã sửa sau khi thu tiền: {what}", lines


def _transfer_to_return(session: Session, task: StaffTask) -> tuple[str, list[str]]:
    transfer = session.get(BankTransfer, task.subject_id)
    if transfer is None:
        return task.title, _detail(task)
    return f"Trả lại {format_dong(transfer.amount)}: {transfer.code}", _detail(task)


def _undelivered(session: Session, task: StaffTask) -> tuple[str, list[str]]:
    who = _customer(session, task)
    return f"Tin nhắn không tới được {who}", [
        *_detail(task, "Kênh chat báo"),
        "Có thể khách đã chặn shop. Việc gấp thì gọi điện; khách nhắn lại là shop trả lời được.",
    ]


def _unsure(session: Session, task: StaffTask) -> tuple[str, list[str]]:
    who = _customer(session, task)
    return f"Không rõ tin nhắn đã tới {who} chưa", [
        "Mất kết nối đúng lúc gửi nên hệ thống không gửi lại, tránh trùng tin.",
        "Bạn xem cuộc trò chuyện, cần thì nhắn lại.",
        *_detail(task, "Chi tiết kỹ thuật"),
    ]


def _customer(session: Session, task: StaffTask) -> str:
    if task.subject_kind != "conversation":
        return "nhóm nhân viên"
    name = session.scalar(
        select(Customer.name)
        .join(Conversation, Conversation.customer_id == Customer.id)
        .where(Conversation.id == task.subject_id)
    )
    return f"khách {name}" if name else "khách"


_KINDS: dict[str, Callable[[Session, StaffTask], tuple[str, list[str]]]] = {
    "dead_job": _dead_job,
    "shipment_refused": _refused_parcel,
    "parcel_not_stopped": _parcel_not_stopped,
    "invoice_refused": _refused_invoice,
    "stock_to_put_back": _put_back,
    "payment_difference": _difference,
    "transfer_to_return": _transfer_to_return,
    "dead_webhook": _dead_webhook,
    "message_undelivered": _undelivered,
    "message_unsure": _unsure,
}


def _code(session: Session, task: StaffTask) -> str:
    order = session.get(Order, task.subject_id)
    return order.code if order is not None else "một đơn"


def _detail(task: StaffTask, label: str = "") -> list[str]:
    if not task.detail:
        return []
    return [f"{label}: {task.detail}" if label else task.detail]
