"""What a shop may offer or vouch for: each is said only where a tool's answer or a passage says so too."""

import re
from collections.abc import Iterator

from bot.agent.claims.deeds import Claim
from bot.agent.claims.text import clauses, loose

_TOPICS: dict[str, re.Pattern[str]] = {
    name: loose(pattern)
    for name, pattern in {
        "free": r"(?<!\w)(?:miễn phí|free\s?ship|freeship|không (?:tính|mất|tốn|thu) (?:thêm )?(?:phí|tiền|đồng)|0\s?đ|0\s?đồng|khỏi (?:trả|tính) (?:phí|tiền|ship)|bao ship)(?!\w)"
                r"|\bfree\b(?!\s+(?:to|of (?:mistakes|errors)))|\b(?:free of charge|on the house|no (?:extra )?(?:charge|cost|fee)s?|complimentary|at no cost|waive[ds]?)\b|무료|공짜",
        "gift": r"(?<!\w)(?:(?<!mua )(?<!để )tặng(?!\s+(?:ai|người|mẹ|bố|ba|bạn|sinh|dịp))|quà tặng|tặng kèm|quà kèm|khuyến mại|mua 1 tặng|biếu)(?!\w)|\b(?:gifts? (?:with|included|for you)|free gift|bonus|giveaway|buy one get one|bogo|throw in)\b|사은품|증정|덤으로|1\+1",
        "promo": r"(?<!\w)(?:giảm (?:giá|thêm|còn|tới|đến|\d|sâu|ngay|sốc|một nửa|nửa)|khuyến mãi|khuyến mại|ưu đãi|voucher|mã giảm|coupon|(?:flash )?sale(?! room)|xả (?:hàng|kho)|nửa giá|một nửa giá|giá sốc|hoàn xu|giá rẻ hơn|bớt (?:cho|giá|còn|được|\d)|trừ (?:thêm|còn|cho|tiền))"
                 r"|\b(?:discount(?:s|ed)?|promo(?:tion|code|s)?|on sale|sale price|special (?:price|offer|deal)|half[- ]price|half off|\d+ ?%? off|price (?:drop|cut)|coupon|voucher|cheaper|best deal|cash ?back|price match)\b"
                 r"|할인|세일|쿠폰|반값|특가|프로모션|캐시백|적립금",
        "shop_pays": r"(?<!\w)(?:shop|bên em|bên mình|em|cửa hàng) (?:chịu|lo|trả|bao|tặng)(?: (?:hết|toàn bộ|luôn|phí|tiền|ship))?(?!\w)|\b(?:(?:is|are|it's) on us|our treat|we(?:'ll| will)? (?:pay|cover))\b|저희가\s*(?:모두\s*|전액\s*)?(?:부담|지불|내)",
        "points": r"(?<!\w)(?:tích điểm|điểm thưởng|thành viên|hội viên|khách vip|hạng vàng)(?!\w)|\b(?:loyalty|reward points|membership|vip)\b|포인트|멤버십",
        "warranty": r"(?<!\w)(?:bảo hành|bảo đảm hàng|1 đổi 1|một đổi một|đổi mới)(?!\w)|\b(?:warrant(?:y|ied|ies)|guarantee[ds]?)\b|보증",
        "lifetime": r"(?<!\w)(?:trọn đời|vĩnh viễn|mãi mãi|suốt đời)(?!\w)|\b(?:lifetime|forever|for life|unlimited)\b|평생|영구|무제한",
        "genuine": r"(?<!\w)(?:chính hãng|hàng thật|auth|hàng hiệu|hàng xịn|fake 1|đạt chuẩn|chứng nhận|kiểm định|nhập khẩu|hàng ngoại|xuất xứ|sản xuất tại|xách tay|phân phối|độc quyền)(?!\w)"
                   r"|\b(?:authentic|genuine|original brand|certified|imported|made in|official|exclusive|licensed)\b|정품|수입|인증|원산지|공식",
        "returns": r"(?<!\w)(?:(?:đổi|trả) (?:trả|hàng|lại|size|được|thoải mái|miễn)|đổi ý|hoàn trả)(?!\w)|\b(?:returns? (?:it|any|policy|within|for|are|is|anytime|them|accepted|or)|returnable|exchange[sd]?|send it back|no questions asked)\b|반품|교환",
        "refund": r"(?<!\w)(?:hoàn (?:lại )?(?:tiền|đủ|100|phí)|trả lại tiền|hoàn tiền|bồi thường|đền (?:bù|tiền|gấp))(?!\w)|\b(?:refund(?:s|ed|able)?|money[- ]back|compensat\w+)\b|환불|보상",
        "inspect": r"(?<!\w)(?:đồng kiểm|kiểm (?:tra )?hàng|xem hàng|thử (?:hàng|đồ|trước)|mở gói|mở hộp|ưng (?:mới|thì))(?!\w)|\b(?:inspect|try (?:it|them) on|open (?:it|the (?:parcel|package))|check (?:it|the (?:parcel|item|goods)))[^.!?]{0,25}(?:pay|before|door)|개봉|확인하신 뒤 결제|입어 보",
        "instalment": r"(?<!\w)(?:trả góp|trả sau|trả trước|đặt cọc|cọc trước|công nợ)(?!\w)|\b(?:instal?lments?|pay later|deposit|down payment)\b|할부|후불|선금|예약금",
        "payment": r"(?<!\w)(?:thẻ (?:tín dụng|visa|ngân hàng|atm)|quẹt thẻ|ví điện tử|momo|zalo\s?pay|vnpay|paypal|tiền mặt|apple pay)(?!\w)|\b(?:credit cards?|debit cards?|visa|mastercard|paypal|e-?wallets?|momo|crypto|bitcoin)\b|카드|페이|현금",
        "fast": r"(?<!\w)(?:hỏa tốc|hoả tốc|siêu tốc|giao (?:gấp|nhanh|liền|ngay)|ship (?:nhanh|liền|ngay)|ngay lập tức|tức thì|lấy liền)(?!\w)|\b(?:express|same-day|instant(?:ly)?|immediate(?:ly)?|rush|overnight|right away)\b[^.!?]{0,20}(?:deliver|ship|send|arriv)?|\b(?:deliver|ship|arriv)\w*[^.!?]{0,20}(?:instantly|immediately|right away)|퀵|특급|즉시|바로 (?:배송|발송)",
        "reach": r"(?<!\w)(?:toàn quốc|toàn cầu|quốc tế|nước ngoài|khắp|mọi tỉnh|tận nơi|tận nhà|hải đảo|vùng xa|tất cả các tỉnh)(?!\w)|\b(?:worldwide|international(?:ly)?|abroad|overseas|nationwide|anywhere|all provinces|to your door)\b|해외|전국|전 세계|국제",
        "branch": r"(?<!\w)(?:chi nhánh|showroom|cửa hàng (?:ở|tại|trực tiếp)|kho (?:ở|tại)|địa chỉ (?:shop|cửa hàng)|(?:shop|cửa hàng|tiệm) (?:ở|tại|nằm))(?!\w)|\b(?:branch(?:es)?|showroom|our (?:store|shop) (?:is|at|in)|located (?:at|in))\b|지점|쇼룸|매장(?:은|이|에)",
        "hours": r"(?<!\w)(?:24/7|24/24|mở cửa|đóng cửa|giờ làm việc|cả ngày|suốt ngày|không nghỉ|làm việc cả)(?!\w)|\b(?:24/7|around the clock|opening hours|open (?:until|till|from|every|on|at|all)|closed on)\b|영업시간|24시간|연중무휴|휴무",
        "best": r"(?<!\w)(?:rẻ nhất|tốt nhất|bán chạy|hot nhất|số 1|duy nhất|cuối cùng|sắp hết|cháy hàng|hàng hiếm|giới hạn|sắp tăng giá|tăng giá)(?!\w)|\b(?:best[- ]?sell(?:er|ing)|cheapest|lowest price|number one|#1|last (?:one|piece|chance)|selling (?:out|fast)|limited|almost gone|price (?:will|is going to) (?:rise|increase|go up))\b|베스트셀러|최저가|마지막|한정|품절 임박|곧 품절|인기",
        "safety": r"(?<!\w)(?:chống nước|chống thấm|chống cháy|kháng khuẩn|không phai|không xù|không ra màu|an toàn (?:cho|tuyệt)|không dị ứng|hữu cơ|organic|chống uv|upf|lò vi sóng|máy rửa)(?!\w)|\b(?:waterproof|water-?resistant|fireproof|antibacterial|hypoallergenic|colou?r-?fast|organic|bpa|food[- ]grade|microwave|dishwasher|uv protect\w*|non-?toxic|medical|cures?|heals?)\b|방수|항균|무독성|유기농|전자레인지|식기세척기|저자극",
        "vat": r"(?<!\w)(?:gồm (?:thuế|vat)|chưa (?:gồm )?(?:thuế|vat)|miễn thuế|không (?:cần )?(?:hóa|hoá) đơn)(?!\w)|\b(?:tax[- ]free|vat (?:is )?(?:included|excluded|free)|including (?:vat|tax)|excluding (?:vat|tax)|no tax)\b|면세|부가세",
        "wholesale": r"(?<!\w)(?:giá sỉ|bán sỉ|giá gốc|giá đại lý|chiết khấu|giá buôn)(?!\w)|\b(?:wholesale|bulk price|dealer price|at cost)\b|도매|대리점가",
        "official": r"(?<!\w)(?:theo (?:luật|quy định|nghị định|pháp luật)|bộ công thương|đã đăng ký)(?!\w)|\b(?:by law|legal(?:ly)?|government|regulation)\b|법적|규정상",
    }.items()
}  # fmt: skip

