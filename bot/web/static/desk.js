// The staff's desk: one room of commands and cards, the customers' conversations beside it. Text is textContent only.
"use strict";
const $ = (id) => document.getElementById(id);
const state = { csrf: "", staff: null, commands: [], seen: 0, open: null, history: [], at: 0, conversations: new Map() };
const make = (tag, text, className) => {
  const element = document.createElement(tag);
  if (text !== undefined && text !== null && text !== "") element.textContent = text;
  if (className) element.className = className;
  return element;
};
const time = (iso) => new Date(iso).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });

function toast(text) {
  $("toast").textContent = text;
  $("toast").classList.add("show");
  setTimeout(() => $("toast").classList.remove("show"), 5000);
}

async function api(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": state.csrf }, body: JSON.stringify(body),
  };
  let response;
  try { response = await fetch(`/api/desk${path}`, options); } catch { throw new Error("Mất kết nối với máy chủ. Thử lại sau ít giây."); }
  if (response.status === 204) return null;
  const data = await response.json().catch(() => null);
  if (response.ok) return data;
  if (response.status === 401 && path !== "/login") showLogin();
  throw new Error(data?.error?.message || `Lỗi ${response.status}`);
}

function cardView(card) {
  const box = make("div", "", `card ${["approval", "task", "order", "table"].includes(card.type) ? card.type : ""}`);
  if (card.title || card.code) box.append(make("h2", card.title || `${card.code} · ${card.total_text || ""}`));
  if (card.status_text) box.append(make("p", card.status_text));
  for (const line of card.lines || []) box.append(make("p", typeof line === "string" ? line : line.text, String(line).includes(" · ") ? "note" : ""));
  if (card.total_text && card.type === "summary") box.append(make("p", card.total_text));
  if (card.image?.url.startsWith("/")) { const image = make("img"); image.src = card.image.url; image.alt = card.image.alt; image.loading = "lazy"; box.append(image); }
  if (card.table) {
    const table = make("table"), head = make("tr");
    for (const name of card.table.columns) head.append(make("th", name));
    table.append(head);
    for (const row of card.table.rows) {
      const line = make("tr");
      for (const cell of row) line.append(make("td", cell, cell.length > 40 ? "wide" : ""));
      if (/^DH\d+$/.test(row[0])) { line.className = "opens"; line.tabIndex = 0; line.onclick = () => run(`/order ${row[0]}`); line.onkeydown = (e) => e.key === "Enter" && run(`/order ${row[0]}`); }
      table.append(line);
    }
    const scroll = make("div", "", "scroll");
    scroll.tabIndex = 0;  // so that keys scroll it, too
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", card.title || "Bảng");
    scroll.append(table);
    box.append(scroll);
  }
  const actions = make("div", "", "actions");
  for (const [at, item] of (card.buttons || []).entries()) {
    const button = make("button", item.label, /^\/(cancel|reject)/.test(item.command) ? "danger" : at === 0 ? "main" : "");
    button.type = "button";
    button.onclick = async () => { button.disabled = true; await run(item.command); button.disabled = false; };
    actions.append(button);
  }
  for (const item of card.links || []) {
    const link = make("a", `${item.label} ↗`);
    if (!item.url.startsWith("/")) continue;
    link.href = item.url; link.target = "_blank"; link.rel = "noopener";
    actions.append(link);
  }
  if (actions.children.length) box.append(actions);
  return box;
}

const UNDELIVERED = { unknown: "⚠ Không rõ tin này đã tới khách chưa", refused: "⚠ Tin này không tới được khách" };
const ATTACHMENTS = { image: "Hình", voice: "Tin nhắn thoại", video: "Video", sticker: "Nhãn dán", file: "Tệp", location: "Vị trí", link: "Liên kết", product: "Từ trang sản phẩm" };

function attachmentView(attachment) {
  const label = [ATTACHMENTS[attachment.type], attachment.name, attachment.text].filter(Boolean).join(" · ");
  const box = make(/^(https?:\/\/|\/api\/desk\/telegram\/files\/)/.test(attachment.url) ? "a" : "div", `📎 ${label}`, "text");
  if (box.tagName === "A") { box.href = attachment.url; box.target = "_blank"; box.rel = "noopener noreferrer"; }
  return box;
}

