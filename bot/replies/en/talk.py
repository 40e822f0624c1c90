"""How it greets, thanks, hands over and owns up."""

TEXTS = {
    "greeting": "Hello and welcome to {shop}! What can I help you find today?",
    "thanks": "You're very welcome! Just write if you need anything else.",
    "goodbye": "Goodbye, and have a lovely day!",
    "unsure": "Sorry, I didn't quite get that. Could you tell me the product you'd like, or what you'd like to know?",
    "not_known": "I don't have reliable information about that, so I'd rather not guess. Shall I pass you to one of our staff?",
    "handed_off": "I've passed this conversation to our staff. Someone will answer you here soon.",
    "source": "(Source: {source})",
    "problem": "Sorry, something went wrong on our side and your last request was not carried out. Please try again in a few minutes.",
    "refused": "Sorry, I couldn't do that: {reason}",
    "yes_button": "Confirm",
    "agree_button": "Yes",
    "no_button": "No",
    "staff_button": "Talk to staff",
}