_STATES: dict[str, re.Pattern[str]] = {
    name: loose(pattern)
    for name, pattern in {
        "in_stock": r"(?<!\w)(?:còn hàng|có sẵn|sẵn hàng|còn đủ|còn nhiều|đủ hàng|còn size|còn màu|còn(?=\s*$)|còn (?:lại )?(?:\d+|mấy|vài)|đang có hàng|hàng có sẵn|có hàng|vẫn còn|còn:)(?!\w)"
                    r"|\b(?:in stock|still (?:available|have)|available(?: (?:now|in))?|plenty (?:left|of)|\d+ left)\b|재고(?:가|는)?\s*(?:있|충분|많|넉넉)|구매 가능|남아\s*있|있습니다\. 가격",
        "out_of_stock": r"(?<!\w)(?:hết (?:hàng|rồi|size|màu|sạch)|cháy hàng|không còn|tạm hết|chưa về|ngừng (?:bán|kinh doanh)|đã hết)(?!\w)"
                        r"|\b(?:out of stock|sold out|unavailable|no longer available|discontinued|none left)\b|품절|재고(?:가)?\s*없|단종|매진",
        "restock": r"(?<!\w)(?:hàng về|về hàng|có hàng lại|sắp về|về lại|nhập (?:thêm|về))(?!\w)|\b(?:restock\w*|back in stock|coming back|new batch)\b|재입고|입고 예정",
        "waiting": r"(?<!\w)(?:đang|chờ)(?:\s+(?:chờ|shop|được)){0,2}\s+(?:xử lý|xác nhận)(?!\w)|\b(?:waiting for the shop|being processed|is processing)\b|처리 중|확인 중",
        "preparing": r"(?<!\w)đang (?:chuẩn bị|đóng gói|soạn)(?!\w)|\bbeing (?:prepared|packed)\b|준비 중|포장 중",
        "shipping": r"(?<!\w)(?:đang (?:giao|trên đường|vận chuyển|trung chuyển|đi giao|ship)|trên đường (?:giao|đến|tới))(?!\w)|\b(?:on (?:its|the) way|in transit|out for delivery|being delivered)\b|배송 중|배달 중|이동 중",
        "delivered": r"(?<!\w)(?:đã (?:giao|nhận được hàng)|giao thành công|giao xong|giao rồi)(?!\w)|\b(?:been delivered|was delivered|is delivered|delivered successfully|arrived)\b|배송 완료|배달 완료|도착했",
        "arriving": r"(?<!\w)(?:(?:nhận|có) (?:được )?hàng (?:trước|trong|vào|ngay|sớm|đúng)|(?:giao|ship|đến|tới) (?:kịp|trước|đúng hẹn|sớm)|kịp (?:nhận|giao|tết|lễ|sinh nhật))(?!\w)"
                    r"|\b(?:arrives?|arriving|get (?:it|there)|delivered|reach(?:es)? you)\b[^.!?]{0,25}\b(?:by|before|in time|on time|on|soon)\b|도착 예정|전에 (?:도착|받으실)|시간 안에",
        "packed": r"(?<!\w)đã đóng gói(?!\w)|\b(?:is|been|was) packed\b|포장 완료",
        "paid_state": r"(?<!\w)đã (?:thanh toán|nhận tiền|nhận được tiền)(?!\w)|\b(?:is|been) paid\b|결제 완료|입금 확인",
    }.items()
}  # fmt: skip

