"""English."""

from bot.replies.en import channels, media, notices, ordering, orders, shopping, talk, turns

TEXTS: dict[str, str] = {
    **talk.TEXTS,
    **shopping.TEXTS,
    **ordering.TEXTS,
    **orders.TEXTS,
    **notices.TEXTS,
    **turns.TEXTS,
    **media.TEXTS,
    **channels.TEXTS,
}
