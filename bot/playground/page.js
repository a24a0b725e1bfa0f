"use strict";
// The server draws; this script sends what a person does and puts in what comes back.
// Elements say for themselves what they do: data-do is a deed of this page, data-action-id an
// element of the app's. Nothing here knows the app.

const $ = (id) => document.getElementById(id);
const token = document.querySelector("meta[name=page-token]").content;
const drafts = new Map();
const waiting = new Map();
let socket, commands = [], here = {}, counted = 0, asked = null;

// --- the wire ---------------------------------------------------------------------------------

function connect() {
  const place = JSON.parse(sessionStorage.getItem("here") || "{}");
  let opened = false;
  socket = new WebSocket(`ws://${location.host}/page?${new URLSearchParams({ ...place, token })}`);
  socket.onopen = () => { opened = true; $("offline").hidden = true; };
  socket.onmessage = (event) => receive(JSON.parse(event.data));
  socket.onclose = () => {
    $("offline").hidden = false;
    for (const done of waiting.values()) done();
    setTimeout(opened ? connect : reloadOrConnect, 1000);
  };
}

// A server that was started again has another token, so the page must be fetched again.
async function reloadOrConnect() {
  try { await fetch("/page.css", { cache: "no-store" }); location.reload(); } catch { connect(); }
}

function send(deed, busy) {
  if (socket.readyState !== WebSocket.OPEN) return;
  const id = ++counted;
  busy?.setAttribute("aria-busy", "true");
  waiting.set(id, () => { busy?.removeAttribute("aria-busy"); waiting.delete(id); });
  socket.send(JSON.stringify({ channel: here.channel, ...deed, id }));
}

function receive({ html = {}, now, say: news = [], done = [] }) {
  for (const id of done) waiting.get(id)?.();
  const held = document.activeElement, article = held.closest("article")?.id;
  const ends = ["scroll-messages", "scroll-replies"].filter((id) => atEnd($(id)));
  for (const [id, text] of Object.entries(html)) fill($(id), text);
  if (now) move(now, ends);
  for (const id of ends) $(id).scrollTop = $(id).scrollHeight;
  if ("modal" in html) showModal();
  if (lost(held)) ($(article) ?? openComposer()).focus();
  if (news.length) $("announcer").replaceChildren(...news.map(paragraph));
}

// Someone at the keyboard must not be thrown to the top of the page when a button goes away.
const lost = (held) => !(held.isConnected && held.checkVisibility())
  && [held, document.body].includes(document.activeElement);
const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 80;
const wide = () => matchMedia("(min-width: 861px)").matches;
const openComposer = () => composerOf(here.thread ? "thread" : "main").area;

function paragraph(text) {
  const line = document.createElement("p");
  line.textContent = text;
  return line;
}

// --- putting in what changed, around what is being typed ----------------------------------------

function fill(target, text) {
  const fresh = document.createElement("template");
  fresh.innerHTML = text;
  children(target, fresh.content);
}

function children(old, fresh) {
  const kept = new Set([...fresh.children].map((node) => node.id));
  for (const node of [...old.children]) if (node.id && !kept.has(node.id)) node.remove();
  const known = new Map([...old.children].filter((node) => node.id).map((node) => [node.id, node]));
  const goesOn = [...old.children].some((node) => node.matches("article"));
  let at = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const twin = node.id ? known.get(node.id) : alike(at, node) ? at : null;
    if (!twin) {
      if (goesOn && node.matches?.("article")) node.classList.add("fresh");
      old.insertBefore(node, at);
      continue;
    }
    if (twin === at) at = at.nextSibling; else old.insertBefore(twin, at);
    if (twin.nodeName === node.nodeName) same(twin, node); else twin.replaceWith(node);
  }
  while (at) { const next = at.nextSibling; at.remove(); at = next; }
}

const alike = (old, fresh) => old && !old.id && old.nodeName === fresh.nodeName;