function messageView(message, kind) {
  const box = make("div", "", `message ${kind}${kind === "system" && message.text.startsWith("⚠") ? " refused" : ""}`);
  box.append(make("div", `${message.author_name || { system: "Chotdon", assistant: "Trợ lý", customer: "Khách" }[message.author] || ""} · ${time(message.created_at)}`, "who"));
  if (message.text) box.append(make("div", message.text, "text"));
  if (message.delivery) box.append(make("div", UNDELIVERED[message.delivery], "who"));
  for (const attachment of message.attachments || []) box.append(attachmentView(attachment));
  for (const card of message.cards || []) if (card.type !== "product" && card.type !== "source") box.append(cardView(card));
  return box;
}

function addRoom(messages) {
  const log = $("room-log");
  if (messages.length) log.querySelector(".empty")?.remove();
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 160;
  for (const message of messages) {
    if (message.seq <= state.seen) continue;
    state.seen = message.seq;
    log.append(messageView(message, message.author));
  }
  while (log.children.length > 400) log.firstChild.remove();
  if (atEnd) log.scrollTop = log.scrollHeight;
}

async function run(text) {
  state.history.push(text); state.at = state.history.length;
  try { addRoom((await api("/commands", { text })).messages); } catch (error) { toast(error.message); }
  $("room-log").scrollTop = $("room-log").scrollHeight;
  countSoon();
  if (/^\/(take|release)/.test(text)) { await loadInbox(); if (state.open) await openConversation(state.open); }
  const taken = /^\/take (\S+)/.exec(text);
  if (taken && state.conversations.has(taken[1])) await openConversation(taken[1]);
}

function empty(title, text) {
  const box = make("p", "", "empty");
  box.append(make("strong", title), make("span", text));
  return box;
}

// What waits, in numbers; each leads to its list.
async function drawCounts() {
  const { counts } = await api("/counts").catch(() => ({ counts: [] }));
  const open = counts.filter((item) => item.count);
  $("counts").replaceChildren(...(open.length ? open.map((item) => {
    const button = make("button", item.label);
    button.type = "button";
    button.append(make("b", String(item.count)));
    button.onclick = () => { showPane("room"); run(item.command); };
    return button;
  }) : [make("span", "Không còn việc nào đang chờ", "clear")]));
}

let counting = 0;
function countSoon() { clearTimeout(counting); counting = setTimeout(drawCounts, 400); }

function drawInbox() {
  const rank = (c) => (c.mode === "manual" && !c.assigned_to ? 0 : c.mode === "manual" ? 1 : 2);
  const rows = [...state.conversations.values()].sort((a, b) => rank(a) - rank(b) || b.last_message_at.localeCompare(a.last_message_at));
  const waiting = rows.filter((c) => rank(c) === 0).length;
  $("waiting").textContent = waiting || "";
  document.title = `${waiting ? `(${waiting}) ` : ""}Chotdon · Bàn làm việc`;
  $("inbox").replaceChildren(make("h2", rows.length ? `Khách · ${rows.length} cuộc trò chuyện` : "Khách"), ...(rows.length ? rows.map((c) => {
    const button = make("button");
    button.type = "button";
    button.setAttribute("aria-current", String(c.id === state.open));
    button.append(make("strong", c.customer_name || "Khách mới"), make("time", time(c.last_message_at)), make("span", c.last_text, "last"));
    const tags = make("span", "", "tags"), mine = c.assigned_to === state.staff.id;
    tags.append(make("span", ["Chờ người hỗ trợ", mine ? "Bạn đang giữ" : "Đồng nghiệp giữ", "Trợ lý"][rank(c)], ["tag wait", "tag mine", "tag"][rank(c)]), make("span", c.chat_channel_text, "tag"));
    button.append(tags);
    button.onclick = () => openConversation(c.id);
    return button;
  }) : [empty("Chưa có khách nào nhắn", "Mở trang cửa hàng và thử nhắn một câu, cuộc trò chuyện sẽ hiện ở đây.")]));
}

async function loadInbox() {
  const { conversations } = await api("/conversations");
  state.conversations = new Map(conversations.map((c) => [c.id, c]));
  drawInbox();
}

