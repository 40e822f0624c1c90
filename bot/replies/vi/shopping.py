"""Showing products, prices and stock."""

TEXTS = {
    "found": "Dạ bên em có các mẫu này ạ:",
    "found_one": "Dạ mẫu này bên em có ạ:",
    "not_found": "Dạ em chưa tìm thấy sản phẩm đó ạ. Mình tả giúp em thêm một chút, hoặc xem các nhóm hàng bên em: {categories}.",
    "catalogue": "Dạ bên em có: {categories}. Mình muốn xem nhóm nào ạ?",
    "in_stock": "Dạ {name} còn hàng ạ, giá {price}.",
    "few_left": "Dạ {name} còn {available} cái ạ, giá {price}.",
    "out_of_stock": "Dạ {name} hiện hết hàng rồi ạ.",
    "others_in_stock": "Mẫu này còn: {values}.",
    "no_discount": "Dạ giá bên em là giá niêm yết nên em không tự giảm thêm được, mong mình thông cảm ạ.",
    "wholesale": "Dạ mua số lượng từ {quantity} trở lên bên em có nhân viên tư vấn giá sỉ, em chuyển bạn ấy hỗ trợ mình ngay ạ.",
}