// What a person typed or chose is a property, not an attribute, so it outlives this.
function same(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) { if (old.data !== fresh.data) old.data = fresh.data; return; }
  const stays = ["open", "aria-busy", "data-opens"];
  for (const { name, value } of fresh.attributes)
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes])
    if (!fresh.hasAttribute(name) && !stays.includes(name)) old.removeAttribute(name);
  children(old, fresh);
}

// --- where one is -------------------------------------------------------------------------------

function move(now, ends) {
  const before = here;
  here = now;
  commands = now.commands;
  sessionStorage.setItem("here", JSON.stringify(now.place));
  document.title = now.title;
  $("act-as").value = now.user;
  document.body.dataset.tab = now.tab;
  document.body.toggleAttribute("data-thread", Boolean(now.thread));
  $("thread").hidden = !now.thread;
  $("home").hidden = now.tab !== "home";
  $("scroll-messages").hidden = $("composer").hidden = now.tab === "home";
  const opens = now.behind && $("behind").hidden && before.user;
  $("behind").hidden = !now.behind;
  $("behind-button").setAttribute("aria-expanded", String(now.behind));
  const moved = before.user !== now.user || before.channel !== now.channel;
  swapDraft("main", now.user + now.channel, `Message ${now.name}`);
  swapDraft("thread", now.user + now.channel + now.thread, "Reply…");
  if (moved) ends.push("scroll-messages");
  if (moved && before.channel && !now.thread) show("main");
  if (now.thread !== before.thread) turnToThread(now.thread, ends);
  if (opens) $("behind").focus();
  if (!before.user && wide()) openComposer().focus();
}

function turnToThread(thread, ends) {
  ends.push("scroll-replies");
  if (thread) {
    show("thread");
    if (asked === "thread" || !wide()) (wide() ? composerOf("thread").area : $("thread")).focus();
  } else if (document.body.dataset.pane === "thread") show("main");
  asked = null;
}

const show = (pane) => { document.body.dataset.pane = pane; };

// --- writing --------------------------------------------------------------------------------------

const composers = {};
const composerOf = (pane) => composers[pane];

function makeComposer(form) {
  const pane = form.dataset.pane;
  form.append($("composer-parts").content.cloneNode(true));
  const composer = {
    form, area: form.querySelector("textarea"), hints: form.querySelector(".hints"),
    note: form.querySelector(".editing"), editing: null, draft: "", picked: 0,
  };
  composers[pane] = composer;
  composer.area.id = `${form.id}-text`;
  composer.hints.id = `${form.id}-hints`;
  composer.area.setAttribute("aria-controls", composer.hints.id);
  form.querySelector("[role=menu]").id = `${form.id}-shortcuts`;
  composer.area.addEventListener("input", () => { composer.picked = 0; grow(composer); });
  composer.area.addEventListener("keydown", (event) => typed(composer, event));
  form.addEventListener("submit", (event) => { event.preventDefault(); say(composer); });
  form.querySelector("[data-cancel-edit]").addEventListener("click", () => edit(composer, null, ""));
}

function swapDraft(pane, key, placeholder) {
  const composer = composerOf(pane);
  composer.area.placeholder = placeholder;
  composer.area.setAttribute("aria-label", placeholder);
  if (composer.draft === key) return;
  drafts.set(composer.draft, composer.editing ? "" : composer.area.value);
  composer.draft = key;
  edit(composer, null, drafts.get(key) || "", false);
}

function edit(composer, message, text, focus = true) {
  composer.editing = message;
  composer.note.hidden = !message;
  composer.area.value = text;
  grow(composer);
  if (focus) composer.area.focus();
}

function grow(composer) {
  composer.area.style.height = "auto";
  composer.area.style.height = `${composer.area.scrollHeight}px`;
  drawHints(composer);
}

function say(composer) {
  const text = composer.area.value.trim(), message = composer.editing;
  if (!text || socket.readyState !== WebSocket.OPEN) return;
  const thread = composer.form.dataset.pane === "thread" ? here.thread : null;
  if (message) send({ do: "edit", ...message, text });
  else if (text.startsWith("/")) send({ do: "command", text, thread });
  else send({ do: "say", text, thread });
  edit(composer, null, "");
}