async function openConversation(id) {
  try {
    const { conversation, messages, draft } = await api(`/conversations/${encodeURIComponent(id)}`);
    state.open = id;
    const room = $("room-log"), atEnd = room.scrollHeight - room.scrollTop - room.clientHeight < 160;
    $("desk").classList.add("open");
    if (atEnd) room.scrollTop = room.scrollHeight;
    $("conversation").hidden = false;
    const mine = conversation.assigned_to === state.staff.id;
    const head = $("conversation-head"), actions = make("div", "", "actions");
    const act = (label, path, className) => {
      const button = make("button", label, className);
      button.type = "button";
      button.onclick = async () => {
        try { await api(`/conversations/${encodeURIComponent(id)}/${path}`, {}); await loadInbox(); await openConversation(id); } catch (error) { toast(error.message); }
      };
      actions.append(button);
    };
    if (!mine) act("Nhận trả lời", "take", "main");
    if (conversation.mode === "manual") act("Trả cho trợ lý", "release");
    const close = make("button", "Đóng", "close");
    close.type = "button";
    close.onclick = () => { state.open = null; $("desk").classList.remove("open"); $("conversation").hidden = true; drawInbox(); };
    actions.append(close);
    const who = conversation.customer;
    head.replaceChildren(make("strong", who.name || "Khách mới"), make("span", [conversation.chat_channel_text, who.phone, who.address].filter(Boolean).join(" · "), "about"));
    if (conversation.mode === "manual" && conversation.handoff_reason_text) head.append(make("span", `Vì sao cần người: ${conversation.handoff_reason_text}`, "reason"));
    const orders = make("div", "", "orders");
    for (const order of conversation.orders.slice(0, 6)) {
      const link = make("button", `${order.code} · ${order.total_text} · ${order.status_text}`);
      link.type = "button";
      link.onclick = () => { if (matchMedia("(max-width: 820px)").matches) showPane("room"); run(`/order ${order.code}`); };
      orders.append(link);
    }
    if (orders.children.length) head.append(orders);
    head.append(actions);
    $("conversation-log").replaceChildren(...messages.map((m) => messageView(m, m.direction)));
    $("conversation-log").scrollTop = $("conversation-log").scrollHeight;
    $("reply").hidden = !mine;
    drawDraft(draft);
    drawInbox();
  } catch (error) { toast(error.message); }
}

// A draft that is being mended stays as it is when the conversation is drawn again.
function drawDraft(draft) {
  const same = draft && state.draft && draft.id === state.draft.id;
  state.draft = draft;
  $("draft").hidden = !draft;
  if (!draft || same) return;
  $("draft-text").value = draft.text;
  $("draft-text").readOnly = true;
  $("draft-proposals").replaceChildren(...draft.proposals.map((p) => make("li", `Cần người làm: ${PROPOSALS[p.tool] || p.tool}`)));
}

const PROPOSALS = {
  place_order: "lên đơn theo bản tóm tắt", confirm_cancel: "hủy đơn", request_invoice: "ghi yêu cầu hóa đơn", hand_off: "trả lời khách",
};

async function decideDraft(path, body) {
  const draft = state.draft;
  if (!draft) return;
  try {
    await api(`/drafts/${encodeURIComponent(draft.id)}/${path}`, body);
    state.draft = null;
  } catch (error) { toast(error.message); }
  await openConversation(state.open);
}

function complete() {
  const line = $("line").value, list = $("completions");
  const found = line.startsWith("/") && !line.includes(" ") ? state.commands.filter((c) => c.name.startsWith(line.toLowerCase())) : [];
  list.hidden = !found.length;
  list.replaceChildren(...found.map((c, i) => {
    const item = make("li"), button = make("button", c.usage);
    button.append(make("span", c.help));
    button.type = "button"; button.tabIndex = -1;
    button.setAttribute("aria-selected", String(i === 0));
    button.onclick = () => { $("line").value = `${c.name} `; list.hidden = true; $("line").focus(); };
    item.append(button);
    return item;
  }));
}

function listen() {
  const source = new EventSource(`/api/desk/stream?after=${state.seen}`);
  source.addEventListener("room", (event) => { addRoom([JSON.parse(event.data).message]); countSoon(); });
  source.addEventListener("conversation", (event) => {
    const conversation = JSON.parse(event.data);
    state.conversations.set(conversation.id, conversation);
    drawInbox();
    if (conversation.id === state.open) openConversation(conversation.id);
  });
  source.onerror = () => { if (source.readyState === EventSource.CLOSED) setTimeout(start, 3000); };
}

