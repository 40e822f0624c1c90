"""Vietnamese places as Koreans write them: `호치민 7군 떤퐁동 응우옌반린 101번지`.

Names are compared by their consonants, as vowels are written in many ways. That is enough among the wards of a
district, and far too little for a word of talk: so a name needs its kind (동, 군) behind it, but for the well-known
cities.
"""

import re
import unicodedata

_INITIAL = "KKNTTLMPPSS-CCCKTPH"
"""By Unicode's order of initial consonants; `-` is none."""
_FINAL = "-KKKNNNTLLLLLLLLMPPTTNTTKTPT"
"""By Unicode's order of final ones; ng and n are not told apart."""
_FIRST, _LAST, _VOWELS, _FINALS = 0xAC00, 0xD7A3, 21, 28
_MUTE = "응"
"""Stands for the sound that begins `Nguyễn`."""
_STARTS = (
    ("ngh", ""), ("ng", ""), ("nh", "N"), ("ph", "P"), ("th", "T"), ("tr", "C"), ("ch", "C"), ("kh", "K"), ("gh", "K"),
    ("gi", "C"), ("qu", "K"), ("b", "P"), ("c", "K"), ("d", "C"), ("đ", "T"), ("g", "K"), ("h", "H"), ("k", "K"),
    ("l", "L"), ("m", "M"), ("n", "N"), ("p", "P"), ("r", "L"), ("s", "S"), ("t", "T"), ("v", "P"), ("x", "S"),
)  # fmt: skip
_ENDS = (("ch", "K"), ("nh", "N"), ("ng", "N"), ("c", "K"), ("m", "M"), ("n", "N"), ("p", "P"), ("t", "T"))
CITIES = {
    "호치민": "hochiminh", "호찌민": "hochiminh", "사이공": "hochiminh", "하노이": "hanoi", "다낭": "danang",
    "하이퐁": "haiphong", "껀터": "cantho", "칸토": "cantho", "나트랑": "nhatrang", "냐짱": "nhatrang",
    "나짱": "nhatrang", "달랏": "dalat", "붕따우": "vungtau", "붕타우": "vungtau", "호이안": "hoian",
    "푸꾸옥": "phuquoc", "푸쿠옥": "phuquoc", "빈증": "binhduong", "빈즈엉": "binhduong", "동나이": "dongnai",
    "박닌": "bacninh", "박장": "bacgiang", "박지앙": "bacgiang", "타이응우옌": "thainguien", "빈푹": "vinhphuc",
    "하이즈엉": "haiduong", "흥옌": "hungien", "남딘": "namdinh", "응에안": "nghean", "꽝닌": "quangninh",
    "하롱": "halong", "하남": "hanam", "닌빈": "ninhbinh", "꽝남": "quangnam", "꽝응아이": "quangngai",
    "빈딘": "binhdinh", "꾸이년": "quinhon", "뀌년": "quinhon", "칸호아": "khanhhoa", "카인호아": "khanhhoa",
    "럼동": "lamdong", "람동": "lamdong", "롱안": "longan", "띠엔장": "tiengiang", "안장": "angiang",
    "끼엔장": "kiengiang", "떠이닌": "taininh", "라오까이": "laocai", "투득": "thuduc",
    "바리아붕따우": "bariavungtau",
}  # fmt: skip
"""Known without a kind behind them, by the keys that units have."""
_SYLLABLES = {
    "응우옌": "Nguyen", "응웬": "Nguyen", "쩐": "Tran", "레": "Le", "팜": "Pham", "호앙": "Hoang",
    "황": "Hoang", "판": "Phan", "보": "Vo", "부이": "Bui", "응오": "Ngo", "즈엉": "Duong", "리": "Ly",
    "호": "Ho", "도": "Do", "딘": "Dinh", "찐": "Trinh", "쯔엉": "Truong", "따": "Ta", "똔": "Ton", "막": "Mac",
    "후인": "Huynh", "후에": "Hue", "반": "Van", "티": "Thi", "득": "Duc", "흐우": "Huu", "후": "Huu",
    "린": "Linh", "민": "Minh", "주이": "Duy", "흥": "Hung", "하이": "Hai", "바": "Ba", "쯩": "Trung",
    "쭝": "Trung", "러이": "Loi", "로이": "Loi", "다오": "Dao", "뜨": "Tu", "쫑": "Trong", "탕": "Thang",
    "타이": "Thai", "또": "To", "히엔": "Hien", "탄": "Thanh", "꽁": "Cong", "쯔": "Tru", "푸": "Phu",
    "꽝": "Quang", "빈": "Binh", "안": "An", "디엔": "Dien", "비엔": "Bien", "쭈": "Chu", "찌": "Chi",
    "짜우": "Chau", "카인": "Khanh", "칸": "Khanh", "캉": "Khang", "꾸옥": "Quoc", "띠엔": "Tien",
    "히엡": "Hiep", "롱": "Long", "남": "Nam", "박": "Bac", "동": "Dong", "썬": "Son", "선": "Son", "란": "Lan",
    "호아": "Hoa", "화": "Hoa", "미": "My", "다": "Da", "꼭": "Coc", "쑤언": "Xuan", "쑤안": "Xuan",
    "투이": "Thuy", "뚜이": "Thuy", "꾸옌": "Quyen", "쭉": "Truc", "찌에우": "Trieu", "비엣": "Viet",
    "브엉": "Vuong", "쯔엉딘": "Truong Dinh", "떤": "Tan", "떠이": "Tay", "까오": "Cao", "탕롱": "Thang Long",
    "람": "Lam", "럼": "Lam", "킴": "Kim", "낌": "Kim", "까인": "Canh", "깐": "Canh", "잡": "Giap",
    "프엉": "Phuong", "끄": "Cu", "뚜": "Tu", "쯔응": "Trung", "마": "Ma", "다이": "Dai", "로": "Lo",
    "항": "Hang", "응": "Ng",
}  # fmt: skip
"""How the syllables of streets are written, the commonest of those that sound alike."""
_LONGEST = max(map(len, _SYLLABLES))
_STREET = re.compile(r"[가-힣]{2,}")
_NUMBER = re.compile(r"[A-Za-z]?\d[\w/-]*")
_NOT_THE_STREET = re.compile(r"(번지|번|호|층|동|로|길)$")


