"""The words around the names: kinds of unit, what comes below the ward, other names, and what is no address.

All keys are folded (see text.fold) and joined: 'thị xã' is 'thixa'. Extend from real chats.
"""

from nlu.addresses.units import Level

GRAVE, ACUTE, TILDE, HOOK, DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"

LEVEL_OF_KIND: dict[str, tuple[Level, ...]] = {
    "Phường": ("ward",),
    "Xã": ("ward",),
    "Thị trấn": ("ward",),
    "Đặc khu": ("ward",),
    "Quận": ("district",),
    "Huyện": ("district",),
    "Thị xã": ("district",),
    "Thành phố": ("district", "province"),
    "Tỉnh": ("province",),
}

KINDS_BEFORE: dict[str, tuple[str, ...]] = {
    "phuong": ("Phường",),
    "p": ("Phường",),
    "ph": ("Phường",),
    "f": ("Phường",),
    "ward": ("Phường",),
    "xa": ("Xã",),
    "x": ("Xã",),
    "commune": ("Xã",),
    "thitran": ("Thị trấn",),
    "tt": ("Thị trấn",),
    "dackhu": ("Đặc khu",),
    "daccu": ("Đặc khu",),
    "dk": ("Đặc khu",),
    "quan": ("Quận",),
    "q": ("Quận",),
    "district": ("Quận", "Huyện"),
    "dist": ("Quận", "Huyện"),
    "d": ("Quận",),
    "huyen": ("Huyện",),
    "h": ("Huyện",),
    "thixa": ("Thị xã",),
    "tx": ("Thị xã",),
    "thanhpho": ("Thành phố",),
    "tp": ("Thành phố",),
    "city": ("Thành phố",),
    "tinh": ("Tỉnh",),
    "t": ("Tỉnh",),
    "province": ("Tỉnh",),
}
KINDS_AFTER: dict[str, tuple[str, ...]] = {
    "ward": ("Phường",),
    "commune": ("Xã",),
    "town": ("Thị trấn", "Thị xã"),
    "township": ("Thị trấn",),
    "district": ("Quận", "Huyện"),
    "dist": ("Quận", "Huyện"),
    "city": ("Thành phố",),
    "province": ("Tỉnh", "Thành phố"),
}
FULL_KIND_WORDS = frozenset(
    ["phuong", "ward", "xa", "commune", "thitran", "dackhu", "quan", "district", "huyen", "thixa", "thanhpho", "tinh", "province"]
)
"""Kinds written out. The others are short forms that also mean other things."""

TONE_OF_KIND_WORD = {
    "phuong": GRAVE,
    "xa": TILDE,
    "thi": DOT,
    "tran": ACUTE,
    "dac": DOT,
    "khu": "",
    "quan": DOT,
    "huyen": DOT,
    "thanh": GRAVE,
    "pho": ACUTE,
    "tinh": HOOK,
}
"""'quần' (trousers), 'phượng', 'tính' are other words."""

PROVINCE_ALIASES: dict[str, tuple[str, ...]] = {
    "hcm": ("hochiminh",),
    "hcmc": ("hochiminh",),
    "hcmcity": ("hochiminh",),
    "hochiminhcity": ("hochiminh",),
    "sg": ("hochiminh",),
    "sgn": ("hochiminh",),
    "saigon": ("hochiminh",),
    "호치민": ("hochiminh",),
    "호찌민": ("hochiminh",),
    "hn": ("hanoi",),
    "하노이": ("hanoi",),
    "dn": ("danang", "dongnai"),
    "다낭": ("danang",),
    "hp": ("haiphong",),
    "ct": ("cantho",),
    "brvt": ("bariavungtau",),
    "bd": ("binhduong", "binhdinh"),
    "tth": ("hue",),
    "thuathienhue": ("hue",),
    "tthue": ("hue",),
    "qn": ("quangninh", "quangnam", "quangngai"),
    "kh": ("khanhhoa",),
    "dacnong": ("dacnong",),
    "daclac": ("daclac",),
}
CITY_ALIASES: dict[str, str] = {
    "nt": "nhatrang",
    "vt": "vungtau",
    "bmt": "buonmathuot",
    "banmethuot": "buonmathuot",
    "dl": "dalat",
    "bh": "bienhoa",
    "td": "thuduc",
}

