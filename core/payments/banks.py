"""Names of banks → the BIN that NAPAS knows them by. A bank that is missing is set by its six-digit BIN."""

import re

from core.catalogue.folding import fold

BINS = {
    "970436": ("vietcombank", "vcb"),
    "970415": ("vietinbank", "ctg", "icb"),
    "970418": ("bidv",),
    "970405": ("agribank", "vba"),
    "970407": ("techcombank", "tcb"),
    "970422": ("mbbank", "mb"),
    "970416": ("acb",),
    "970432": ("vpbank", "vpb"),
    "970423": ("tpbank", "tpb"),
    "970403": ("sacombank", "stb"),
    "970437": ("hdbank", "hdb"),
    "970441": ("vib", "vibbank"),
    "970443": ("shb", "shbbank"),
    "970448": ("ocb", "ocbbank"),
    "970426": ("msb", "maritimebank"),
    "970431": ("eximbank", "eib"),
    "970440": ("seabank", "seab"),
    "970449": ("lpbank", "lienvietpostbank", "lpb"),
    "970429": ("scb", "scbbank"),
    "970425": ("abbank", "abb"),
    "970428": ("namabank", "nab"),
    "970427": ("vietabank", "vab"),
    "970433": ("vietbank",),
    "970438": ("baovietbank", "bvb"),
    "970409": ("bacabank", "bab"),
    "970412": ("pvcombank", "pvcb"),
    "970419": ("ncb", "ncbbank"),
    "970452": ("kienlongbank", "klb"),
    "970454": ("bvbank", "banviet", "vietcapitalbank"),
    "970430": ("pgbank", "pgb"),
    "970400": ("saigonbank", "sgicb"),
    "970424": ("shinhan", "shinhanbank"),
    "970457": ("woori", "wooribank"),
    "970458": ("uob",),
    "970410": ("standardchartered",),
    "458761": ("hsbc",),
    "546034": ("cake",),
    "963388": ("timo",),
}
_BIN_OF = {name: number for number, names in BINS.items() for name in names}


def find_bin(bank: str) -> str | None:
    """By BIN, name or short name, also inside a longer text; None when no bank or more than one is named."""
    words = re.findall(r"[a-z0-9]+", fold(bank))
    whole = "".join(words)
    if re.fullmatch(r"\d{6}", whole):
        return whole
    if whole in _BIN_OF:
        return _BIN_OF[whole]
    runs = ["".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)]
    found = {_BIN_OF[run] for run in runs if run in _BIN_OF}
    return found.pop() if len(found) == 1 else None
