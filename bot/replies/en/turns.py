"""When a turn is cut off or only drafted."""

TEXTS = {
    "unclear": "Something went wrong halfway on our side, so I can't tell yet whether your last request went through. Our staff will check and tell you.",
    "passed_to_staff": "Our staff need to confirm this. One moment, please.",
}
