"""Showing products, prices and stock."""

TEXTS = {
    "found": "Here is what we have:",
    "found_one": "Yes, we have this one:",
    "not_found": "I couldn't find that product. Could you describe it a little more, or look at what we sell: {categories}?",
    "catalogue": "We have: {categories}. Which would you like to see?",
    "in_stock": "Yes, {name} is in stock, at {price}.",
    "few_left": "{name}: {available} left, at {price}.",
    "out_of_stock": "Sorry, {name} is out of stock at the moment.",
    "others_in_stock": "Still available: {values}.",
    "no_discount": "Our prices are fixed, so I can't lower them myself. I hope you understand!",
    "wholesale": "From {quantity} pieces our staff will make you a wholesale offer. I've passed this to them.",
}