function typed(composer, event) {
  if (event.isComposing) return;
  const offered = offeredFor(composer), shown = offered.length > 0;
  if (shown && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : offered.length - 1;
    composer.picked = (composer.picked + step) % offered.length;
    drawHints(composer);
  } else if (shown && (event.key === "Tab" || (event.key === "Enter" && !exact(composer)))) {
    event.preventDefault();
    complete(composer, offered[composer.picked]);
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    say(composer);
  } else if (event.key === "Escape" && composer.editing) {
    event.stopPropagation();
    edit(composer, null, "");
  }
}

const exact = ({ area }) => commands.some(({ command }) => command === area.value);

function offeredFor({ area, editing }) {
  if (editing || !/^\/\S*$/.test(area.value)) return [];
  return commands.filter(({ command }) => command.startsWith(area.value));
}

function complete(composer, { command }) {
  composer.area.value = `${command} `;
  grow(composer);
  composer.area.focus();
}

function drawHints(composer) {
  const { area, hints, picked } = composer, offered = offeredFor(composer);
  hints.hidden = !offered.length;
  area.setAttribute("aria-expanded", String(offered.length > 0));
  area.toggleAttribute("aria-activedescendant", false);
  hints.replaceChildren(...offered.map((offer, index) => {
    const line = document.createElement("div"), name = document.createElement("b");
    const more = document.createElement("small");
    line.id = `${hints.id}-${index}`;
    line.role = "option";
    line.setAttribute("aria-selected", String(index === picked));
    if (index === picked) area.setAttribute("aria-activedescendant", line.id);
    name.textContent = `${offer.command} ${offer.usage_hint || ""}`;
    more.textContent = offer.description || "";
    line.append(name, more);
    line.addEventListener("mousedown", (event) => { event.preventDefault(); complete(composer, offer); });
    return line;
  }));
}

// --- the app's elements -----------------------------------------------------------------------------

function chosen(element) {
  const { type } = element.dataset;
  if (type === "button" || type === "overflow") return element.dataset.value ?? null;
  if (element.matches(".choices")) {
    const picked = [...element.querySelectorAll("input:checked")].map((box) => box.value);
    return type === "radio_buttons" ? picked[0] ?? null : picked;
  }
  // A date and time has no zone in the browser; the server knows the person's.
  return type === "datetimepicker" && element.value ? { local: element.value } : element.value || null;
}

function valuesIn(root) {
  const values = {};
  for (const element of root.querySelectorAll("[data-action-id]")) {
    if (element.matches("button")) continue;
    (values[element.dataset.blockId] ??= {})[element.dataset.actionId] = chosen(element);
  }
  return values;
}

function act(element) {
  const { blockId, actionId, type, url } = element.dataset;
  const view = element.closest("[data-view-id]"), message = element.closest("article");
  if (url) open(url, "_blank", "noopener,noreferrer");
  send({
    do: "act", type, block_id: blockId, action_id: actionId, value: chosen(element),
    view_id: view?.dataset.viewId ?? null, message_ts: message?.dataset.ts ?? null,
    channel: message?.dataset.channel ?? here.channel,
  }, element.matches("button") ? element : null);
}

function showModal() {
  const dialog = $("modal"), form = dialog.firstElementChild;
  if (!form) return hideModal(dialog);
  if (!dialog.open) dialog.showModal();
  const wrong = dialog.querySelector("[aria-invalid]");
  if (wrong) wrong.matches(".choices") ? wrong.querySelector("input").focus() : wrong.focus();
  else if (dialog.dataset.shown !== form.id) firstField(dialog).focus();
  dialog.dataset.shown = form.id;
}

// Chromium gives the focus back without the caret, and what is typed then is lost.
function hideModal(dialog) {
  dialog.dataset.shown = "";
  if (!dialog.open) return;
  dialog.close();
  const back = document.activeElement;
  back.blur();
  back.focus();
}