def is_hangul(word: str) -> bool:
    return "가" <= word[:1] <= "힣"


def sound_of_hangul(text: str) -> str:
    sounds = []
    for syllable in text:
        if syllable == _MUTE or not _FIRST <= ord(syllable) <= _LAST:
            continue
        rest, final = divmod(ord(syllable) - _FIRST, _FINALS)
        sounds.append(_INITIAL[rest // _VOWELS] + _FINAL[final])
    return "".join(sounds).replace("-", "")


def sound_of_name(name: str) -> str:
    return "".join(_sound_of_syllable(word) for word in name.lower().split())


def _sound_of_syllable(word: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    start = next(((letters, sound) for letters, sound in _STARTS if plain.startswith(letters)), ("", ""))
    rest = plain[len(start[0]) :]
    end = next((sound for letters, sound in _ENDS if rest.endswith(letters)), "")
    return start[1] + end


def latin_street(text: str) -> str:
    """`응우옌반린 101번지` → `101 Nguyen Van Linh (응우옌반린)`: what a courier can read, and what was written."""
    names = [word for word in _STREET.findall(text) if not _NOT_THE_STREET.fullmatch(word)]
    read = [latin for name in names if (latin := _in_latin(_NOT_THE_STREET.sub("", name))) is not None]
    if not names or len(read) < len(names):
        return text
    first, *others = [number.strip() for number in _NUMBER.findall(text)] or [""]
    house = _NOT_THE_STREET.sub("", first)
    beside = "".join(f", {number}" for number in others)
    return f"{house} {' '.join(read)} ({' '.join(names)}){beside}".strip()


def _in_latin(name: str) -> str | None:
    read: list[str] = []
    at = 0
    while at < len(name):
        size = next(
            (n for n in range(min(_LONGEST, len(name) - at), 0, -1) if name[at : at + n] in _SYLLABLES), 0
        )
        if not size:
            return None
        read.append(_SYLLABLES[name[at : at + size]])
        at += size
    return " ".join(read)
