"""What only a channel brings about: buttons, edits, commands of others."""

TEXTS = {
    "staff_only": "That command is for the shop's staff. If you'd like to look at something or place an order, just write to me.",
    "button_old": "That button belongs to an older message. Please have a look at the newest one.",
    "button_used": "I already have this choice of yours.",
    "button_gone": "That button no longer works. Please write to me instead.",
    "edited_late": "I see you edited a message that I have answered already. Please write what should be different.",
    "too_fast": "That was too many messages at once for me. Please wait a minute and write again.",
}
