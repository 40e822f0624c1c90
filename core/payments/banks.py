"""Short names of banks → the BIN that NAPAS knows them by. A bank that is missing is set by its BIN."""

BINS = {
    "vietcombank": "970436",
    "vcb": "970436",
    "vietinbank": "970415",
    "bidv": "970418",
    "agribank": "970405",
    "techcombank": "970407",
    "tcb": "970407",
    "mbbank": "970422",
    "mb": "970422",
    "acb": "970416",
    "vpbank": "970432",
    "tpbank": "970423",
    "sacombank": "970403",
    "hdbank": "970437",
    "vib": "970441",
    "shb": "970443",
    "ocb": "970448",
    "msb": "970426",
    "eximbank": "970431",
    "seabank": "970440",
}
