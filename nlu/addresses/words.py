"""What people write around unit names: kinds, short names of provinces, and what leads to an address."""

import re

# Folded, as `text.fold` gives it (y at the end is i).
KIND_WORDS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("p",): ("Phường",), ("ph",): ("Phường",), ("f",): ("Phường",), ("phuong",): ("Phường",),
    ("ward",): ("Phường", "Xã"),
    ("x",): ("Xã",), ("xa",): ("Xã",), ("commune",): ("Xã",), ("tt",): ("Thị trấn",), ("thi", "tran"): ("Thị trấn",),
    ("dac", "khu"): ("Đặc khu",), ("q",): ("Quận",), ("quan",): ("Quận",), ("district",): ("Quận", "Huyện"),
        ("province",): ("Tỉnh", "Thành phố"),
    ("h",): ("Huyện",), ("huien",): ("Huyện",), ("huyen",): ("Huyện",), ("tx",): ("Thị xã",),
    ("thi", "xa"): ("Thị xã",),
    ("동",): ("Phường", "Xã"), ("프엉",): ("Phường",), ("군",): ("Quận", "Huyện"), ("구",): ("Quận",),
    ("현",): ("Huyện",),
    ("시",): ("Thành phố", "Tỉnh"), ("성",): ("Tỉnh", "Thành phố"),
    ("tp",): ("Thành phố",), ("thanh", "pho"): ("Thành phố",), ("city",): ("Thành phố",), ("tinh",): ("Tỉnh",),
}  # fmt: skip
WARD_KINDS = frozenset(["Phường", "Xã", "Thị trấn", "Đặc khu"])
MARKED_KINDS = frozenset(["phường", "xã", "thị", "trấn", "quận", "huyện", "thành", "phố", "tỉnh", "đặc"])
KOREAN_KINDS = frozenset(["동", "프엉", "군", "구", "현", "시", "성"])
KINDS_BEHIND = frozenset({"ward", "commune", "district", "city", "province"}) | KOREAN_KINDS
"""Kinds that stand behind the name: `Ben Nghe ward`, `Trung Hoa동`."""
KOREAN_END = re.compile(
    r"(동|프엉|군|구|현|시|성)(?:이에요|이예요|예요|이요|요|입니다|이고요?|인데요?|이구요|으로|로|에|에서|까지|은|는|이|가|의)?"
)
# Old province codes; more than one is a real doubt that the other parts have to settle.
PROVINCE_SHORT: dict[str, tuple[str, ...]] = {
    "hcm": ("79",), "tphcm": ("79",), "hcmc": ("79",), "sg": ("79",), "sgn": ("79",), "saigon": ("79",), "hn": ("01",),
    "dn": ("48", "75"), "hp": ("31",), "ct": ("92",), "brvt": ("77",), "bd": ("74", "52"), "tth": ("46",),
    "qn": ("22", "49"), "kh": ("56",), "vungtau": ("77",), "hue": ("46",),
}  # fmt: skip
# Cities that stand for their district and province alike.
CITY_SHORT: dict[str, str] = {"nt": "568", "bmt": "643", "vt": "747"}
LEADS = re.compile(
    r"(?:giao(?:\s+hàng|\s+hang)?|ship(?:\s+hàng)?|gửi|gui|deliver(?:y)?(?:\s+it)?|send(?:\s+it)?)\s+"
    r"(?:về|ve|đến|den|tới|toi|qua|to|at)\s*(?:địa chỉ|dia chi|đc|dc)?\s*[:\-]?\s*"
    r"|(?:địa chỉ|dia chi|đ/c|đc|address|주소)\s*(?:nhận hàng|nhan hang|giao hàng|giao hang)?"
    r"\s*(?:là|la|is|는)?\s*[:\-]?\s*",
    re.IGNORECASE,
)
STOPS = re.compile(
    r"(?<!\w)(?:sđt|sdt|số điện thoại|so dien thoai|điện thoại|dien thoai|đt|phone|tel|tên|ten|người nhận|name|"
    r"email|thanh toán|thanh toan|cod|ck|chuyển khoản|chuyen khoan|nhé|nhe|nha|ạ|giúp|giup|please|and my|my)(?!\w)",
    re.IGNORECASE,
)
HOUSE = re.compile(
    r"(?<![\w.])(?:số|so|nhà|nha|no\.?)?\s?\d{1,4}[A-Za-z]{0,2}(?:/\d{1,4}[A-Za-z]?){0,4}\s+(?:đường\s+|duong\s+)?[^\W\d_]{2,}"
)
NOT_STREET = re.compile(
    r"^\d+\s*(?:cái|cai|chiếc|chiec|áo|ao|quần|quan|bộ|bo|hộp|hop|đôi|doi|hũ|hu|gói|goi|chai|lon|cuốn|cuon|quyển|quyen|"
    r"bịch|bich|thùng|thung|tuýp|tuyp|size|k\b|nghìn|triệu|ngày|ngay|cm|kg|pcs|pieces?)\b",
    re.IGNORECASE,
)

