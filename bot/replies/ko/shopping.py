"""Showing products, prices and stock."""

TEXTS = {
    "found": "이런 상품이 있습니다:",
    "found_one": "네, 이 상품이 있습니다:",
    "not_found": "그 상품을 찾지 못했어요. 조금 더 설명해 주시거나 상품군을 봐 주세요: {categories}",
    "catalogue": "저희 상품군입니다: {categories}. 어떤 것을 보시겠어요?",
    "in_stock": "네, {name} 재고 있습니다. 가격은 {price}입니다.",
    "few_left": "{name} {available}개 남아 있고, 가격은 {price}입니다.",
    "out_of_stock": "죄송합니다, {name}은(는) 지금 품절입니다.",
    "others_in_stock": "구매 가능: {values}.",
    "no_discount": "정찰제라 제가 할인해 드릴 수 없어요. 양해 부탁드립니다.",
    "wholesale": "{quantity}개 이상은 직원이 도매가를 안내해 드립니다. 바로 전달했습니다.",
}
