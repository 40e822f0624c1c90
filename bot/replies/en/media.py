"""Pictures, voice, stickers, places; and the word about a cart left behind."""

TEXTS = {
    "media_image": "Thanks for the picture, though I can't see pictures. Could you tell me the product's name or code? Or one of our staff can have a look.",
    "media_video": "Thanks for the video, though I can't watch videos. Could you write what you need? Or one of our staff can have a look.",
    "media_voice": "I can't listen to voice messages. Could you type it, please? Or one of our staff can listen to it.",
    "media_file": "Thanks for the file, though I can't open files. Could you write what you need? Or one of our staff can have a look.",
    "media_link": "Thanks for the link, though I can't open that page. Could you tell me the product's name or code?",
    "media_location": "Thanks for the location. I need the address in words, though: number and street, ward, city or province.",
    "media_sticker": "I'm here 😊",
    "media_photo_kept": "Thanks for the picture. I'll keep it with your request for our staff to see.",
    "reminder": "Your cart still holds {items}. Would you like me to place the order?",
}