# Folded words of a street's part: lanes, hamlets, houses, floors.
STREET_WORDS = frozenset(
    ["so", "nha", "duong", "pho", "to", "ngo", "ngach", "hem", "kiet", "ap", "thon", "xom", "to", "khom", "doi",
        "ban", "lo", "toa", "can", "phong", "lau", "tang", "block", "chung", "khu", "kcn", "kdc", "no",
        "street", "st", "road", "apt", "apartment", "room", "unit", "tdp", "buon", "lang", "condo", "building",
        "villa", "biet", "hotel"]
)  # fmt: skip
STREET_WORDS_MARKED = frozenset(
    ["số", "nhà", "đường", "phố", "tổ", "ngõ", "ngách", "hẻm", "kiệt", "ấp", "thôn", "xóm", "khóm", "đội", "bản", "lô",
        "toà", "tòa", "căn", "phòng", "lầu", "tầng", "chung", "buôn", "làng", "biệt"]
)  # fmt: skip
BUILDINGS = frozenset(
    [
        "thap",
        "tower",
        "cu",
        "khach",
        "san",
        "hostel",
        "homestay",
        "garden",
        "city",
        "plaza",
        "ho",
        "floor",
        "the",
        "of",
        "park",
        "towers",
        "gardens",
        "residence",
        "residences",
        "apartments",
        "resort",
        "riverside",
        "landmark",
        "centre",
        "center",
        "mall",
        "condominium",
        "complex",
        "heights",
        "square",
        "villas",
        "vinhomes",
        "masteri",
    ]
)
KOREAN_FLOORS = frozenset(["층", "호", "동", "호실", "호동"])
# What leads to an address, right before it.
TOWARDS = frozenset(
    ["ve", "toi", "den", "o", "tai", "qua", "sang", "dc", "address", "adress", "at", "to", "is", "la", "in",
        "gui", "giao", "ship", "home", "office", "living", "live", "stay", "staying", "now", "nhan", "hang",
        "mom", "here", "for", "gap"]
)  # fmt: skip
TOWARDS_MARKED = frozenset(["về", "tới", "đến", "ở", "tại", "là", "giao", "gửi", "nhận", "hàng", "đc"])
AFTER_UNITS = re.compile(
    r"(?:\s+(?:Province|City|District|Ward|tỉnh))?(?:,?\s*(?:Việt\s?Nam|Viet\s?nam|VN)(?![A-Za-zÀ-ỹ]))?",
    re.IGNORECASE,
)
AFTER_HOUSE = re.compile(
    r"[\s,;.\-]*(?<![^\W\d_])((?:số nhà|so nha|nhà số|nha so|sn|số|so|house(?:\s+(?:number|no\.?))?|no\.?|"
    r"căn hộ|can ho|căn|phòng|phong|apt\.?|room|unit|hẻm|hem|ngõ|kiệt|kiet)\s*[:#]?\s*[a-z]?\d+[\w/.\-]*"
    r"(?:\s+(?:đường|duong|phố|pho|ngõ|ngo|hẻm|hem|ngách|ấp|thôn|tổ|xóm)\s+[^,;.\n|]{1,40})?)",
    re.IGNORECASE,
)
"""A house that is told behind its ward and district."""
_KOREAN_NUMBER = r"[A-Za-z]?\d+[A-Za-z]?(?:[/-][A-Za-z]?\d+)*(?:\s?(?:번지|번|호실|호|층|동|차))?"
KOREAN_STREET = re.compile(
    rf"[\s,]+((?:[가-힣A-Za-zÀ-ỹ.]+[\s,]+){{0,6}}?{_KOREAN_NUMBER}(?:[\s,]+{_KOREAN_NUMBER})*"
    r"(?:\s+[A-ZÀ-Ỹ][a-zà-ỹ]+){0,5})"
)
"""In Korean order street and house come last."""
ASIDE = re.compile(r"\([^()\d\n]{2,60}\)")
"""A word for the courier in brackets; no part of the address itself."""
