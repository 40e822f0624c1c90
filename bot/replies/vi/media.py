"""Pictures, voice, stickers, places; and the word about a cart left behind."""

TEXTS = {
    "media_image": "Dạ em nhận được hình rồi ạ, nhưng em chưa xem được hình. Mình cho em xin tên hoặc mã sản phẩm, hoặc em mời nhân viên xem giúp mình nha.",
    "media_video": "Dạ em nhận được video rồi ạ, nhưng em chưa xem được video. Mình nhắn giúp em điều mình cần, hoặc em mời nhân viên xem giúp mình nha.",
    "media_voice": "Dạ em chưa nghe được tin nhắn thoại ạ. Mình nhắn chữ giúp em, hoặc em mời nhân viên nghe giúp mình nha.",
    "media_file": "Dạ em nhận được tệp rồi ạ, nhưng em chưa mở được tệp. Mình nhắn giúp em điều mình cần, hoặc em mời nhân viên xem giúp mình nha.",
    "media_link": "Dạ em nhận được đường dẫn rồi ạ, nhưng em chưa mở được trang đó. Mình cho em xin tên hoặc mã sản phẩm nha.",
    "media_location": "Dạ em nhận được vị trí rồi ạ, nhưng em cần địa chỉ bằng chữ: số nhà và đường, phường/xã, tỉnh/thành phố. Mình nhắn giúp em nha.",
    "media_sticker": "Dạ em đây ạ 😊",
    "media_photo_kept": "Dạ em nhận được hình rồi ạ, em lưu lại để nhân viên xem cùng yêu cầu của mình nha.",
    "reminder": "Dạ giỏ hàng của mình vẫn còn {items} ạ. Mình có muốn em lên đơn luôn không ạ?",
}