HOUSE_WORDS = frozenset(["so", "sonha", "nha", "nhaso", "sn", "no", "number"])
STREET_WORDS = frozenset(
    ["duong", "d", "pho", "ngo", "ng", "ngach", "hem", "kiet", "daolo", "dailo", "xalo", "quoclo", "ql", "tinhlo", "tl", "dt", "huyenlo", "hl", "lo", "alley", "street", "st", "road", "rd", "avenue", "ave", "lane", "boulevard"]
)
"""A name right after one of these is a street's, whatever else it names."""
STREET_WORDS_AFTER = frozenset(["street", "st", "str", "road", "rd", "avenue", "ave", "alley", "lane", "boulevard", "blvd"])
HAMLET_WORDS = frozenset(
    ["to", "todanpho", "tdp", "kp", "khupho", "kv", "khuvuc", "khu", "ap", "thon", "xom", "khom", "buon", "ban", "lang", "doi", "sooc", "plei", "kdt", "khudothi", "kcn", "khucongnghiep", "kdc", "khudancu", "kcx", "hamlet", "village", "quarter"]
)
BUILDING_WORDS = frozenset(
    ["cc", "chungcu", "canho", "can", "toa", "toanha", "thap", "block", "lau", "tang", "phong", "p", "lo", "kiot", "kios", "cho", "truong", "congty", "cty", "benhvien", "bv", "khachsan", "ks", "sieuthi", "ubnd", "uyban", "nhatho", "chua", "quan", "tiem", "cuahang", "nhahang", "cong", "ngatu", "ngaba", "nganam", "cau", "ben", "cang", "sanbay", "ga", "vincom", "vinhomes", "plaza", "tower", "building", "apartment", "apt", "floor", "room", "office", "hotel", "nhathuoc", "buudien", "khachan", "ktx", "kytucxa", "ktxkhu", "daihoc", "dh", "doanhtrai", "trungtam", "tttm", "villa", "biethu", "lien"]
)
MIDDLE_NAMES = frozenset(["thi", "van", "huu", "dinh", "cong", "ba", "si", "trong", "nhat", "duy", "quoc", "ngoc", "xuan", "duc", "quang", "tan"])
"""A street name does not end with these: 'Nguyễn Thị' goes on."""

CUES = ["giaove", "giaoden", "giaotoi", "giaoqua", "giaocho", "giaohang", "giao", "shipve", "shipden", "shiptoi", "shipqua", "shipcho", "ship", "guive", "guiden", "guitoi", "gui", "diachi", "diachinhan", "diachigiao", "diachila", "dc", "dchi", "dcla", "nhanhang", "nhano", "nhantai", "ve", "den", "toi", "tai", "o", "qua", "la", "cho", "deliverto", "sendto", "shipto", "address", "addressis", "myaddressis", "to", "at", "deliver", "주소", "주소는", "배송지", "배송지는", "nhahang"]
CUE_WORDS = frozenset(
    ["giao", "ship", "gui", "diachi", "dia", "chi", "dc", "dchi", "nhan", "hang", "ve", "den", "toi", "tai", "o", "qua", "la", "cho", "minh", "em", "anh", "chi", "toi", "tui", "shop", "ban", "nha", "nhe", "nhen", "deliver", "delivery", "send", "to", "at", "address", "is", "my", "please", "the", "it", "주소", "주소는", "배송지", "배송지는"]
)
"""Words before an address that are not of it."""
DELIVERY_CUES = frozenset(
    ["giao", "ship", "gui", "diachi", "dc", "dchi", "deliver", "delivery", "send", "address", "adress", "add", "주소", "주소는", "배송지", "배송지는", "배송"]
)
PLACE_CUES = frozenset(["ve", "o", "tai", "den", "toi", "to", "at", "in"])

ORDER_WORDS = frozenset(
    ["size", "sz", "mau", "cai", "chiec", "bo", "combo", "sanpham", "sp", "mua", "lay", "dathang", "chot", "don", "hang", "gia", "bill", "giay", "soluong", "sl", "freeship", "cod", "sdt", "sodienthoai", "dienthoai", "dt", "tel", "phone", "hotline", "ten", "nguoinhan", "ghichu", "note", "cam", "thank", "thanks", "want", "order", "buy", "take", "color", "colour", "pcs", "piece", "pieces", "name"]
)
"""Of an order, never of a street."""
GOODS_AFTER_NUMBER = frozenset(
    ["ao", "quan", "vay", "dam", "giay", "dep", "tui", "non", "mu", "cap", "hop", "chai", "goi", "lo", "tuyp", "hu", "thung", "kg", "ml", "gr", "lit", "met"]
)
SIZES = frozenset(["s", "m", "l", "xl", "xxl", "xxxl", "xs"])
NAME_CUES = frozenset(["ten", "chi", "anh", "co", "chu", "bac", "em", "nguoinhan", "name", "receiver", "gap"])
QUESTION_WORDS = ["khong", "ko", "hong", "hok", "baonhieu", "bn", "may", "odau", "dau", "nao", "gi", "sao", "baogio", "bao", "lau", "chua", "ha", "how", "when", "where", "what", "which", "does", "do", "can", "is", "are", "얼마", "언제", "어디", "되나요", "인가요", "나요"]
QUESTIONS = frozenset(QUESTION_WORDS)
COUNTRY = frozenset(["vietnam", "vn"])