function showLogin() {
  $("desk").hidden = true;
  $("login").hidden = false;
  const demo = document.querySelector('meta[name="chotdon-demo-logins"]').content;
  const pairs = demo.split(";").filter((p) => p.includes(":") && !p.includes("{"));
  $("demo-logins").replaceChildren(...(pairs.length ? [make("p", "Cửa hàng dùng thử: vào bằng")] : []), ...pairs.map((pair) => {
    const [login, password] = pair.split(":"), button = make("button", login);
    button.type = "button";
    button.onclick = () => { $("login").login.value = login; $("login").password.value = password; $("login").requestSubmit(); };
    return button;
  }));
}

// Who was on the way to a page of the back office goes on there.
const wanted = location.hash.startsWith("#/office/") ? location.hash.slice(1) : "";

async function enter(me) {
  if (wanted && me.staff.role !== "sales") { location.replace(wanted); return; }
  Object.assign(state, { csrf: me.csrf_token, staff: me.staff, commands: me.commands, seen: 0 });
  $("login").hidden = true;
  $("desk").hidden = false;
  $("office").hidden = me.staff.role === "sales";
  $("link").hidden = !me.can_link;
  $("desk").dataset.pane = "room";
  $("me").textContent = `${me.staff.name.includes("(") ? me.staff.name : `${me.staff.name} · ${me.staff.role_text}`}`;
  $("room-log").replaceChildren(empty("Phòng chung", "Đơn mới, việc cần duyệt và câu trả lời cho lệnh của bạn hiện ở đây. Gõ / để xem các lệnh."));
  addRoom((await api("/room")).messages);
  $("room-log").scrollTop = $("room-log").scrollHeight;
  await loadInbox();
  countSoon();
  listen();
  if (!state.seen) await run("/todo");
}

async function start() {
  const response = await fetch("/api/desk/me").catch(() => null);
  if (response?.ok) await enter(await response.json()); else showLogin();
}

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("login-error").textContent = "";
  try { await enter(await api("/login", { login: $("login").login.value, password: $("login").password.value })); }
  catch (error) { $("login-error").textContent = error.message; }
});
$("logout").onclick = async () => { await api("/logout", {}).catch(() => null); location.reload(); };
$("command").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("line").value.trim();
  $("completions").hidden = true;
  if (!text) return;
  $("line").value = "";
  await run(text);
});
$("line").addEventListener("input", complete);
$("line").addEventListener("keydown", (event) => {
  if (event.key === "Escape") $("completions").hidden = true;
  if (event.key === "Tab" && !$("completions").hidden) { event.preventDefault(); $("completions").querySelector("button").click(); }
  if ((event.key === "ArrowUp" || event.key === "ArrowDown") && state.history.length) {
    event.preventDefault();
    state.at = Math.min(Math.max(state.at + (event.key === "ArrowUp" ? -1 : 1), 0), state.history.length);
    $("line").value = state.history[state.at] || "";
  }
});
$("reply").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("words").value.trim();
  if (!text || !state.open) return;
  try { await api(`/conversations/${encodeURIComponent(state.open)}/messages`, { text }); $("words").value = ""; await openConversation(state.open); }
  catch (error) { toast(error.message); }
});
$("draft").addEventListener("submit", async (event) => {
  event.preventDefault();
  await decideDraft("send", $("draft-text").readOnly ? {} : { text: $("draft-text").value });
});
$("draft-edit").onclick = () => { $("draft-text").readOnly = false; $("draft-text").focus(); };
$("draft-drop").onclick = () => decideDraft("drop", {});
// On a phone one pane is seen at a time, and an open conversation covers both.
function showPane(name) {
  $("desk").dataset.pane = name;
  if (matchMedia("(max-width: 820px)").matches) { state.open = null; $("desk").classList.remove("open"); $("conversation").hidden = true; drawInbox(); }
  for (const tab of document.querySelectorAll("[role=tab]")) tab.setAttribute("aria-selected", String(tab.dataset.pane === name));
}
for (const tab of document.querySelectorAll("[role=tab]")) tab.onclick = () => showPane(tab.dataset.pane);
// The code is its reader's alone: it is shown here and not said in the room.
$("link").onclick = async () => {
  try {
    const { line, minutes } = await api("/link-code", {});
    $("room-log").append(messageView({ author: "system", author_name: "Chỉ bạn thấy", created_at: new Date().toISOString(), text: `Trong ${minutes} phút, nhắn riêng cho bot của shop trên Telegram:\n${line}` }, "system"));
    $("room-log").scrollTop = $("room-log").scrollHeight;
  } catch (error) { toast(error.message); }
};
for (const button of $("quick").querySelectorAll("[data-command]")) button.onclick = () => run(button.dataset.command);
start();
