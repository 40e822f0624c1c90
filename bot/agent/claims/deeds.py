"""What a text says was done, is so, or will be: deeds need a committed write, states and promises a tool's own words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.agent.claims.text import clauses, loose


@dataclass(frozen=True)
class Claim:
    """`form`: deed (we did it), state (it is so) or topic (the shop offers it); `negated`: the text denies it."""

    form: str
    name: str
    negated: bool
    clause: str


_VI_WE = r"(?:em|shop|bên em|bên mình|chúng em|chúng tôi|tôi|tụi em|hệ thống|trợ lý)"
_VI_DONE = r"(?:đã|vừa(?:\s+mới)?|mới|xong)"
_VI_WILL = r"(?:sẽ|sắp|đang|liền|ngay|chuẩn bị|hứa|đảm bảo|cam kết)"
_VI_TAIL = r"(?:rồi|xong|thành công|hoàn tất|ổn thỏa|luôn rồi)"
_VI_GAP = r"(?:\s+\w+){0,4}?\s+"
_EN_WE = r"(?:i|we|the shop|our (?:team|staff)|the system)"

# class → (Vietnamese verb phrase, English past forms, English object, Korean)
_DEEDS: dict[str, tuple[str, str, str, str]] = {
    "order_placed": (
        r"(?:(?:đặt|lên|chốt|tạo|xác nhận|ghi nhận|lập|gửi|book|order)(?:\s+\w+){0,3}?\s+(?:đơn|hàng|order)|(?:đặt|chốt|lên đơn))",
        r"placed|confirmed|created|booked|submitted|completed|finali[sz]ed|went through|gone through|processed|secured",
        r"orders?|purchase",
        r"주문[^.!?]{0,14}?(?:접수|완료|확정|등록|처리|넣)",
    ),
    "cancelled": (
        r"(?:hủy|huỷ)", r"cancell?ed|called off|voided", r"orders?|it|parcel|shipment",
        r"취소(?:를|가)?\s*(?:했|하였|완료|처리|되었|됐|해\s*드렸)",
    ),
    "refund": (
        r"(?:hoàn|trả|bồi|đền)(?:\s+\w+){0,2}?\s+(?:tiền|khoản|tiền mặt|đủ)|chuyển(?:\s+\w+){0,2}?\s+tiền|hoàn\s+\w*\d|bồi thường",
        r"refunded|reimbursed|paid back|returned your money|credited|compensated", r"refund|money|amount|payment",
        r"환불(?:을|이|금)?[^.!?]{0,10}?(?:했|완료|처리|되었|됐|드렸|입금)",
    ),
    "discount": (
        r"(?:giảm|bớt|trừ|hạ)(?:\s+\w+){0,2}?\s*(?:giá|tiền|%|thêm|\d)|áp(?:\s+dụng)?(?:\s+\w+){0,2}?\s+(?:mã|voucher|ưu đãi|khuyến mãi|giảm giá)|tính giá (?:ưu đãi|sỉ)",
        r"discounted|lowered|knocked|reduced|taken off|applied|waived|matched", r"discount|price|voucher|coupon|promo|code|fee|offer",
        r"할인(?:을|이|가)?[^.!?]{0,8}?(?:적용|했|해\s*드렸|되었|됐)|쿠폰[^.!?]{0,8}?적용",
    ),
    "changed": (
        r"(?:đổi|sửa|cập nhật|thay|chỉnh|chuyển)(?:\s+\w+){0,3}?\s+(?:địa chỉ|đơn|size|màu|số điện thoại|sđt|thông tin|tên|hàng|món|mẫu|lịch|ngày giao|giờ giao)|cập nhật",
        r"changed|updated|switched|swapped|edited|rescheduled|modified|corrected", r"address|order|size|colou?r|phone|details|item|delivery",
        r"(?:주소|주문|사이즈|색상|전화번호|정보)[^.!?]{0,10}?(?:변경|수정|교체)[^.!?]{0,6}?(?:했|완료|되었|됐|드렸|습니다)",
    ),
    "handoff": (
        r"(?:chuyển|báo|gọi|nhờ|kết nối|nhắn|gửi)(?:\s+\w+){0,6}?\s+(?:nhân viên|quản lý|bạn ấy|chủ shop|bộ phận|cấp trên|anh chị|sếp|bên kỹ thuật)",
        r"passed|transferred|escalated|forwarded|handed|notified|contacted|alerted|told", r"staff|colleague|team|manager|someone|owner|agent|human",
        r"(?:직원|담당자|매니저|사장님)[^.!?]{0,8}?(?:전달|연결|알렸|요청)",
    ),
    "invoice": (
        r"(?:xuất|ghi|lập|phát hành|gửi|làm)(?:\s+\w+){0,5}?\s+(?:hóa đơn|hoá đơn|vat)",
        r"issued|sent|prepared|noted|requested|generated|recorded|e-?mailed", r"e-?invoice|invoice|vat",
        r"(?:세금)?계산서[^.!?]{0,14}?(?:발행|접수|보냈|보내 드렸|요청)[^.!?]{0,6}?(?:했|완료|되었|됐|드렸|습니다)?",
    ),
    "watch": (
        r"(?:báo|nhắn|thông báo|gọi|lưu|ghi|đăng ký)(?:\s+\w+){0,6}?\s+(?:khi|lúc|nếu)?\s*(?:có hàng|hàng về|về hàng|có lại)",
        r"notify|let you know|message you|tell you|registered|signed up|added you", r"back in stock|restock\w*|available again|waiting list|waitlist",
        r"(?:재입고|입고)[^.!?]{0,14}?(?:알려|알림|연락|등록)",
    ),
    "held": (
        r"(?:giữ|để dành|cất|đặt trước|dành)(?:\s+\w+){0,4}?\s*(?:hàng|riêng|cái|chiếc|món|mẫu|size|suất|lại)",
        r"reserved|held|put aside|set aside|kept|locked in|pre-?ordered", r"item|it|one|them|piece|stock|for you|size",
        r"(?:따로|예약)[^.!?]{0,10}?(?:두었|뒀|빼|보관|했습|되었|완료)",
    ),
    "sent": (
        r"(?<!phí\s)(?<!tiền\s)(?<!cước\s)(?:gửi|giao|ship|xuất kho|đóng gói|bàn giao|gởi)(?:\s+\w+){0,4}?\s+(?:hàng|đơn|kiện|gói|bưu tá|shipper|vận chuyển|quà)|xuất kho|đóng gói|giao\s+(?:thành công|tới|đến|cho)|(?:gửi|giao|chuyển|ship)\s+đi",
        r"shipped|dispatched|sent out|packed|delivered|handed to the carrier|on its way|out for delivery", r"order|parcel|package|it|item|gift",
        r"(?:발송|출고|배송|포장)(?:을|이)?\s*(?:했|완료|되었|됐|해\s*드렸|중)",
    ),
    "paid": (
        r"(?:nhận|thấy|ghi nhận|xác nhận)(?:\s+\w+){0,3}?\s+(?:tiền|thanh toán|chuyển khoản|cọc)",
        r"received|recorded|confirmed|got", r"payment|money|transfer|deposit",
        r"(?:입금|결제|이체)[^.!?]{0,8}?(?:확인|완료|받았|되었|됐)",
    ),
    "returned": (
        r"(?:ghi|tạo|nhận|lập|duyệt|gửi|chấp nhận|đồng ý|xác nhận)(?:\s+\w+){0,5}?\s+(?:đổi trả|trả hàng|đổi hàng|hoàn hàng|khiếu nại|yêu cầu)",
        r"approved|registered|opened|accepted|recorded|arranged|noted|filed|logged", r"return|exchange|complaint|replacement|request|claim",
        r"(?:반품|교환|불만)[^.!?]{0,10}?(?:접수|승인|완료|처리|등록)",
    ),
    "cart": (
        r"(?:thêm|bỏ|xóa|xoá|ghi|cho)(?:\s+\w+){0,6}?\s+(?:giỏ|giỏ hàng|vào đơn|ra khỏi)|(?:ghi|note|lưu)(?:\s+lại|\s+nhận|\s+chú)?",
        r"added|removed|noted|put|saved|emptied|written down", r"cart|basket|items?|it|order|shirt|note|them|that|details",
        r"(?:장바구니)[^.!?]{0,12}?(?:담|넣|추가|비웠|뺐)|담았|담아\s*드렸|추가했",
    ),
    "approved": (
        r"(?:duyệt|phê duyệt|chấp thuận|chấp nhận|đồng ý)", r"approved|authori[sz]ed|granted|accepted", r"request|discount|it|price|order|exception",
        r"승인[^.!?]{0,6}?(?:했|완료|되었|됐)",
    ),
}  # fmt: skip


_VI_PASSIVE = {
    "order_placed": (r"đơn|đơn hàng|order", r"đặt|lên|tạo|xác nhận|chốt|ghi nhận|tiếp nhận|xử lý|hoàn tất"),
    "refund": (r"tiền|khoản tiền|số tiền", r"hoàn|trả lại|chuyển lại|hoàn lại"),
    "discount": (r"mã|voucher|ưu đãi|giá|khuyến mãi", r"áp dụng|giảm|trừ"),
    "changed": (r"địa chỉ|đơn|đơn hàng|số điện thoại|thông tin", r"đổi|sửa|thay|chỉnh"),
    "invoice": (r"hóa đơn|hoá đơn", r"xuất|gửi|phát hành|lập"),
    "held": (r"hàng|áo|mẫu này|sản phẩm", r"giữ|để dành"),
    "returned": (r"yêu cầu|khiếu nại|phiếu đổi", r"duyệt|chấp nhận|ghi nhận|tiếp nhận|tạo"),
    "paid": (r"tiền|thanh toán|chuyển khoản", r"nhận|ghi nhận|xác nhận"),
}


def _deed_patterns(name: str, vi: str, en: str, thing: str, ko: str) -> tuple[re.Pattern[str], ...]:
    vi = f"(?:{vi})"
    things, verbs = _VI_PASSIVE.get(name, (r"đơn|đơn hàng|hàng", vi))
    return (
        loose(rf"(?<!\w)(?:{things})(?!\w)(?:\s+\w+){{0,4}}?\s+(?:đã|vừa|mới)?\s*được\s+(?:{verbs})(?!\w)"),
        loose(rf"(?<!\w){_VI_DONE}(?!\w){_VI_GAP.replace('{0,4}', '{0,3}')}?(?:được\s+)?{vi}(?!\w)|(?<!\w){_VI_DONE}\s+(?:được\s+)?{vi}(?!\w)"),
        loose(rf"(?<!\w){vi}(?!\w)(?:\s+[^\s.,;!?]+){{0,7}}?\s+{_VI_TAIL}(?!\w)"),
        re.compile(rf"\b{_EN_WE}(?:'ve|'ll|\s+have|\s+had)?(?:\s+(?:just|already|now|successfully|also|gone ahead and|went ahead and))*\s+(?:{en})\b"
                   rf"|\b(?:{thing})\b[^.!?;]{{0,40}}?\b(?:is|are|was|has|have|been|got|'s|now)\b[^.!?;]{{0,25}}?\b(?:{en})\b"
                   rf"|\b(?:{en})\b[^.!?;]{{0,30}}?\b(?:{thing})\b(?:[^.!?;]{{0,25}}\b(?:for you|already|now|just)\b)"
                   rf"|^\W{{0,4}}(?:(?:done|great|ok(?:ay)?|sure|yes)\W{{1,4}})?\b(?:{thing})\b\s+(?:{en})\b", re.IGNORECASE),
        re.compile(ko),
    )  # fmt: skip


def _promise_patterns(vi: str, en: str, thing: str) -> tuple[re.Pattern[str], ...]:
    vi = f"(?:{vi})"
    stems = "|".join(sorted({_stem(form) for form in en.split("|")}))
    return (
        loose(rf"(?<!\w){_VI_WILL}(?:\s+\w+){{0,3}}?\s+{vi}(?!\w)|{_VI_WE}\s+(?:\w+\s+){{0,2}}?{vi}(?:\s+\w+){{0,5}}?\s+(?:ngay|liền|luôn)(?!\w)"),
        re.compile(rf"\b{_EN_WE}(?:'ll|\s+will|\s+am going to|'m going to|\s+can|\s+guarantee|\s+promise)\b[^.!?;]{{0,25}}?\b(?:{stems})\w*[^.!?;]{{0,30}}?\b(?:{thing})\b"
                   rf"|\b(?:{thing})\b[^.!?;]{{0,20}}?\bwill (?:be|get)\b[^.!?;]{{0,15}}?\b(?:{en})\b"
                   rf"|\byou(?:'ll|\s+will)\s+(?:get|receive|have)\b[^.!?;]{{0,25}}?\b(?:{thing})\b", re.IGNORECASE),
    )  # fmt: skip


def _stem(form: str) -> str:
    return re.sub(r"(?:led|ed|d)$", "", form)


_PATTERNS = {name: _deed_patterns(name, *row) for name, row in _DEEDS.items()}
_PROMISES = {
    name: _promise_patterns(row[0], row[1], row[2])
    for name, row in _DEEDS.items()
    if name in ("cancelled", "refund", "discount", "changed", "held", "approved", "watch")
}
_KO_PROMISE = re.compile(
    r"(취소|환불|할인|변경|교환|승인|예약)(?:을|를|금)?[^.!?]{0,8}?(?:해\s*드리겠|해\s*드릴게|하겠습니다|될 예정|됩니다|받으실)"
)
_KO_NAMES = {"취소": "cancelled", "환불": "refund", "할인": "discount", "변경": "changed", "교환": "returned",
             "승인": "approved", "예약": "held"}  # fmt: skip
_SUCCESS = loose(
    r"(?<!\w)(?:thành công|hoàn tất|xong xuôi|xong rồi|đã xong)(?!\w)|\b(?:all (?:set|done)|it's done|is done|successful(?:ly)?|taken care of|sorted)\b"
    r"|완료(?:되었|됐|했)|처리(?:되었|됐|했)"
)
_NO = loose(
    r"(?<!\w)(?:chưa|không|chẳng|đừng|ko|hông|chả)(?!\w)|\b(?:not|no|never|cannot|without|unable)\b|n't\b|못|않|아직|없(?:어|습|는|이)|불가|어렵"
)
_MAYBE = loose(
    r"(?<!\w)(?:nếu|để|khi nào|sau khi|trước khi|muốn|cần|có thể|nhờ|khi|thì)(?!\w)|\b(?:if|once|when|after|before|would you like|shall|should i|"
    r"want me to|to|until|let me|could|please)\b|(?:면|려면|전에|후에|원하시)|(?:할까요|드릴까요|시겠)"
)
_CUSTOMER = loose(
    r"(?<!\w)(?:mình|chị|anh|bạn)\s+(?:đã|vừa)(?!\w)|\byou(?:'ve| have)?\s+(?:\w+\s+)?\w+ed\b|고객님이"
)


def deeds(sentence: str) -> Iterator[Claim]:
    """Each thing that the sentence says was done, is done or will be done."""
    asks = sentence.rstrip().endswith("?")
    parts = clauses(sentence)
    for index, clause in enumerate(parts):
        last_of_question = asks and index == len(parts) - 1
        yield from _done(clause, last_of_question)
        if not last_of_question:
            yield from _promised(clause)


def _done(clause: str, asked: bool) -> Iterator[Claim]:
    found = False
    for name, patterns in _PATTERNS.items():
        match = next((m for pattern in patterns if (m := pattern.search(clause))), None)
        if match is None:
            continue
        found = True
        before = clause[: match.end()]
        if asked and not _SURE_PAST.search(match.group()) and (_MAYBE.search(clause) or _NO.search(clause)):
            continue
        if _MAYBE.search(clause[: match.start()]) and not _SURE_PAST.search(match.group()):
            continue
        by_us = _BY_US.search(match.group()) or _BY_US.search(clause[: match.start()])
        form = "deed" if by_us and not _CUSTOMER.search(before) else "state"
        yield Claim(form, name, bool(_NO.search(before)), clause)
    success = _SUCCESS.search(clause)
    if success and not found and not asked and not _MAYBE.search(clause[: success.start()]):
        yield Claim("state", "success", bool(_NO.search(clause[: success.end()])), clause)


_SURE_PAST = loose(r"(?<!\w)(?:đã|vừa)(?!\w)|\b(?:i|we)(?:'ve| have)\b|(?:했|되었|됐)")
_BY_US = loose(rf"(?<!\w){_VI_WE}(?!\w)|\b{_EN_WE}\b|(?:했|해\s*드렸|드렸|담았|뺐)")


def _promised(clause: str) -> Iterator[Claim]:
    for name, patterns in _PROMISES.items():
        match = next((m for pattern in patterns if (m := pattern.search(clause))), None)
        if match and not _MAYBE.search(clause[: match.start()]) and not _NO.search(clause[: match.end()]):
            yield Claim("topic", name, False, clause)
    match = _KO_PROMISE.search(clause)
    if match and not _MAYBE.search(clause[: match.start()]) and not _NO.search(clause):
        yield Claim("topic", _KO_NAMES[match.group(1)], False, clause)