_NO = loose(
    r"(?<!\w)(?:chưa|không|chẳng|đừng|ko|chả)(?!\w)(?!\s+(?:tính|mất|tốn|thu|cần|lo|phai|xù|còn|nghỉ|dị ứng|ra màu))|\b(?:not|never|cannot|without|unable|don't|doesn't|isn't|aren't|can't|won't)\b|못|않|(?<!할 수 )없(?:어|습|는)|아닙|어렵"
)
_ASKS = loose(
    r"(?<!\w)(?:có\s+(?:muốn|cần|phải|thích)|(?:phải|được|đúng)\s+không|không\s+(?:ạ|nhỉ|nè)|hay\s+(?:là|muốn)|nào|gì|ai|bao nhiêu|mấy|chưa|hả)(?!\w)|\b(?:would you|do you|shall|should i|which|what|how|may i|could you|are you)\b|(?:할까요|드릴까요|시겠|신가요|나요|세요)"
)


def topics(sentence: str) -> Iterator[Claim]:
    """Each offer, quality or state that the sentence names, unless it only asks about it."""
    asks = sentence.rstrip().endswith("?")
    parts = clauses(sentence)
    for index, clause in enumerate(parts):
        asked = asks and index == len(parts) - 1 and _ASKS.search(clause) is not None
        if asked:
            continue
        for form, table in (("topic", _TOPICS), ("state", _STATES)):
            for name, pattern in table.items():
                match = pattern.search(clause)
                if match:
                    yield Claim(form, _narrowed(name, sentence), _denies(clause, match), clause)


def _narrowed(name: str, sentence: str) -> str:
    """Free delivery and free wrapping are two offers."""
    return f"{name}:delivery" if name == "free" and _DELIVERY.search(sentence) else name


_DELIVERY = loose(
    r"(?<!\w)(?:giao|ship|vận chuyển|freeship)(?!\w)|\b(?:delivery|delivered|deliver|shipping|ship|postage)\b|배송"
)


def _denies(clause: str, match: re.Match[str]) -> bool:
    """Korean denies after the word, the others before it."""
    if "가" <= match.group()[-1] <= "힣":
        return bool(_NO.search(clause[match.end() :]))
    return bool(_NO.search(clause[: match.start()]) or _NO.match(clause[match.end() :].lstrip()))
