// The demo shop's page: products from the server, each leading into the chat. Text from outside is only ever textContent.
"use strict";
const WORDS = {
  vi: {
    title: "Nhắn một câu, chốt một đơn.", all: "Tất cả", order: "Chat để đặt hàng", gone: "Hết hàng", skip: "Xem sản phẩm",
    text: "Chọn món bạn thích rồi nhắn cho shop như đang nói chuyện. Trợ lý ghi đơn, tính tiền và báo bạn từng bước đến khi nhận hàng.",
    hint: "Chẳng hạn, bạn nhắn:", go: "Thử câu này trong khung chat", categories: "Nhóm hàng",
    example: "cho mình 2 áo thun đen size L, ship về 12 Lê Lợi, phường Bến Nghé, Q1, HCM, sđt 0901234567, tên Lan",
    want: (name) => `cho mình 1 ${name}`, found: (n) => `${n} sản phẩm`, empty: "Cửa hàng chưa có sản phẩm.",
    failed: "Chưa tải được sản phẩm. Bạn thử tải lại trang nhé.", sandbox: "Dịch vụ giả lập", desk: "Dành cho nhân viên",
  },
  en: {
    title: "One message, one order.", all: "All", order: "Order by chat", gone: "Sold out", skip: "To the products",
    text: "Pick what you like and write to the shop as you would say it. The assistant takes the order and keeps you posted until it arrives.",
    hint: "For instance, you write:", go: "Try this in the chat", categories: "Categories",
    example: "I'd like 2 black T-shirts size L, ship to 12 Lê Lợi, Bến Nghé ward, District 1, HCMC, phone 0901234567, name Lan",
    want: (name) => `I'd like 1 ${name}`, found: (n) => (n === 1 ? "1 product" : `${n} products`), empty: "The shop has no products yet.",
    failed: "The products could not be loaded. Please reload the page.", sandbox: "Played services", desk: "For staff",
  },
  ko: {
    title: "메시지 한 통이면 주문 끝.", all: "전체", order: "채팅으로 주문", gone: "품절", skip: "상품 보기",
    text: "마음에 드는 상품을 고르고 대화하듯 편하게 메시지를 보내 주세요. 도우미가 주문을 받고 금액을 계산해 도착할 때까지 단계마다 알려 드려요.",
    hint: "예를 들면 이렇게 보내세요:", go: "채팅창에서 이 문장 보내 보기", categories: "상품 분류",
    example: "áo thun 검정 L 2개 주문할게요, 주소는 12 Lê Lợi, phường Bến Nghé, Q1, HCM, 전화 0901234567, 이름 Lan",
    want: (name) => `${name} 1개 주문할게요`, found: (n) => `상품 ${n}개`, empty: "아직 상품이 없어요.",
    failed: "상품을 불러오지 못했어요. 페이지를 새로고침해 주세요.", sandbox: "모의 서비스", desk: "직원용",
  },
};
const state = { language: "vi", category: "", shop: null, products: [], trouble: false };
const $ = (id) => document.getElementById(id);

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function picture(product, lazily) {
  const image = make("img");
  image.src = product.image;
  image.alt = "";
  if (lazily) image.loading = "lazy";
  image.addEventListener("error", () => image.remove());
  return image;
}

/** The widget may still be loading when somebody is quick. */
function chat(text) {
  if (window.Chotdon) window.Chotdon.open(text);
  else document.addEventListener("chotdon:ready", () => window.Chotdon.open(text), { once: true });
}

/** Goods have Vietnamese and English words; who reads neither is helped more by the English ones. */
const inLanguage = (product, field) => (state.language !== "vi" && product[`${field}_en`]) || product[field] || "";

