"""Customers that do not exist: names, numbers, companies, amounts and days to fill slots with."""

from random import Random

SURNAMES = ["Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng", "Phan", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô",
    "Dương", "Lý", "Trịnh", "Đinh"]  # fmt: skip
MIDDLE = ["Thị", "Văn", "Minh", "Ngọc", "Thanh", "Thùy", "Hoàng", "Thu", "Kim", "Bảo", "Gia", "Phương", "Quang",
    "Đức", "Hữu"]  # fmt: skip
GIVEN = ["An", "Anh", "Bình", "Châu", "Chi", "Dung", "Dũng", "Duy", "Giang", "Hà", "Hằng", "Hạnh", "Hiếu",
    "Hoa", "Hùng", "Hương", "Huy", "Khánh", "Khoa", "Lan", "Linh", "Long", "Ly", "Mai", "Minh", "My", "Nam",
    "Nga", "Ngân", "Nhi", "Nhung", "Oanh", "Phúc", "Phương", "Quân", "Quỳnh", "Sơn", "Tâm", "Thảo", "Thắng",
    "Thúy", "Tiên", "Trang", "Trâm", "Trí", "Tú", "Tuấn", "Uyên", "Vân", "Việt", "Vy", "Yến"]  # fmt: skip
ENGLISH = ["John Miller", "Sarah Connolly", "Emma Wright", "Tom Baker", "Lisa Meyer", "David Chen",
    "Anna Kowalska", "Mark O'Brien", "Julia", "Peter Novak", "Kim Minji", "Park Jisoo", "Nguyen Thi Hoa",
    "Tran Minh", "Le Thu Ha", "Mike Johnson", "Olivia Martin", "Daniel Kim"]  # fmt: skip
KOREAN = ["김민지", "박지수", "이서연", "최현우", "정유진", "강민호", "조은서", "윤하늘", "장도윤", "임수빈",
    "한지민", "오세훈", "서지우", "신동엽", "권나라"]  # fmt: skip
COMPANIES = {
    "vi": ("Công ty TNHH Ánh Dương", "công ty cổ phần Sao Mai", "Cty TNHH Thương mại Hoà Bình",
    "Công ty TNHH MTV Phúc Lộc",
           "công ty Minh Long", "CTY CP Đầu tư Tân Việt", "Doanh nghiệp tư nhân Hồng Phát"),
    "en": ("Sunrise Co., Ltd", "Green Field Company Limited", "Lotus Trading JSC", "Blue River LLC",
    "Cong ty TNHH An Phat"),
    "ko": ("주식회사 한빛", "(주)미래상사", "Hanvit Vina Co., Ltd", "대성 주식회사", "Cong ty TNHH Seoul Food"),
}  # fmt: skip
DATES = {
    "vi": (
        "mai",
        "thứ 6",
        "20/11",
        "chủ nhật",
        "ngày 15",
        "thứ 3 tuần sau",
        "cuối tuần",
        "ngày mai",
        "hôm qua",
        "30/4",
        "chiều mai",
    ),
    "en": (
        "tomorrow",
        "Friday",
        "next Tuesday",
        "20 November",
        "Nov 5",
        "this weekend",
        "today",
        "yesterday",
        "Saturday",
    ),
    "ko": ("내일", "다음주 화요일", "금요일", "11월 20일", "주말", "모레", "오늘", "어제", "이번주 토요일"),
}
NUMBERS = {
    "vi": ("", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám"),
    "en": ("", "one", "two", "three", "four", "five", "six", "seven", "eight"),
    "ko": ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟"),
}


def name(language: str, rng: Random) -> str:
    if language == "ko":
        return rng.choice(KOREAN)
    if language == "en":
        return rng.choice(ENGLISH)
    given = rng.choice(GIVEN)
    if rng.random() < 0.35:
        return given
    if rng.random() < 0.3:
        return f"{rng.choice(MIDDLE)} {given}"
    middle = rng.choice(MIDDLE)
    return (
        f"{rng.choice(SURNAMES)} {middle} {given}" if middle != given else f"{rng.choice(SURNAMES)} {given}"
    )


def phone(language: str, rng: Random) -> tuple[str, str]:
    """As typed, and in E.164."""
    if language == "ko" and rng.random() < 0.15:
        rest = f"{rng.randint(2000, 9999)}{rng.randint(0, 9999):04}"
        return f"+82 10-{rest[:4]}-{rest[4:]}", f"+8210{rest}"
    prefix = rng.choice(
        ("90", "91", "93", "97", "98", "86", "32", "35", "38", "70", "76", "79", "81", "83", "56", "58")
    )
    rest = f"{rng.randint(1_000_000, 9_999_999)}"
    typed = rng.choice(
        (
            f"0{prefix}{rest}", f"0{prefix}{rest}", f"0{prefix} {rest[:3]} {rest[3:]}",
                f"0{prefix}.{rest[:3]}.{rest[3:]}",
            f"+84{prefix}{rest}", f"+84 {prefix} {rest[:3]} {rest[3:]}", f"0{prefix}{rest[:2]} {rest[2:4]} {rest[4:]}",
            f"0{prefix}-{rest[:3]}-{rest[3:]}", f"84{prefix}{rest}",
        )
    )  # fmt: skip
    return typed, f"+84{prefix}{rest}"


def email(rng: Random) -> str:
    user = rng.choice(("lan.nguyen", "minh88", "ketoan", "john_m", "office", "hoa2010"))
    return f"{user}@{rng.choice(('gmail.com', 'anhduong.vn', 'yahoo.com.vn', 'naver.com'))}"


def code(rng: Random) -> tuple[str, str]:
    number = rng.randint(1001, 9999)
    return rng.choice(
        (f"DH{number}", f"DH{number}", f"dh{number}", f"DH {number}", f"#DH{number}")
    ), f"DH{number}"


def tax_code(rng: Random) -> tuple[str, str]:
    digits = f"03{rng.randint(10_000_000, 99_999_999)}"
    branch = f"{rng.randint(1, 20):03}"
    return rng.choice(((digits, digits), (digits, digits), (f"{digits}-{branch}", digits + branch)))


def money(language: str, rng: Random) -> tuple[str, int]:
    thousands = rng.choice((50, 99, 120, 150, 200, 250, 300, 450, 500, 750, 900))
    if language == "ko":
        return rng.choice(
            (
                (f"{thousands}k", thousands * 1000),
                ("50만동", 500_000),
                (f"{thousands},000동", thousands * 1000),
            )
        )
    if language == "en":
        return rng.choice(((f"{thousands}k", thousands * 1000), (f"{thousands},000 VND", thousands * 1000)))
    return rng.choice(
        ((f"{thousands}k", thousands * 1000), (f"{thousands}.000đ", thousands * 1000), ("1tr2", 1_200_000),
         (f"{thousands} nghìn", thousands * 1000), (f"{thousands}.000", thousands * 1000))
    )  # fmt: skip
