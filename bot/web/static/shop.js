// The demo shop's page: products from the server, each leading into the chat. Text is only ever textContent.
"use strict";
const WORDS = {
  vi: {
    title: "Nhắn một câu, chốt một đơn.", all: "Tất cả", order: "Chat để đặt", gone: "Hết hàng", other: "EN",
    text: "Chọn món bạn thích rồi nhắn cho shop như đang nói chuyện. Trợ lý ghi đơn, tính tiền và báo bạn từng bước.",
    example: "cho mình 2 áo thun đen size L, ship về 12 Lê Lợi, phường Bến Nghé, Q1, HCM, sđt 0901234567, tên Lan",
    want: (t) => `cho mình 1 ${t}`, empty: "Cửa hàng chưa có sản phẩm.", failed: "Chưa tải được sản phẩm. Thử tải lại trang.",
    sandbox: "Dịch vụ giả lập",
  },
  en: {
    title: "One message, one order.", all: "All", order: "Order by chat", gone: "Sold out", other: "VI",
    text: "Pick what you like and write to the shop as you would speak. The assistant takes the order and keeps you posted.",
    example: "2 black T-shirts size L to 12 Le Loi, Ben Nghe ward, District 1, HCMC, phone 0901234567, my name is Lan",
    want: (t) => `I'd like 1 ${t}`, empty: "The shop has no products yet.", failed: "The products could not be loaded. Try again.",
    sandbox: "Played services",
  },
};
let language = "vi", category = "", shop = null, products = [];
const $ = (id) => document.getElementById(id);
const make = (tag, text, className) => {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (className) element.className = className;
  return element;
};
const chat = (text) => { if (window.Chotdon) window.Chotdon.open(text); };

function productCard(product, words) {
  const card = make("article");
  if (product.image) {
    const image = make("img");
    image.src = product.image; image.alt = ""; image.loading = "lazy"; image.width = image.height = 400;
    card.append(image);
  }
  const name = language === "en" ? product.title_en || product.title : product.title;
  const body = make("div");
  body.append(make("h2", name), make("p", product.price_text, "price"));
  const button = make("button", words.order);
  button.type = "button";
  button.setAttribute("aria-label", `${words.order}: ${name}`);
  button.addEventListener("click", () => chat(words.want(name)));
  body.append(product.in_stock ? button : make("p", words.gone, "gone"));
  card.append(body);
  return card;
}

function draw() {
  const words = WORDS[language];
  document.documentElement.lang = language;
  $("hero-title").textContent = words.title;
  $("hero-text").textContent = words.text;
  $("example").textContent = `“${words.example}”`;
  $("example").onclick = () => chat(words.example);
  $("language").textContent = words.other;
  if (!shop) return;
  document.title = shop.name;
  $("shop-name").textContent = shop.name;
  $("contact").textContent = [shop.address, shop.opening_hours, shop.hotline].filter(Boolean).join(" · ");
  const names = [...new Map(products.map((p) => [p.category, language === "en" ? p.category_en || p.category : p.category]))];
  $("categories").replaceChildren(...[["", words.all], ...names].map(([key, label]) => {
    const button = make("button", label);
    button.type = "button";
    button.setAttribute("aria-pressed", String(key === category));
    button.addEventListener("click", () => { category = key; draw(); });
    return button;
  }));
  const shown = products.filter((p) => !category || p.category === category);
  $("products").replaceChildren(...(shown.length ? shown.map((p) => productCard(p, words)) : [make("p", words.empty)]));
}

$("language").addEventListener("click", () => { language = language === "vi" ? "en" : "vi"; draw(); });
const sandbox = document.querySelector('meta[name="chotdon-sandbox"]').content;
if (sandbox.startsWith("http")) {
  const link = make("a", WORDS.vi.sandbox);
  link.href = sandbox;
  $("sandbox").append("· ", link);
}
draw();
fetch("/shop/products").then((r) => r.json()).then((data) => { ({ shop, products } = data); draw(); })
  .catch(() => $("products").replaceChildren(make("p", WORDS[language].failed)));