const firstField = (dialog) =>
  dialog.querySelector("[autofocus]") ||
  dialog.querySelector(".modal-body :is(input, textarea, select)") ||
  dialog.querySelector("footer .primary, .button");

async function sure(element) {
  if (!element.dataset.confirm) return true;
  const words = JSON.parse(element.dataset.confirm), dialog = $("confirm"), yes = $("confirm-yes");
  $("confirm-title").textContent = words.title;
  $("confirm-text").textContent = words.text;
  $("confirm-deny").textContent = words.deny;
  yes.textContent = words.confirm;
  yes.className = `button ${words.style === "danger" ? "danger" : "primary"}`;
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  return dialog.returnValue === "confirm";
}

// --- what people do -----------------------------------------------------------------------------------

async function clicked(element) {
  const menu = element.closest("details.menu");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  const { do: deed, edit: words, confirm: _, ...data } = element.dataset;
  if (words !== undefined) {
    const pane = element.closest("#thread") ? "thread" : "main";
    return edit(composerOf(pane), { channel: data.channel, ts: data.ts }, words);
  }
  if (!(await sure(element))) return;
  if (!deed) return act(element);
  if (deed === "pane") return show(data.pane);
  if (deed === "behind") return turnBehind(!here.behind);
  if (deed === "open") show("main");
  asked = deed;
  const view = element.closest("[data-view-id]");
  const named = Object.fromEntries(Object.entries(data).map(([key, value]) => [snake(key), value]));
  send({ do: deed, ...(view && { view_id: view.dataset.viewId }), ...named });
}

// Two quick deeds must not take each other back.
function turnBehind(open) {
  here.behind = open;
  send({ do: "behind", open });
}

// A text that the app waits for goes off with Enter; all else is remembered as soon as it is chosen.
const typesToSend = (element) => element.matches("[data-type=plain_text_input]:not([data-quiet])");
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
  const element = event.target.closest("button[data-do], button[data-action-id], button[data-edit]");
  if (element) clicked(element);
});

document.addEventListener("change", (event) => {
  if (event.target.id === "act-as") return send({ do: "act_as", user: event.target.value });
  const element = event.target.closest("[data-action-id]");
  if (element && !typesToSend(element)) act(element);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.viewId) return;
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (!button || button.hasAttribute("aria-busy")) return;
  send({ do: "submit", view_id: form.dataset.viewId, values: valuesIn(form) }, button);
});

$("modal").addEventListener("cancel", (event) => {
  event.preventDefault();
  send({ do: "close", view_id: event.target.firstElementChild.dataset.viewId });
});

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("details.menu[open]")) return;
  const list = menu.querySelector("[role=menu]");
  delete menu.dataset.opens;
  const room = (menu.closest(".scroll, .modal-body") ?? document.body).getBoundingClientRect();
  const box = list.getBoundingClientRect();
  menu.dataset.opens = `${box.bottom > room.bottom ? "up" : ""} ${box.left < room.left ? "right" : ""}`;
  list.querySelector("[role=menuitem]")?.focus();
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (menu && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    const items = [...menu.querySelectorAll("[role=menuitem]")], step = event.key === "ArrowDown" ? 1 : -1;
    items.at((items.indexOf(document.activeElement) + step) % items.length)?.focus();
  } else if (event.key === "Escape") escape(menu);
  else if (event.key === "Enter" && typesToSend(event.target) && event.target.matches("input")) {
    event.preventDefault();
    act(event.target);
  }
});

function escape(menu) {
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  else if (document.querySelector("dialog[open]")) return;
  else if (here.behind) { turnBehind(false); $("behind-button").focus(); }
  else if (here.thread) { send({ do: "thread" }); composerOf("main").area.focus(); }
}

document.querySelectorAll(".composer").forEach(makeComposer);
setInterval(() => here.behind && send({ do: "look" }), 5000);
connect();
