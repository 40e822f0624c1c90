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
      bot: "Trợ lý tự động · trả lời ngay", person: "Nhân viên đang hỗ trợ bạn", log: "Tin nhắn",
      placeholder: "Nhắn cho shop…", send: "Gửi", typing: "Đang soạn tin…", language: "Ngôn ngữ",
      hello: "Chào bạn! Bạn cần tìm gì, cứ nhắn như nói chuyện: tên món, số lượng, địa chỉ… Mình ghi đơn giúp bạn.",
      starters: ["Shop có gì?", "Phí ship bao nhiêu?", "Đổi trả thế nào?"],
      take: "Lấy mẫu này", takeText: (t, o) => `Mình lấy ${t}${o.map((x) => ` ${x.name.toLowerCase()} ${x.value}`).join("")}`,
      soldOut: "Hết hàng", inStock: "Còn hàng", options: (n) => `Chọn ${n}`, products: "Sản phẩm, vuốt ngang để xem thêm",
      summary: "Tóm tắt đơn", subtotal: "Tạm tính", discount: "Giảm giá", shipping: "Phí giao hàng", free: "Miễn phí",
      total: "Tổng cộng", receiver: "Người nhận", address: "Giao đến", payment: "Thanh toán",
      cod: "Khi nhận hàng (COD)", bank_transfer: "Chuyển khoản", confirm: "Chốt đơn", confirmText: "Chốt đơn",
      until: (t) => `Giữ giá và hàng đến ${t}`, expired: "Đã quá giờ giữ giá, bấm để nhận bản mới", replaced: "Đã có bản mới hơn",
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
      bot: "Automatic assistant · answers at once", person: "A member of staff is with you", log: "Messages",
      placeholder: "Write to the shop…", send: "Send", typing: "Writing…", language: "Language",
      hello: "Hello! Write as you would say it: what you want, how many, where to. I will take the order.",
      starters: ["What do you sell?", "How much is shipping?", "What is your return policy?"],
      take: "I'll take this", takeText: (t, o) => `I'll take ${t}${o.map((x) => `, ${x.value}`).join("")}`,
      soldOut: "Sold out", inStock: "In stock", options: (n) => `Choose ${n}`, products: "Products, swipe sideways for more",
      summary: "Your order", subtotal: "Subtotal", discount: "Discount", shipping: "Shipping", free: "Free",
      total: "Total", receiver: "For", address: "Deliver to", payment: "Payment",
      cod: "Cash on delivery", bank_transfer: "Bank transfer", confirm: "Confirm order", confirmText: "Confirm",
      until: (t) => `Price and stock held until ${t}`, expired: "No longer held; press for a fresh one", replaced: "There is a newer one",
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
      bot: "자동 상담 · 바로 답변", person: "직원이 상담 중입니다", log: "메시지",
      placeholder: "메시지를 입력하세요…", send: "보내기", typing: "입력 중…", language: "언어",
      hello: "안녕하세요! 원하는 상품, 수량, 배송지를 편하게 적어 주세요. 주문을 도와드릴게요.",
      starters: ["어떤 상품이 있나요?", "배송비는 얼마예요?", "교환·반품은 어떻게 하나요?"],
      take: "이걸로 할게요", takeText: (t, o) => `${[t, ...o.map((x) => x.value)].join(" ")} 주세요`,
      soldOut: "품절", inStock: "재고 있음", options: (n) => `${n} 선택`, products: "상품, 옆으로 넘겨 보세요",
      summary: "주문 요약", subtotal: "상품 금액", discount: "할인", shipping: "배송비", free: "무료",
      total: "합계", receiver: "받는 분", address: "배송지", payment: "결제",
      cod: "착불 (COD)", bank_transfer: "계좌이체", confirm: "주문 확정", confirmText: "확인",
      until: (t) => `${t}까지 가격과 재고를 유지합니다`, expired: "유지 시간이 지났습니다. 누르면 새로 보여 드려요", replaced: "새 요약이 있습니다",
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
      addEventListener("storage", (event) => event.key === STORE && this.adopt(readKept()));
      addEventListener("online", () => this.comeBack());
      addEventListener("offline", () => this.setLink("offline"));
      document.addEventListener("visibilitychange", () => this.watchVisibility());
    }

    clear() {
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
        this.queue.shift();
        this.save();
        this.emit("update", item);
      }
      this.busy = false;
      this.emit("busy", false);
    }

    async deliver(item) {
      for (let attempt = 0; ; attempt += 1) {
        const outcome = await this.post(item);
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
      forget();
      this.emit("change");
    }
  }

/*CSS*/

/*VIEW*/
})();
