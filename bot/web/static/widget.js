/* Chotdon chat widget. One script tag on any page:
 *   <script src="https://your-shop/widget.js" data-language="vi" data-title="Your shop" async></script>
 * It stays one file so that a page needs one tag; nothing is loaded but pictures and the chat itself.
 * Colours: set --chotdon-accent (and --chotdon-on-accent) on :root. Text from outside is only ever textContent.
 * From the page: Chotdon.open("text to start with"), Chotdon.close().
 */
(() => {
  "use strict";
  if (customElements.get("chotdon-chat")) return;

  const script = document.currentScript;
  const origin = script && script.src ? new URL(script.src).origin : location.origin;
  const settings = script ? { ...script.dataset } : {};

  const WORDS = {
    vi: {
      title: "Cửa hàng", launcher: "Chat đặt hàng", open: "Mở khung chat", close: "Đóng khung chat",
      bot: "Trợ lý tự động", person: "Nhân viên đang hỗ trợ bạn", log: "Tin nhắn",
      placeholder: "Nhắn cho shop…", send: "Gửi", typing: "Đang soạn tin…", language: "Ngôn ngữ",
      hello: "Chào bạn! Bạn cần tìm gì, cứ nhắn như nói chuyện: tên món, số lượng, địa chỉ… Mình ghi đơn giúp bạn.",
      starters: ["Shop có gì?", "Phí ship bao nhiêu?", "Đổi trả thế nào?"],
      take: "Lấy mẫu này", takeText: (t, o) => `Mình lấy ${t}${o.map((x) => ` ${x.name.toLowerCase()} ${x.value}`).join("")}`,
      soldOut: "Hết hàng", inStock: "Còn hàng", options: (n) => `Chọn ${n}`, products: "Sản phẩm, vuốt ngang để xem thêm",
      summary: "Tóm tắt đơn", subtotal: "Tạm tính", discount: "Giảm giá", shipping: "Phí giao hàng", free: "Miễn phí",
      total: "Tổng cộng", receiver: "Người nhận", address: "Giao đến", payment: "Thanh toán",
      cod: "Khi nhận hàng (COD)", bank_transfer: "Chuyển khoản", confirm: "Chốt đơn", confirmText: "Chốt đơn",
      until: (t) => `Giữ giá đến ${t}`, expired: "Đã quá giờ giữ giá, bấm để nhận bản mới", replaced: "Đã có bản mới hơn",
      confirmed: "Đã gửi xác nhận", order: "Đơn hàng", track: "Xem tình trạng", trackText: (c) => `Đơn ${c} tới đâu rồi?`,
      pay: "Quét để chuyển khoản", amount: "Số tiền", bank: "Ngân hàng", account: "Số tài khoản", holder: "Chủ tài khoản",
      memo: "Nội dung", copy: "Chép", copied: "Đã chép", qrAlt: (a, m) => `Mã VietQR, ${a}, nội dung ${m}`, source: "Theo",
      you: "Bạn", assistant: "Trợ lý", staff: "Nhân viên", system: "Shop", today: "Hôm nay", sending: "Đang gửi", sent: "Đã gửi",
      failed: "Chưa gửi được.", retry: "Gửi lại", slow: "Bạn nhắn hơi nhanh, chờ một phút rồi gửi lại nhé.",
      offline: "Mất mạng. Tin chưa gửi sẽ được gửi khi có mạng lại.", again: "Đang kết nối lại…", online: "Đã kết nối lại",
      waiting: "Shop đã nhận tin, nhân viên sẽ trả lời bạn.", fresh: "Trò chuyện mới",
      freshAsk: "Bắt đầu lại? Tin nhắn trên máy này sẽ được xoá.", freshYes: "Bắt đầu lại", no: "Thôi", below: "Tin mới",
      unread: (n) => `${n} tin chưa đọc`,
    },
    en: {
      title: "Shop", launcher: "Chat to order", open: "Open chat", close: "Close chat",
      bot: "Automatic assistant", person: "A member of staff is with you", log: "Messages",
      placeholder: "Write to the shop…", send: "Send", typing: "Writing…", language: "Language",
      hello: "Hello! Write as you would say it: what you want, how many, where to. I will take the order.",
      starters: ["What do you sell?", "How much is shipping?", "What is your return policy?"],
      take: "I'll take this", takeText: (t, o) => `I'll take ${t}${o.map((x) => `, ${x.value}`).join("")}`,
      soldOut: "Sold out", inStock: "In stock", options: (n) => `Choose ${n}`, products: "Products, swipe sideways for more",
      summary: "Your order", subtotal: "Subtotal", discount: "Discount", shipping: "Shipping", free: "Free",
      total: "Total", receiver: "For", address: "Deliver to", payment: "Payment",
      cod: "Cash on delivery", bank_transfer: "Bank transfer", confirm: "Confirm order", confirmText: "Confirm",
      until: (t) => `Price held until ${t}`, expired: "No longer held; press for a fresh one", replaced: "There is a newer one",
      confirmed: "Confirmation sent", order: "Order", track: "Where is it?", trackText: (c) => `Where is my order ${c}?`,
      pay: "Scan to pay", amount: "Amount", bank: "Bank", account: "Account", holder: "Account holder",
      memo: "Reference", copy: "Copy", copied: "Copied", qrAlt: (a, m) => `VietQR code, ${a}, reference ${m}`, source: "From",
      you: "You", assistant: "Assistant", staff: "Staff", system: "Shop", today: "Today", sending: "Sending", sent: "Sent",
      failed: "Not sent.", retry: "Try again", slow: "That was a little fast. Wait a minute and try again.",
      offline: "You are offline. What was not sent goes out when you are back.", again: "Connecting again…", online: "Connected again",
      waiting: "The shop has your message; a member of staff will answer.", fresh: "New conversation",
      freshAsk: "Start again? The messages on this device will be removed.", freshYes: "Start again", no: "Keep", below: "New message",
      unread: (n) => (n === 1 ? "1 unread message" : `${n} unread messages`),
    },
    ko: {
      title: "상점", launcher: "채팅으로 주문", open: "채팅 열기", close: "채팅 닫기",
      bot: "자동 상담", person: "직원이 상담 중입니다", log: "메시지",
      placeholder: "메시지를 입력하세요…", send: "보내기", typing: "입력 중…", language: "언어",
      hello: "안녕하세요! 원하는 상품, 수량, 배송지를 편하게 적어 주세요. 주문을 도와드릴게요.",
      starters: ["어떤 상품이 있나요?", "배송비는 얼마예요?", "교환·반품은 어떻게 하나요?"],
      take: "이걸로 할게요", takeText: (t, o) => `${[t, ...o.map((x) => x.value)].join(" ")} 주세요`,
      soldOut: "품절", inStock: "재고 있음", options: (n) => `${n} 선택`, products: "상품, 옆으로 넘겨 보세요",
      summary: "주문 요약", subtotal: "상품 금액", discount: "할인", shipping: "배송비", free: "무료",
      total: "합계", receiver: "받는 분", address: "배송지", payment: "결제",
      cod: "착불 (COD)", bank_transfer: "계좌이체", confirm: "주문 확정", confirmText: "확인",
      until: (t) => `${t}까지 가격을 유지합니다`, expired: "유지 시간이 지났습니다. 누르면 새로 보여 드려요", replaced: "새 요약이 있습니다",
      confirmed: "확정을 보냈습니다", order: "주문", track: "배송 조회", trackText: (c) => `주문 ${c} 어디까지 왔나요?`,
      pay: "QR로 이체하기", amount: "금액", bank: "은행", account: "계좌번호", holder: "예금주",
      memo: "메모", copy: "복사", copied: "복사됨", qrAlt: (a, m) => `VietQR 코드, ${a}, 메모 ${m}`, source: "출처",
      you: "나", assistant: "상담봇", staff: "직원", system: "상점", today: "오늘", sending: "보내는 중", sent: "보냄",
      failed: "보내지 못했습니다.", retry: "다시 보내기", slow: "잠시 후 다시 보내 주세요.",
      offline: "오프라인입니다. 연결되면 보내 드립니다.", again: "다시 연결하는 중…", online: "다시 연결됨",
      waiting: "메시지를 받았습니다. 직원이 답변드릴게요.", fresh: "새 대화",
      freshAsk: "다시 시작할까요? 이 기기의 메시지가 지워집니다.", freshYes: "다시 시작", no: "취소", below: "새 메시지",
      unread: (n) => `읽지 않은 메시지 ${n}개`,
    },
  };
  const LANGUAGES = { vi: "Tiếng Việt", en: "English", ko: "한국어" };
  const MAX_TEXT = 4000;
  const KEPT = 120;
  const GROUP_MS = 2 * 60_000;
  const RESEND_BY_ITSELF_MS = 10 * 60_000;
  const QUIET_CLOSE_MS = 60_000;
  const REQUEST_MS = 60_000;

  const languageOf = (text) => (Object.hasOwn(WORDS, String(text).slice(0, 2)) ? String(text).slice(0, 2) : "");
  const dong = (amount) => String(Math.round(Number(amount) || 0)).replace(/\B(?=(\d{3})+$)/g, ".") + "đ";
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const backOff = (attempt) => Math.min(30_000, 1000 * 2 ** attempt) * (0.6 + Math.random() * 0.4);
  const list = (value) => (Array.isArray(value) ? value : []);

  function newId() {
    if (crypto.randomUUID) return crypto.randomUUID();
    /* randomUUID is missing on pages without https */
    const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /* ---------- small DOM tools: attributes and text only, never markup from strings ---------- */

  function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  const ICONS = {
    chat: "M4 5.5h16v11H9.5L5 20v-3.5H4z M8 9.5h8 M8 12.5h5",
    close: "M6 6l12 12 M18 6L6 18",
    send: "M4 12l16-7-5 15-3.5-6z M11.5 14L20 5",
    fresh: "M19 12a7 7 0 1 1-2.2-5.1 M17.5 3v4.3h-4.3",
    down: "M12 5v13 M6.5 13l5.5 5.5 5.5-5.5",
    check: "M5 12.5l4.5 4.5L19 7.5",
    bag: "M5 8h14l-1 12H6z M9 8V6.5a3 3 0 0 1 6 0V8",
  };

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  }

  /** Text with its http(s) addresses as links. */
  function withLinks(text) {
    const parts = [];
    let from = 0;
    for (const found of text.matchAll(/https?:\/\/[^\s<>"“”]+/g)) {
      const address = found[0].replace(/[.,;:!?)\]]+$/, "");
      if (!safeUrl(address)) continue;
      parts.push(text.slice(from, found.index), h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address));
      from = found.index + address.length;
    }
    return [...parts, text.slice(from)];
  }

  function safeUrl(address) {
    try {
      const url = new URL(address, origin);
      return url.protocol === "https:" || url.protocol === "http:" ? url.href : "";
    } catch {
      return "";
    }
  }

  /** Pictures may also be data: pictures (the QR code is drawn by the server). */
  const pictureUrl = (address) =>
    /^data:image\/(svg\+xml|png|jpeg|webp)[;,]/.test(address || "") ? address : address ? safeUrl(address) : "";

  /* ---------- what is kept on the device ---------- */

  const STORE = `chotdon:${origin}`;

  function readKept() {
    try {
      const kept = JSON.parse(localStorage.getItem(STORE) || "null");
      return kept && kept.version === 1 && Array.isArray(kept.items) ? kept : null;
    } catch {
      return null; /* storage is blocked or was written by something else: the chat lives in memory */
    }
  }

  function keep(value) {
    for (const many of [KEPT, 20]) {
      try {
        localStorage.setItem(STORE, JSON.stringify({ ...value, version: 1, items: value.items.slice(-many) }));
        return;
      } catch {
        /* full: try again with fewer messages; blocked: memory only */
      }
    }
  }

  function forget() {
    try {
      localStorage.removeItem(STORE);
    } catch {
      /* nothing was kept */
    }
  }

  /* ---------- the conversation: sends, receives, resends; knows nothing of the page ---------- */

  class Conversation extends EventTarget {
    constructor() {
      super();
      this.clear();
      this.adopt(readKept());
      this.queue = [];
      this.busy = false;
      this.attempt = 0;
      this.link = "ok";
      addEventListener("storage", (event) => event.key === STORE && (event.newValue ? this.adopt(readKept()) : this.restart()));
      addEventListener("online", () => this.comeBack());
      addEventListener("offline", () => this.setLink("offline"));
      document.addEventListener("visibilitychange", () => this.watchVisibility());
    }

    clear() {
      this.epoch = (this.epoch || 0) + 1;
      this.items = [];
      this.conversationId = null;
      this.token = null;
      this.seq = 0;
      this.language = "";
      this.handedOff = false;
      this.choice = "";
    }

    /** Take over what is kept, from an earlier visit or from another tab of the same page. */
    adopt(kept) {
      if (!kept) return;
      if (!this.conversationId || this.conversationId === kept.conversationId) {
        this.conversationId = kept.conversationId || null;
        this.token = kept.token || null;
        this.seq = Math.max(this.seq, kept.seq || 0);
        this.handedOff = Boolean(kept.handedOff);
        this.language = languageOf(kept.language);
        this.choice = languageOf(kept.choice);
        for (const item of kept.items) this.adoptItem(item);
        this.emit("change");
        if (this.wanted) this.listen();
      }
    }

    adoptItem(item) {
      const known = this.items.find((other) => other.id === item.id);
      if (!known) this.items.push({ ...item, status: item.status === "sending" ? "failed" : item.status });
      else if (known.from === "me" && item.status === "sent") known.status = "sent";
    }

    save() {
      const { conversationId, token, seq, handedOff, language, choice, items } = this;
      keep({ conversationId, token, seq, handedOff, language, choice, items });
    }

    emit(type, detail) {
      this.dispatchEvent(new CustomEvent(type, { detail }));
    }

    say(text) {
      const item = { id: newId(), from: "me", text, cards: [], quick: [], at: Date.now(), status: "sending" };
      this.items.push(item);
      this.emit("add", item);
      this.enqueue(item);
    }

    resend(item) {
      if (item.status === "failed") this.enqueue(item);
    }

    enqueue(item) {
      item.status = "sending";
      item.problem = "";
      this.queue.push(item);
      this.save();
      this.emit("update", item);
      this.pump();
    }

    /** One message after the other, in the order in which they were written. */
    async pump() {
      if (this.busy) return;
      this.busy = true;
      while (this.queue.length) {
        this.emit("busy", true);
        const item = this.queue[0];
        await this.deliver(item);
        if (this.queue[0] === item) this.queue.shift();
        if (this.items.includes(item)) this.save();
        this.emit("update", item);
      }
      this.busy = false;
      this.emit("busy", false);
    }

    async deliver(item) {
      const { epoch } = this;
      for (let attempt = 0; ; attempt += 1) {
        const outcome = await this.post(item);
        if (epoch !== this.epoch) return undefined; /* the customer began anew meanwhile */
        if (outcome.answer) return this.accept(item, outcome.answer);
        if (outcome.forgotten) {
          this.conversationId = this.token = null;
          this.seq = 0;
          this.hush();
        } else if (!outcome.passing || attempt >= 2 || !navigator.onLine) {
          item.status = "failed";
          item.problem = outcome.problem;
          return undefined;
        } else {
          await pause(backOff(attempt));
        }
      }
    }

    async post(item) {
      const body = { message_id: item.id, text: item.text };
      if (this.conversationId) Object.assign(body, { conversation_id: this.conversationId, visitor_token: this.token });
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), REQUEST_MS);
      try {
        const response = await fetch(`${origin}/api/chat/messages`, {
          method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
          credentials: "omit", signal: stop.signal,
        });
        const data = await response.json().catch(() => null);
        if (response.ok && data) return { answer: data };
        if (response.status === 403 && this.conversationId) return { forgotten: true };
        const problem = response.status === 429 ? "slow" : "";
        return { passing: response.status >= 500 || response.status === 409, problem };
      } catch {
        return { passing: true, problem: "" };
      } finally {
        clearTimeout(timer);
      }
    }

    accept(item, answer) {
      item.status = "sent";
      this.conversationId = answer.conversation_id;
      this.token = answer.visitor_token || this.token;
      const state = answer.state || {};
      this.handedOff = Boolean(state.handed_off);
      this.language = languageOf(state.language) || this.language;
      for (const reply of list(answer.replies)) this.receive({ author: "assistant", ...reply });
      if (this.handedOff && !list(answer.replies).length) this.emit("waiting");
      this.emit("state");
      this.listen();
    }

    receive(message) {
      if (!message || !message.id) return;
      if (message.seq > this.seq) this.seq = message.seq;
      if (this.items.some((item) => item.id === message.id)) return;
      const item = {
        id: message.id, from: message.author || "assistant", name: message.author_name || "", text: message.text || "",
        cards: list(message.cards), quick: list(message.quick_replies), at: Date.parse(message.created_at) || Date.now(),
      };
      this.items.push(item);
      this.emit("add", item);
    }

    /** Keep the stream of later messages open; after a break go on where it stopped. */
    listen() {
      this.wanted = true;
      if (this.source || !this.conversationId || !navigator.onLine) return;
      const query = new URLSearchParams({ conversation_id: this.conversationId, visitor_token: this.token, after: this.seq });
      const source = new EventSource(`${origin}/api/chat/stream?${query}`);
      this.source = source;
      source.onopen = () => {
        this.attempt = 0;
        this.setLink("ok");
      };
      source.onmessage = (event) => {
        try {
          this.receive(JSON.parse(event.data));
        } catch {
          return; /* not for us */
        }
        this.save();
      };
      source.addEventListener("delta", (event) => {
        if (!this.busy) return; /* the answer itself is here already */
        const told = JSON.parse(event.data);
        if (told.kind === "text" && told.message_id === this.queue[0]?.id) this.emit("writing", told.text);
      });
      source.onerror = () => {
        this.hush();
        if (this.attempt >= 1) this.setLink("again");
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.listen(), backOff(this.attempt));
        this.attempt += 1;
      };
    }

    hush() {
      if (this.source) this.source.close();
      this.source = null;
    }

    setLink(link) {
      if (this.link === link) return;
      this.link = link;
      this.emit("link");
    }

    comeBack() {
      this.attempt = 0;
      this.setLink(this.conversationId ? "again" : "ok");
      this.hush();
      if (this.wanted) this.listen();
      for (const item of this.items) {
        if (item.status === "failed" && Date.now() - item.at < RESEND_BY_ITSELF_MS) this.resend(item);
      }
    }

    /** A page nobody looks at does not hold a connection; it catches up when it is looked at again. */
    watchVisibility() {
      clearTimeout(this.quiet);
      if (document.hidden) this.quiet = setTimeout(() => this.hush(), QUIET_CLOSE_MS);
      else if (this.wanted) this.listen();
    }

    restart() {
      this.hush();
      clearTimeout(this.timer);
      const choice = this.choice;
      this.clear();
      this.choice = choice;
      this.wanted = false;
      this.queue.length = 0;
      forget();
      this.emit("change");
    }
  }

  /* ---------- looks ---------- */

  const CSS_TEXT = `
    :host { all: initial; position: fixed; inset: auto; z-index: 2147483000;
      --accent: var(--chotdon-accent, #b4481e); --on-accent: var(--chotdon-on-accent, #fff);
      --ink: #2b221c; --soft: #6f6156; --paper: #fbf6ef; --card: #fff; --line: #eadfd1; --strong: var(--accent);
      --tint: #f6e9dd; --good: #2f6b45; --bad: #a1261b; --shade: 0 24px 60px -12px rgb(60 36 18 / .32), 0 4px 14px rgb(60 36 18 / .12);
      --tint: color-mix(in srgb, var(--accent) 11%, var(--card));
      color-scheme: light dark; font: 16px/1.5 var(--chotdon-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans KR", sans-serif); }
    @media (prefers-color-scheme: dark) {
      :host { --ink: #f4ebe2; --soft: #b9a99b; --paper: #1d1814; --card: #29221d; --line: #40352d; --good: #8fcfa5; --bad: #ff9d8f;
        --strong: #f0a078; --strong: color-mix(in srgb, var(--accent) 50%, #ffdfc9);
        --shade: 0 24px 60px -12px rgb(0 0 0 / .6), 0 2px 10px rgb(0 0 0 / .4); } }
    *, *::before, *::after { box-sizing: border-box; }
    [hidden] { display: none !important; }
    button, textarea, select { font: inherit; color: inherit; }
    button { cursor: pointer; border: 0; background: none; padding: 0; touch-action: manipulation; }
    button:disabled { cursor: default; }
    :focus-visible, .lang:has(:focus-visible) { outline: 2px solid var(--strong); outline-offset: 2px; }
    .field textarea:focus-visible, .lang select:focus-visible { outline: 0; }
    svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; flex: none; }
    h2, h3, p, dl, dd, dt, ul { margin: 0; padding: 0; }
    .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

    .launcher { position: fixed; right: calc(22px + env(safe-area-inset-right, 0px)); bottom: calc(22px + env(safe-area-inset-bottom, 0px));
      display: flex; align-items: center; gap: 10px; min-height: 56px; padding: 0 22px 0 18px; border-radius: 28px;
      background: var(--accent); color: var(--on-accent); font-weight: 600; letter-spacing: .005em;
      box-shadow: 0 10px 26px -6px color-mix(in srgb, var(--accent) 60%, transparent), 0 2px 6px rgb(0 0 0 / .18); transition: transform .16s ease, filter .16s ease; }
    .launcher:hover { transform: translateY(-2px); filter: brightness(1.06); }
    .launcher:focus-visible { outline: 3px solid var(--on-accent); outline-offset: -6px; }
    .badge { position: absolute; top: -5px; right: -3px; min-width: 24px; height: 24px; padding: 0 7px; border-radius: 12px; display: grid; place-items: center;
      background: var(--ink); color: var(--card); font-size: 13px; font-weight: 700; }

    .panel { position: fixed; right: calc(22px + env(safe-area-inset-right, 0px)); bottom: calc(22px + env(safe-area-inset-bottom, 0px));
      width: 404px; max-width: calc(100vw - 32px); height: min(720px, calc(100vh - 44px)); height: min(720px, calc(100dvh - 44px));
      display: flex; flex-direction: column; overflow: hidden; border-radius: 22px; background: var(--paper); color: var(--ink); box-shadow: var(--shade);
      transform-origin: 100% 100%; animation: rise .22s cubic-bezier(.2,.8,.3,1); }
    @keyframes rise { from { opacity: 0; transform: translateY(14px) scale(.97); } }

    header { flex: none; display: flex; align-items: center; gap: 11px; padding: 13px 10px 13px 16px; background: var(--card); border-bottom: 1px solid var(--line); }
    .mark { width: 40px; height: 40px; border-radius: 50%; display: grid; place-items: center; background: var(--accent); color: var(--on-accent); font-weight: 700; font-size: 17px; flex: none; }
    .who { flex: 1; min-width: 0; }
    h2 { font-size: 16.5px; line-height: 1.25; font-weight: 700; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .presence { font-size: 13px; line-height: 1.35; color: var(--soft); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .presence::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 6px; border-radius: 50%; background: var(--good); }
    .presence.person { color: var(--good); font-weight: 600; }
    .tool { width: 40px; height: 40px; border-radius: 12px; display: grid; place-items: center; color: var(--soft); flex: none; }
    .tool:hover, .lang:hover { background: var(--tint); color: var(--ink); }
    .lang { position: relative; width: 40px; height: 40px; border-radius: 12px; display: grid; place-items: center; color: var(--soft); font-size: 14.5px; font-weight: 650; letter-spacing: .03em; flex: none; }
    .lang select { position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0; cursor: pointer; font-size: 16px; }
    .lang option { color: var(--ink); background: var(--card); }
    .bar { flex: none; display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px; padding: 9px 16px; font-size: 14px; line-height: 1.4; background: var(--tint); border-bottom: 1px solid var(--line); }
    .bar span { flex: 1 1 200px; }
    .plain { font-weight: 600; color: var(--strong); min-height: 32px; text-decoration: underline; text-underline-offset: 3px; text-decoration-thickness: 1px; }

    .middle { position: relative; flex: 1; min-height: 0; display: flex; }
    .log { flex: 1; min-width: 0; overflow: hidden auto; overscroll-behavior: contain; padding: 16px 16px 8px; display: flex; flex-direction: column; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
    .log:focus-visible { outline-offset: -3px; }
    .day { align-self: center; font-size: 12.5px; color: var(--soft); padding: 2px 0 10px; }
    .item { display: flex; flex-direction: column; align-items: flex-start; max-width: 100%; margin-top: 14px; }
    .log > :first-child { margin-top: auto; }
    .day + .item { margin-top: 0; }
    .item.joined { margin-top: 4px; }
    .item.me { align-items: flex-end; }
    .by { font-size: 13px; font-weight: 600; color: var(--good); margin: 0 0 3px 4px; }
    .joined .by { display: none; }
    .bubble { max-width: 86%; padding: 10px 14px; border-radius: 18px; border-bottom-left-radius: 6px; background: var(--card); border: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; font-size: 15.5px; line-height: 1.48; }
    .me .bubble { background: var(--accent); color: var(--on-accent); border-color: transparent; border-radius: 18px; border-bottom-right-radius: 6px; }
    .staff .bubble { border-color: color-mix(in srgb, var(--good) 35%, var(--line)); }
    .bubble a { color: inherit; text-decoration-thickness: 1px; text-underline-offset: 2px; }
    .me.sending .bubble { opacity: .72; }
    .me.failed .bubble { background: var(--card); color: var(--ink); border: 1px dashed var(--bad); }
    .meta { font-size: 12.5px; color: var(--soft); margin: 3px 4px 0; }
    .meta.problem { color: var(--bad); display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: 0 10px; font-size: 14px; }
    .has-next .meta:not(.problem) { display: none; }
    .bubble + .cards, .cards + .bubble { margin-top: 8px; }
    .cards { width: 100%; display: flex; flex-direction: column; gap: 8px; }
    .fresh { animation: appear .24s ease-out; }
    @keyframes appear { from { opacity: 0; transform: translateY(6px); } }

    .shelf { width: calc(100% + 32px); margin: 0 -16px; padding: 2px 16px 8px; display: flex; gap: 10px; overflow-x: auto; scroll-snap-type: x proximity; scroll-padding: 0 16px; overscroll-behavior-x: contain; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
    .shelf:focus-visible { outline-offset: -2px; }
    .card { background: var(--card); border: 1px solid var(--line); border-radius: 16px; overflow: hidden; }
    .product { flex: none; width: 214px; scroll-snap-align: start; display: flex; flex-direction: column; }
    .product:only-child { width: 262px; }
    .picture { position: relative; aspect-ratio: 4 / 3; background: var(--tint); color: var(--soft); display: grid; place-items: center; overflow: hidden; }
    .picture img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: cover; }
    .picture > svg { width: 40px; height: 40px; stroke-width: 1.2; opacity: .6; }
    .soldout img { filter: grayscale(1) opacity(.55); }
    .gone { position: absolute; left: 10px; top: 10px; padding: 2px 10px; border-radius: 10px; background: var(--ink); color: var(--card); font-size: 13px; font-weight: 600; }
    .inside { padding: 11px 13px 13px; display: flex; flex-direction: column; gap: 7px; flex: 1; }
    h3 { font-size: 15px; line-height: 1.32; font-weight: 650; }
    .price { font-size: 15.5px; font-weight: 700; color: var(--strong); font-variant-numeric: tabular-nums; }
    .about { font-size: 13.5px; line-height: 1.42; color: var(--soft); display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; }
    .choices { display: flex; flex-wrap: wrap; gap: 5px; }
    .choice { min-height: 32px; padding: 2px 10px; border: 1px solid var(--line); border-radius: 10px; font-size: 13.5px; line-height: 1.3; }
    .choice:hover { border-color: var(--strong); }
    .choice[aria-checked="true"] { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
    .act { margin-top: auto; min-height: 44px; padding: 8px 16px; border-radius: 13px; font-weight: 650; font-size: 15px; line-height: 1.25; background: var(--accent); color: var(--on-accent); display: flex; align-items: center; justify-content: center; gap: 8px; width: 100%; }
    .act:hover:not(:disabled) { filter: brightness(1.07); }
    .act:disabled { background: var(--tint); color: var(--soft); }
    .act.second { background: none; border: 1px solid var(--line); color: var(--ink); }
    .act.second:hover { border-color: var(--strong); }
    .act svg { width: 18px; height: 18px; stroke-width: 2.2; }

    .paper { width: 100%; max-width: 340px; padding: 15px 16px 16px; }
    .paper h3 { font-size: 16px; margin-bottom: 9px; display: flex; justify-content: space-between; align-items: baseline; gap: 12px; }
    .rows { display: grid; grid-template-columns: 1fr auto; gap: 5px 14px; font-size: 14.5px; line-height: 1.42; }
    .rows dd { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .rows .each { font-size: 13px; color: var(--soft); }
    .rule { grid-column: 1 / -1; border-top: 1px dashed var(--line); margin: 5px 0; }
    .dim { color: var(--soft); }
    .rows .sum { font-weight: 700; font-size: 17px; padding-top: 2px; }
    .rows dd.sum { color: var(--strong); }
    .facts { display: grid; grid-template-columns: auto 1fr; align-items: baseline; gap: 5px 10px; font-size: 14.5px; line-height: 1.42; }
    .facts dt { color: var(--soft); } .facts dd { overflow-wrap: anywhere; }
    .paper .act { margin-top: 14px; }
    .fine { margin-top: 8px; font-size: 13px; color: var(--soft); text-align: center; }
    .state { font-size: 14px; padding: 7px 12px; border-radius: 11px; background: var(--tint); }
    .state::first-letter { text-transform: uppercase; }
    .money { font-size: 17px; color: var(--strong); font-variant-numeric: tabular-nums; white-space: nowrap; }
    .qr { display: block; width: 216px; max-width: 100%; aspect-ratio: 1; margin: 4px auto 14px; padding: 10px; background: #fff; border: 1px solid var(--line); border-radius: 14px; object-fit: contain; }
    .copyline { display: flex; align-items: baseline; justify-content: space-between; gap: 6px; }
    .copyline b { font-weight: 650; overflow-wrap: anywhere; }
    .copy { min-height: 32px; padding: 2px 11px; border-radius: 10px; border: 1px solid var(--line); font-size: 13.5px; font-weight: 600; color: var(--strong); flex: none; }
    .copy:hover { border-color: var(--strong); }
    .source { font-size: 13px; color: var(--soft); padding-left: 4px; }

    .typing { display: flex; gap: 5px; padding: 14px 16px; margin-top: 12px; width: max-content; border-radius: 18px; border-bottom-left-radius: 6px; background: var(--card); border: 1px solid var(--line); }
    .typing i { width: 7px; height: 7px; border-radius: 50%; background: var(--soft); animation: breathe 1.2s infinite ease-in-out; }
    .typing i:nth-child(2) { animation-delay: .18s; } .typing i:nth-child(3) { animation-delay: .36s; }
    @keyframes breathe { 0%, 70%, 100% { opacity: .3; transform: none; } 35% { opacity: 1; transform: translateY(-3px); } }
    .note { align-self: center; font-size: 13.5px; color: var(--soft); text-align: center; margin-top: 12px; }
    .below { position: absolute; left: 50%; bottom: 10px; transform: translateX(-50%); display: flex; align-items: center; gap: 6px; min-height: 38px; padding: 0 15px; border-radius: 19px; background: var(--ink); color: var(--card); font-size: 14px; font-weight: 600; box-shadow: 0 4px 14px rgb(0 0 0 / .25); }
    .below svg { width: 16px; height: 16px; stroke-width: 2.4; }

    .chips { flex: none; display: flex; flex-wrap: wrap; gap: 8px; padding: 8px 16px 4px; max-height: 148px; overflow-y: auto; }
    .chip { min-height: 40px; padding: 5px 15px; border-radius: 20px; border: 1.5px solid color-mix(in srgb, var(--strong) 55%, var(--line)); background: var(--card); color: var(--strong); font-size: 15px; font-weight: 600; line-height: 1.25; text-align: left; }
    .chip:hover { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
    form { flex: none; display: flex; align-items: flex-end; gap: 8px; padding: 10px 12px calc(12px + env(safe-area-inset-bottom, 0px)) 16px; }
    .field { flex: 1; display: flex; border: 1.5px solid var(--line); border-radius: 24px; background: var(--card); }
    .field:focus-within { border-color: var(--strong); }
    textarea { flex: 1; min-width: 0; resize: none; border: 0; outline: 0; background: none; padding: 10px 17px; font-size: 16px; line-height: 1.5; max-height: 144px; height: 44px; scrollbar-width: thin; }
    textarea::placeholder { color: var(--soft); opacity: 1; }
    .send { width: 47px; height: 47px; border-radius: 50%; display: grid; place-items: center; background: var(--accent); color: var(--on-accent); flex: none; transition: opacity .15s; }
    .send:disabled { background: var(--tint); color: var(--soft); }

    @media (max-width: 480px) {
      .launcher { right: calc(16px + env(safe-area-inset-right, 0px)); bottom: calc(16px + env(safe-area-inset-bottom, 0px)); }
      .panel { inset: 0; width: auto; max-width: none; height: var(--seen-height, 100dvh); bottom: auto; top: var(--seen-top, 0); border-radius: 0; }
      header { padding-top: calc(10px + env(safe-area-inset-top, 0px)); }
      .tool, .lang { width: 44px; height: 44px; }
      .choice { min-height: 38px; padding: 4px 12px; } .copy { min-height: 38px; }
      .paper { max-width: none; }
    }
    @media (prefers-reduced-motion: reduce) { *, *::before, *::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; } }
    @media (forced-colors: active) { .bubble, .card, .launcher, .act, .send, .chip { border: 1px solid; } }
  `;

  /* ---------- cards: one function a type; `chat` gives words, sending and what is newest ---------- */

  const CARDS = {
    product(card, chat) {
      const { words } = chat;
      const chosen = new Map();
      const address = pictureUrl(card.image);
      const picture = h("div", { class: "picture" }, icon("bag"));
      if (address) {
        picture.append(h("img", { src: address, alt: card.title || "", loading: "lazy", onerror: (e) => e.target.remove() }));
      }
      if (!card.in_stock) picture.append(h("span", { class: "gone" }, words.soldOut));
      const take = () =>
        chat.send(chat.spoken.takeText(card.title || card.sku, [...chosen].map(([name, value]) => ({ name, value }))));
      return h(
        "article", { class: `card product${card.in_stock ? "" : " soldout"}` },
        picture,
        h(
          "div", { class: "inside" },
          h("h3", {}, card.title || card.sku),
          h("div", { class: "price" }, card.price_text || dong(card.price)),
          card.description ? h("p", { class: "about" }, card.description) : null,
          card.in_stock ? list(card.options).map((option) => choices(option, chosen, words)) : null,
          h("button", { class: "act", type: "button", disabled: !card.in_stock, onclick: take }, card.in_stock ? words.take : words.soldOut),
        ),
      );
    },

    summary(card, chat, item) {
      const { words } = chat;
      const rows = h("dl", { class: "rows" });
      const row = (label, amount, kind) => rows.append(h("dt", { class: kind }, label), h("dd", { class: kind }, amount));
      for (const line of list(card.lines)) {
        const each = h("div", { class: "each" }, `${line.quantity} × ${dong(line.unit_price)}`);
        const name = String(line.text || line.sku).replace(`${line.quantity} × `, "");
        rows.append(h("dt", {}, name, each), h("dd", {}, dong(line.amount)));
      }
      rows.append(h("div", { class: "rule" }));
      row(words.subtotal, dong(card.subtotal), "dim");
      if (card.discount) row(words.discount, `−${dong(card.discount)}`, "dim");
      row(words.shipping, card.shipping_fee ? dong(card.shipping_fee) : words.free, "dim");
      row(words.total, card.total_text || dong(card.total), "sum");
      rows.append(h("div", { class: "rule" }));
      const facts = factList([
        [words.receiver, [card.buyer_name, card.phone].filter(Boolean).join(" · ")],
        [words.address, card.address],
        [words.payment, Object.hasOwn(words, card.payment_method) ? words[card.payment_method] : card.payment_method],
      ]);
      return h("section", { class: "card paper", "aria-label": words.summary }, h("h3", {}, words.summary), rows, facts, confirmation(card, chat, item));
    },

    order(card, chat) {
      const { words } = chat;
      return h(
        "section", { class: "card paper", "aria-label": `${words.order} ${card.code}` },
        h("h3", {}, h("span", {}, `${words.order} ${card.code}`), h("span", { class: "money" }, card.total_text || dong(card.total))),
        h("p", { class: "state" }, card.status_text || card.status),
        h("button", { class: "act second", type: "button", onclick: () => chat.send(chat.spoken.trackText(card.code)) }, words.track),
      );
    },

    qr(card, chat) {
      const { words } = chat;
      const amount = card.amount_text || dong(card.amount);
      return h(
        "section", { class: "card paper", "aria-label": words.pay },
        h("h3", {}, words.pay),
        h("img", { class: "qr", src: pictureUrl(card.image), alt: words.qrAlt(amount, card.memo), width: 216, height: 216 }),
        factList([
          [words.amount, copyLine(amount, String(card.amount), words.amount, chat)],
          [words.memo, copyLine(card.memo, card.memo, words.memo, chat)],
          [words.account, copyLine(card.account, card.account, words.account, chat)],
          [words.bank, card.bank],
          [words.holder, card.holder],
        ]),
      );
    },

    source(card, chat) {
      return card.title ? h("p", { class: "source" }, `${chat.words.source}: ${card.title}`) : null;
    },
  };

  function choices(option, chosen, words) {
    const values = list(option.values);
    const group = h("div", { class: "choices", role: "radiogroup", "aria-label": words.options(option.name) });
    const choose = (value) => {
      if (chosen.get(option.name) === value) chosen.delete(option.name);
      else chosen.set(option.name, value);
      [...group.children].forEach((button, at) => {
        button.setAttribute("aria-checked", String(values[at] === chosen.get(option.name)));
        button.tabIndex = values[at] === chosen.get(option.name) || (!chosen.has(option.name) && at === 0) ? 0 : -1;
      });
    };
    const move = (event, at) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const to = (at + step + values.length) % values.length;
      if (chosen.get(option.name) !== values[to]) choose(values[to]);
      group.children[to].focus();
    };
    values.forEach((value, at) =>
      group.append(h("button", {
        class: "choice", type: "button", role: "radio", "aria-checked": "false", tabindex: at ? -1 : 0,
        onclick: () => choose(value), onkeydown: (event) => move(event, at),
      }, value)));
    return group;
  }

  function factList(pairs) {
    return h("dl", { class: "facts" }, pairs.filter(([, fact]) => fact).map(([name, fact]) => [h("dt", {}, name), h("dd", {}, fact)]).flat());
  }

  /** The yes to a summary: only the newest one can still be confirmed, and only once. */
  function confirmation(card, chat, item) {
    const { words } = chat;
    const standing = chat.standing(item);
    if (standing !== "open") return h("p", { class: "fine" }, standing === "confirmed" ? words.confirmed : words.replaced);
    const until = new Date(card.expires_at);
    const known = !Number.isNaN(until.getTime());
    const hint = known ? (until > new Date() ? words.until(chat.clock(until)) : words.expired) : "";
    const yes = item.quick[0] || chat.spoken.confirmText;
    return [
      h("button", { class: "act confirm", type: "button", onclick: () => chat.send(yes) }, icon("check"), words.confirm),
      hint ? h("p", { class: "fine" }, hint) : null,
    ];
  }

  function copyLine(shown, value, name, chat) {
    if (!value) return "";
    const button = h("button", { class: "copy", type: "button", "aria-label": `${chat.words.copy}: ${name}` }, chat.words.copy);
    button.addEventListener("click", async () => {
      const done = await copyText(String(value), button);
      if (!done) return;
      button.textContent = chat.words.copied;
      chat.announce(chat.words.copied);
      setTimeout(() => (button.textContent = chat.words.copy), 2000);
    });
    return h("span", { class: "copyline" }, h("b", {}, shown), button);
  }

  async function copyText(text, beside) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      /* no permission, or no https: the old way */
      const field = h("textarea", { class: "sr", readonly: true, "aria-hidden": "true" });
      field.value = text;
      beside.after(field);
      field.select();
      const done = document.execCommand("copy");
      field.remove();
      beside.focus();
      return done;
    }
  }

  /** What a summary's text says around the amounts: the amounts themselves stand in the card. */
  function besideSummary(text, card) {
    const lines = text.split("\n");
    const facts = [card.phone, card.address, ...[card.subtotal, card.total, ...list(card.lines).map((l) => l.amount)].map(dong)];
    const hits = lines.map((line, at) => (facts.some((fact) => fact && line.includes(fact)) ? at : -1)).filter((at) => at >= 0);
    if (hits.length < 3) return [text, ""];
    const last = /^[^:]{2,30}: /.test(lines[hits.at(-1) + 1] || "") ? hits.at(-1) + 1 : hits.at(-1);
    return [lines.slice(0, hits[0]).join("\n"), lines.slice(last + 1).join("\n")].map((part) => part.trim());
  }

  /* ---------- the element ---------- */

  class ChotdonChat extends HTMLElement {
    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS_TEXT);
      root.adoptedStyleSheets = [sheet];
      this.nodes = new Map();
      this.unread = 0;
      this.movingUntil = 0;
      this.conversation = new Conversation();
    }

    static get observedAttributes() {
      return ["data-title", "data-language"];
    }

    attributeChangedCallback() {
      if (this.panel) this.translate();
    }

    connectedCallback() {
      if (this.panel) return;
      const talk = this.conversation;
      this.build();
      this.translate();
      talk.addEventListener("add", (event) => this.added(event.detail));
      talk.addEventListener("update", (event) => this.redraw(event.detail));
      talk.addEventListener("change", () => this.drawAll());
      talk.addEventListener("state", () => this.stateChanged());
      talk.addEventListener("link", () => this.drawLink());
      talk.addEventListener("busy", (event) => this.drawTyping(event.detail));
      talk.addEventListener("writing", (event) => this.drawWriting(event.detail));
      talk.addEventListener("waiting", () => this.noteWaiting());
      if (talk.conversationId) talk.listen();
      const seen = window.visualViewport;
      if (seen) for (const type of ["resize", "scroll"]) seen.addEventListener(type, () => this.fitKeyboard());
    }

    /** The language of the labels: chosen, else as the customer writes, else as the page says. */
    get language() {
      return this.conversation.choice || this.conversation.language || languageOf(this.dataset.language || settings.language || document.documentElement.lang) || "vi";
    }

    get words() {
      return WORDS[this.language];
    }

    /** Words that are sent in the customer's name. */
    get spoken() {
      return WORDS[this.conversation.language || this.language];
    }

    build() {
      const languages = Object.entries(LANGUAGES).map(([code, name]) => h("option", { value: code }, name));
      this.badge = h("span", { class: "badge", hidden: true, "aria-hidden": "true" });
      this.launcherText = h("span", {});
      this.launcher = h("button", { class: "launcher", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-controls": "panel", onclick: () => this.open() }, icon("chat"), this.launcherText, this.badge);
      this.mark = h("span", { class: "mark", "aria-hidden": "true" });
      this.heading = h("h2", { id: "heading" });
      this.presence = h("p", { class: "presence", id: "presence" });
      this.select = h("select", { onchange: () => this.choose(this.select.value) }, languages);
      this.languageCode = h("span", { "aria-hidden": "true" });
      this.freshButton = h("button", { class: "tool", type: "button", onclick: () => this.askFresh() }, icon("fresh"));
      this.closeButton = h("button", { class: "tool", type: "button", onclick: () => this.close() }, icon("close"));
      this.linkBar = h("div", { class: "bar", role: "status", hidden: true });
      this.freshBar = h("div", { class: "bar", hidden: true });
      this.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", tabindex: 0, onscroll: () => this.atEnd() && (this.below.hidden = true) });
      this.below = h("button", { class: "below", type: "button", hidden: true, onclick: () => this.toEnd(true) });
      this.chips = h("div", { class: "chips", role: "group", hidden: true });
      this.field = h("textarea", { rows: 1, maxlength: MAX_TEXT, enterkeyhint: "send", autocomplete: "off", oninput: () => this.typed(), onkeydown: (event) => this.fieldKey(event) });
      this.sendButton = h("button", { class: "send", type: "submit", disabled: true }, icon("send"));
      this.status = h("div", { class: "sr", role: "status" });
      this.typing = h("div", { class: "typing", "aria-hidden": "true", hidden: true }, h("i"), h("i"), h("i"));
      const form = h("form", { onsubmit: (event) => this.submit(event) }, h("div", { class: "field" }, this.field), this.sendButton);
      this.panel = h(
        "section", { class: "panel", id: "panel", role: "dialog", "aria-labelledby": "heading", "aria-describedby": "presence", hidden: true, onkeydown: (event) => this.panelKey(event) },
        h("header", {}, this.mark, h("div", { class: "who" }, this.heading, this.presence), h("div", { class: "lang" }, this.languageCode, this.select), this.freshButton, this.closeButton),
        this.linkBar, this.freshBar,
        h("div", { class: "middle" }, this.log, this.below),
        this.chips, form, this.status,
      );
      this.shadowRoot.append(this.launcher, this.panel);
    }

    translate() {
      const { words } = this;
      this.drawnLanguage = this.language;
      const title = this.dataset.title || settings.title || words.title;
      this.setAttribute("lang", this.language);
      this.launcherText.textContent = words.launcher;
      this.heading.textContent = title;
      this.mark.textContent = [...title.trim()][0].toUpperCase();
      this.select.value = this.language;
      this.languageCode.textContent = this.language.toUpperCase();
      label(this.select, words.language);
      label(this.freshButton, words.fresh);
      label(this.closeButton, words.close);
      label(this.log, words.log);
      label(this.field, words.placeholder);
      label(this.sendButton, words.send);
      this.field.placeholder = words.placeholder;
      this.below.replaceChildren(icon("down"), words.below);
      this.drawPresence();
      this.drawLink();
      this.drawAll();
      this.drawUnread();
    }

    clock(time) {
      return new Intl.DateTimeFormat(this.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(time);
    }

    announce(text) {
      this.status.textContent = text;
    }

    /* opening and closing */

    open(text) {
      this.panel.hidden = false;
      this.launcher.hidden = true;
      this.launcher.setAttribute("aria-expanded", "true");
      this.panel.setAttribute("aria-modal", String(this.fillsScreen()));
      this.unread = 0;
      this.drawUnread();
      this.fitKeyboard();
      this.toEnd();
      if (typeof text === "string" && text) {
        this.field.value = text.slice(0, MAX_TEXT);
        this.typed();
      }
      if (text || matchMedia("(pointer: fine)").matches) this.field.focus();
      else this.closeButton.focus();
    }

    close() {
      this.panel.hidden = true;
      this.launcher.hidden = false;
      this.launcher.setAttribute("aria-expanded", "false");
      this.launcher.focus();
    }

    fillsScreen() {
      return matchMedia("(max-width: 480px)").matches;
    }

    /** On phones the keyboard covers the page: the panel takes what can still be seen. */
    fitKeyboard() {
      const seen = window.visualViewport;
      if (!seen || this.panel.hidden) return;
      const stay = this.atEnd();
      this.panel.style.setProperty("--seen-height", `${Math.round(seen.height)}px`);
      this.panel.style.setProperty("--seen-top", `${Math.round(seen.offsetTop)}px`);
      if (stay) this.toEnd();
    }

    panelKey(event) {
      if (event.key === "Escape" && !event.isComposing) {
        event.stopPropagation();
        this.close();
      }
      if (event.key === "Tab" && this.fillsScreen()) this.holdFocus(event);
    }

    holdFocus(event) {
      const stops = [...this.panel.querySelectorAll("button, select, textarea, a[href], [tabindex='0']")].filter((e) => !e.disabled && e.tabIndex >= 0 && e.getClientRects().length);
      const [first, last] = [stops[0], stops.at(-1)];
      const here = this.shadowRoot.activeElement;
      if (here !== (event.shiftKey ? first : last)) return;
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }

    choose(language) {
      this.conversation.choice = languageOf(language);
      this.conversation.save();
      this.translate();
    }

    askFresh() {
      const { words } = this;
      const stay = () => {
        this.freshBar.hidden = true;
        this.freshButton.focus();
      };
      const restart = () => {
        this.freshBar.hidden = true;
        this.conversation.restart();
        this.translate();
        this.field.focus();
      };
      const yes = h("button", { class: "plain", type: "button", onclick: restart }, words.freshYes);
      this.freshBar.replaceChildren(h("span", {}, words.freshAsk), yes, h("button", { class: "plain", type: "button", onclick: stay }, words.no));
      this.freshBar.hidden = false;
      yes.focus();
    }

    /* writing */

    typed() {
      this.sendButton.disabled = !this.field.value.trim();
      this.field.style.height = "auto";
      this.field.style.height = `${Math.min(144, Math.max(44, this.field.scrollHeight))}px`;
    }

    fieldKey(event) {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit(event);
    }

    submit(event) {
      event.preventDefault();
      const text = this.field.value.trim();
      if (!text) return;
      this.field.value = "";
      this.typed();
      this.conversation.say(text);
    }

    /** A button speaks for the customer; then the focus goes where the next thing is said. */
    send(text) {
      this.conversation.say(text.slice(0, MAX_TEXT));
      (matchMedia("(pointer: fine)").matches ? this.field : this.log).focus({ preventScroll: true });
    }

    /* drawing */

    drawAll() {
      if (!this.log) return;
      this.nodes.clear();
      this.writing = null;
      this.log.replaceChildren();
      if (!this.conversation.items.length) this.log.append(h("div", { class: "item" }, h("div", { class: "bubble" }, this.words.hello)));
      let before = null;
      for (const item of this.conversation.items) {
        this.place(item, before);
        before = item;
      }
      this.log.append(this.typing);
      this.drawChips();
      this.drawPresence();
      this.toEnd();
    }

    place(item, before) {
      const day = new Date(item.at).toDateString();
      if (!before || new Date(before.at).toDateString() !== day) this.log.append(h("div", { class: "day" }, this.dayName(item.at)));
      const node = this.draw(item, before);
      const joined = before && before.from === item.from && before.name === item.name && item.at - before.at < GROUP_MS;
      if (joined) {
        node.classList.add("joined");
        this.nodes.get(before.id)?.classList.add("has-next");
      }
      this.nodes.set(item.id, node);
      this.log.append(node);
      return node;
    }

    dayName(time) {
      const same = new Date(time).toDateString() === new Date().toDateString();
      return same ? this.words.today : new Intl.DateTimeFormat(this.language, { day: "numeric", month: "long" }).format(time);
    }

    draw(item) {
      const { words } = this;
      const summary = item.cards.find((card) => card && card.type === "summary");
      const [before, after] = summary ? besideSummary(item.text, summary) : [item.text, ""];
      const bubble = (text) => (text ? h("div", { class: "bubble" }, withLinks(text)) : null);
      const person = item.from === "me" ? words.you : words[item.from] || words.assistant;
      const by = item.from === "staff" ? h("div", { class: "by" }, item.name || words.staff) : h("span", { class: "sr" }, `${person}: `);
      return h("div", { class: `item ${item.from} ${item.status || ""}` }, by, bubble(before), this.drawCards(item), bubble(after), this.drawMeta(item));
    }

    drawCards(item) {
      const drawn = item.cards.map((card) => [card, card && Object.hasOwn(CARDS, card.type) ? CARDS[card.type](card, this, item) : null]).filter(([, node]) => node);
      if (!drawn.length) return null;
      const products = drawn.filter(([card]) => card.type === "product").map(([, node]) => node);
      const others = drawn.filter(([card]) => card.type !== "product").map(([, node]) => node);
      const shelf = products.length ? h("div", { class: "shelf", role: "group", "aria-label": this.words.products, tabindex: products.length > 1 ? 0 : null }, products) : null;
      return h("div", { class: "cards" }, shelf, others);
    }

    drawMeta(item) {
      const { words } = this;
      if (item.status === "failed") {
        const why = item.problem === "slow" ? words.slow : words.failed;
        return h("div", { class: "meta problem" }, why, h("button", { class: "plain", type: "button", onclick: () => this.conversation.resend(item) }, words.retry));
      }
      const time = h("time", { datetime: new Date(item.at).toISOString() }, this.clock(item.at));
      return h("div", { class: "meta" }, time, item.from === "me" ? ` · ${item.status === "sending" ? words.sending : words.sent}` : "");
    }

    /** Whether a summary may still be said yes to: `open`, `confirmed` or `replaced`. */
    standing(item) {
      const later = this.conversation.items.slice(this.conversation.items.indexOf(item) + 1);
      const type = (other, name) => other.cards.some((card) => card && card.type === name);
      const next = later.find((other) => type(other, "order") || type(other, "summary"));
      if (next) return type(next, "order") ? "confirmed" : "replaced";
      return "open";
    }

    added(item) {
      if (item.from !== "me") this.endWriting();
      if (this.conversation.items.length === 1) this.log.replaceChildren();
      const stay = this.atEnd() || item.from === "me";
      const node = this.place(item, this.conversation.items.at(-2));
      node.classList.add("fresh");
      this.log.append(this.typing);
      if (item.from !== "me") this.redrawSummaries(item);
      this.drawChips();
      if (this.panel.hidden && item.from !== "me") {
        this.unread += 1;
        this.drawUnread();
      }
      if (stay) this.toEnd(true, item.from === "me" ? null : node);
      else this.below.hidden = false;
    }

    /** An earlier summary cannot be confirmed any more once a newer one or the order is there. */
    redrawSummaries(item) {
      if (!item.cards.some((card) => card && (card.type === "summary" || card.type === "order"))) return;
      for (const other of this.conversation.items) {
        if (other !== item && other.cards.some((card) => card && card.type === "summary")) this.redraw(other);
      }
    }

    redraw(item) {
      const old = this.nodes.get(item.id);
      if (!old) return;
      const node = this.draw(item);
      for (const name of ["joined", "has-next"]) node.classList.toggle(name, old.classList.contains(name));
      const focused = old.contains(this.shadowRoot.activeElement);
      old.replaceWith(node);
      this.nodes.set(item.id, node);
      if (focused) this.field.focus({ preventScroll: true });
      if (item.status === "failed") this.announce(`${this.words.failed} ${item.text.slice(0, 80)}`);
    }

    /** Answers to the newest question only; a summary's yes is its own button. */
    drawChips() {
      const last = this.conversation.items.at(-1);
      let answers = last ? (last.from === "me" ? [] : last.quick) : this.words.starters;
      if (last && last.cards.some((card) => card && card.type === "summary")) answers = answers.slice(1);
      this.chips.replaceChildren(...answers.map((text) => h("button", { class: "chip", type: "button", onclick: () => this.send(text) }, text)));
      this.chips.hidden = !answers.length;
    }

    /** What may be shown of an answer that is still being written; the stored message takes its place. */
    drawWriting(text) {
      const stay = this.atEnd();
      if (!this.writing) {
        this.writing = h("div", { class: "item assistant", "aria-hidden": "true" }, h("div", { class: "bubble" }));
        this.log.insertBefore(this.writing, this.typing);
      }
      this.writing.firstChild.textContent = text;
      if (stay) this.toEnd();
    }

    endWriting() {
      if (this.writing) this.writing.remove();
      this.writing = null;
    }

    drawTyping(busy) {
      if (!busy) this.endWriting();
      const shown = busy && !this.conversation.handedOff;
      const stay = this.atEnd();
      this.typing.hidden = !shown;
      this.announce(shown ? this.words.typing : "");
      if (shown && stay) this.toEnd(true);
    }

    drawPresence() {
      const person = this.conversation.handedOff;
      this.presence.textContent = person ? this.words.person : this.words.bot;
      this.presence.classList.toggle("person", person);
    }

    stateChanged() {
      if (this.drawnLanguage !== this.language) this.translate();
      this.drawPresence();
    }

    drawLink() {
      const { link } = this.conversation;
      const text = { offline: this.words.offline, again: this.words.again }[link] || "";
      this.linkBar.hidden = !text;
      this.linkBar.textContent = text;
    }

    noteWaiting() {
      if (this.waitNote) this.waitNote.remove();
      this.waitNote = h("div", { class: "note" }, this.words.waiting);
      this.log.insertBefore(this.waitNote, this.typing);
      this.toEnd(true);
    }

    drawUnread() {
      this.badge.hidden = !this.unread;
      this.badge.textContent = this.unread > 9 ? "9+" : String(this.unread);
      label(this.launcher, this.unread ? `${this.words.open}, ${this.words.unread(this.unread)}` : `${this.words.launcher}. ${this.words.open}`);
    }

    atEnd() {
      if (Date.now() < this.movingUntil) return true; /* still on its way there: a quick answer is followed */
      return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
    }

    /** To the end, but a long answer is shown from its beginning. */
    toEnd(smooth, node) {
      this.movingUntil = Date.now() + 700;
      requestAnimationFrame(() => {
        const end = this.log.scrollHeight - this.log.clientHeight;
        const top = node ? Math.min(end, node.offsetTop - this.log.offsetTop - 16) : end;
        const calm = !smooth || matchMedia("(prefers-reduced-motion: reduce)").matches;
        this.log.scrollTo({ top, behavior: calm ? "auto" : "smooth" });
      });
    }
  }

  function label(element, text) {
    element.setAttribute("aria-label", text);
    if (element.tagName === "BUTTON" && element.classList.contains("tool")) element.title = text;
  }

  customElements.define("chotdon-chat", ChotdonChat);

  function mount() {
    const element = document.querySelector("chotdon-chat") || document.body.appendChild(document.createElement("chotdon-chat"));
    window.Chotdon = Object.freeze({ open: (text) => element.open(text), close: () => element.close() });
    document.dispatchEvent(new CustomEvent("chotdon:ready"));
  }

  if (document.body) mount();
  else document.addEventListener("DOMContentLoaded", mount, { once: true });
})();