function productView(product, words) {
  const name = inLanguage(product, "title");
  const article = make("article", "", product.in_stock ? "" : "soldout");
  const frame = make("div", "", "picture");
  if (product.image) frame.append(picture(product, true));
  if (!product.in_stock) frame.append(make("span", words.gone, "gone"));
  const buy = make("div", "", "buy");
  buy.append(make("span", product.price_text, "price"));
  if (product.in_stock) {
    const button = make("button", words.order);
    button.type = "button";
    button.setAttribute("aria-label", `${words.order}: ${name}`);
    button.addEventListener("click", () => chat(words.want(name)));
    buy.append(button);
  }
  article.append(frame, make("h2", name), make("p", inLanguage(product, "description"), "about"), buy);
  return article;
}

function drawWords(words) {
  document.documentElement.lang = state.language;
  for (const [id, text] of Object.entries({
    skip: words.skip, "hero-title": words.title, "hero-text": words.text, "example-hint": words.hint,
    "example-words": words.example, "example-go": words.go, "desk-link": words.desk,
  })) $(id).textContent = text;
  $("categories").setAttribute("aria-label", words.categories);
  for (const button of $("languages").children) button.setAttribute("aria-pressed", String(button.dataset.code === state.language));
  const link = $("sandbox").firstChild;
  if (link) link.textContent = words.sandbox;
}

function drawShop() {
  const { shop } = state;
  document.title = shop.name;
  $("shop-name").textContent = $("footer-name").textContent = shop.name;
  $("address").textContent = shop.address || "";
  $("contact").textContent = [shop.opening_hours, shop.hotline].filter(Boolean).join(" · ");
  const widget = document.querySelector("chotdon-chat");
  if (widget) Object.assign(widget.dataset, { title: shop.name, language: state.language });
}

function drawCategories(words) {
  const names = new Map(state.products.map((product) => [product.category, inLanguage(product, "category")]));
  $("categories").replaceChildren(...[["", words.all], ...names].map(([key, label]) => {
    const button = make("button", label);
    button.type = "button";
    button.setAttribute("aria-pressed", String(key === state.category));
    button.addEventListener("click", () => choose(key));
    return button;
  }));
}

function choose(category) {
  state.category = category;
  drawProducts(WORDS[state.language]);
  for (const [at, key] of ["", ...new Set(state.products.map((p) => p.category))].entries()) {
    $("categories").children[at].setAttribute("aria-pressed", String(key === category));
  }
  if ($("categories").getBoundingClientRect().top <= 0) $("found").scrollIntoView({ block: "start" });
}

function drawProducts(words) {
  const shown = state.products.filter((product) => !state.category || product.category === state.category);
  $("found").textContent = words.found(shown.length);
  const views = shown.map((product) => productView(product, words));
  $("products").replaceChildren(...(views.length ? views : [make("p", words.empty, "trouble")]));
}

/** Three of the shop's own things, from different categories. */
function drawWindow() {
  const firsts = [...new Map([...state.products].reverse().filter((p) => p.image && p.in_stock).map((p) => [p.category, p])).values()];
  $("window").replaceChildren(...firsts.reverse().filter((_, at) => at % 2 === 0).slice(0, 3).map((product) => picture(product, false)));
}

function draw() {
  const words = WORDS[state.language];
  drawWords(words);
  if (state.trouble) $("products").replaceChildren(make("p", words.failed, "trouble"));
  if (!state.shop) return;
  drawShop();
  drawCategories(words);
  drawProducts(words);
}

async function load() {
  try {
    const response = await fetch("/shop/products");
    if (!response.ok) throw new Error(String(response.status));
    const data = await response.json();
    Object.assign(state, { shop: data.shop, products: data.products });
    drawWindow();
  } catch {
    state.trouble = true;
  }
  draw();
}

for (const button of $("languages").children) {
  button.addEventListener("click", () => {
    state.language = button.dataset.code;
    draw();
  });
}
$("example").addEventListener("click", () => chat(WORDS[state.language].example));
document.addEventListener("chotdon:ready", () => state.shop && drawShop());

const sandbox = document.querySelector('meta[name="chotdon-sandbox"]').content;
if (/^https?:\/\//.test(sandbox)) {
  const link = make("a", WORDS.vi.sandbox);
  link.href = sandbox;
  $("sandbox").append(link);
}
draw();
load();
