// The page works without this, as forms. This sends the same forms without leaving the page, and keeps what is tapped where
// there is no reception until it can be sent, in order. Nothing is decided here: what follows what, the page says, as the
// server's rules told it, and what comes of it, the server answers.
"use strict";

const place = document.querySelector("[data-phone]");
if (place) {
  const UPLOAD = 100000; // The same for a photo.
  const PATIENCE = 20000; // Milliseconds after which an answer is not waited for; the form's key makes sending it again safe.
  const AGAIN = 20000; // Milliseconds between tries while something waits.
  const OLD = 300000; // Milliseconds after which a page that is looked at asks how things stand.
  const INK = 20000; // Characters of a drawing; the server takes no more.
  const LONG = 2048; // Pixels on the long side of a photo; the server keeps no more.
  const HOUR = 3600000; // Milliseconds after which a photo that nothing waits with was left behind.
  const NEAR = 3; // Points of a drawing that lie closer say nothing.
  const account = place.dataset.account;
  const STORE = "slotledger.queue.";
  const own = STORE + account;
  let offline = false;
  let over = false;
  let said = "";

  const find = (selector, within = place) => within.querySelector(selector);
  const all = (selector, within = place) => [...within.querySelectorAll(selector)];
  const cardOf = (job) => find(`[data-job="${CSS.escape(job)}"]`);
  const clock = (moment) => new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  // ---- What waits ------------------------------------------------------------------------------------------------

  // Kept under the account: somebody else on the same phone does not send it.
  function waiting(store = own) {
    try {
      return JSON.parse(localStorage.getItem(store)) ?? [];
    } catch {
      return [];
    }
  }

  function keep(items) {
    try {
      if (items.length > 0) localStorage.setItem(own, JSON.stringify(items));
      else localStorage.removeItem(own);
      return true;
    } catch {
      return false;
    }
  }

  const change = (key, more) => keep(waiting().map((item) => (item.key === key ? { ...item, ...more } : item)));
  function forget(key) {
    const file = waiting().find((item) => item.key === key)?.file;
    if (file) files("readwrite", (photos) => photos.delete(file)).catch(() => null);
    return keep(waiting().filter((item) => item.key !== key));
  }

  const fresh = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16)).join("");

  // A note or a photo, which leads nowhere and builds on nothing.
  const isFact = (item) => item.next === null;

  // In order; what builds on something that was refused waits for what becomes of that.
  function sendable() {
    const held = new Set();
    return waiting().filter((item) => {
      if (item.refused && !isFact(item)) held.add(item.job);
      return !item.refused && (isFact(item) || !held.has(item.job));
    });
  }

  const next = () => sendable()[0];

  function told(form, button) {
    const said = ([name, text]) => typeof text === "string" && !["csrf", "seen", "key"].includes(name);
    const fields = [...new FormData(form)].filter(said);
    if (button?.name) fields.push([button.name, button.value]);
    const card = form.closest("[data-job]");
    const job = card.dataset.job;
    return {
      // What can be said several times is something else each time.
      key: "many" in form.dataset ? fresh() : form.elements.namedItem("key").value,
      job,
      name: card.dataset.name,
      act: form.dataset.act,
      label: button?.dataset.label ?? form.dataset.label,
      next: form.dataset.next ?? null,
      path: new URL(form.action).pathname,
      fields,
      // What is tapped after something that waits is about what that leads to.
      seen: waiting().some((item) => item.job === job && !isFact(item)) ? null : card.dataset.revision,
      tapped: Date.now(),
      refused: null,
    };
  }

  place.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.act) return;
    const item = told(form, event.submitter);
    const photo = form.elements.namedItem("photo")?.files[0];
    const known = waiting();
    // A phone that keeps nothing sends the form as it is.
    if (!photo && !known.some((one) => one.key === item.key) && !keep([...known, item])) return;
    event.preventDefault();
    event.stopPropagation();
    if (photo) hand(form, item, photo);
    else tapped(form);
  });

  function tapped(form) {
    form.closest("details")?.removeAttribute("open");
    if ("many" in form.dataset) form.reset();
    for (const trouble of all("[data-queued] > .trouble:not(.queued), [data-notes] > .trouble:not(.queued)")) trouble.remove();
    drain();
    paint();
  }

  // ---- Photos ----------------------------------------------------------------------------------------------------

  // They are too large for where the rest of what waits is kept.
  function files(mode, act) {
    return new Promise((done, fail) => {
      const opening = indexedDB.open("slotledger-photos", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("photos");
      opening.onerror = () => fail(opening.error);
      opening.onsuccess = () => {
        const base = opening.result;
        const work = base.transaction("photos", mode);
        const asked = act(work.objectStore("photos"));
        work.oncomplete = () => { base.close(); done(asked.result); };
        work.onabort = () => { base.close(); fail(work.error); };
      };
    });
  }

  // As large as the server keeps it, so that it goes through where the line is thin. What is no picture goes as it is: the
  // server says so.
  async function lighter(photo) {
    try {
      const seen = await createImageBitmap(photo, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONG / Math.max(seen.width, seen.height));
      const canvas = make("canvas", { width: Math.round(seen.width * scale), height: Math.round(seen.height * scale) });
      canvas.getContext("2d").drawImage(seen, 0, 0, canvas.width, canvas.height);
      const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
      return drawn && drawn.size < photo.size ? drawn : photo;
    } catch {
      return photo;
    }
  }

  // Written down, and only then waiting to be sent.
  async function hand(form, item, photo) {
    form.setAttribute("aria-busy", "true");
    const file = fresh();
    try {
      const light = await lighter(photo);
      await files("readwrite", (photos) => photos.put({ photo: light, at: Date.now() }, file));
      if (!keep([...waiting(), { ...item, file }])) throw new Error("full");
    } catch {
      form.submit();
      return;
    }
    form.removeAttribute("aria-busy");
    tapped(form);
  }

  // What was left behind when a phone went out half-way.
  async function sweep() {
    const stores = Object.keys(localStorage).filter((store) => store.startsWith(STORE));
    const kept = stores.flatMap((store) => waiting(store).map((item) => item.file));
    for (const file of await files("readonly", (photos) => photos.getAllKeys())) {
      const { at } = (await files("readonly", (photos) => photos.get(file))) ?? { at: Infinity };
      if (!kept.includes(file) && at < Date.now() - HOUR) await files("readwrite", (photos) => photos.delete(file));
    }
  }

  place.addEventListener("change", (event) => {
    const form = event.target.closest("form.photo");
    if (form && event.target.files?.length > 0) form.requestSubmit();
  });

  // ---- Sending ---------------------------------------------------------------------------------------------------

  let busy = false;
  let asked = false;

  // One page of several sends, and each thing once.
  async function drain() {
    asked = true;
    if (busy || over) return;
    busy = true;
    try {
      while (asked && !over) {
        asked = false;
        if (navigator.locks) await navigator.locks.request(own, sendAll);
        else await sendAll();
      }
    } finally {
      busy = false;
      paint();
    }
  }

  async function sendAll() {
    // A page that was kept may carry the token of a session before this one.
    if (next() && "kept" in place.dataset && !(await refresh())) return;
    for (let item = next(); item && !over; item = next()) {
      if (!(await send(item))) return;
      paint();
    }
  }

  // Whether it went on from here: done, or refused for a reason that is shown.
  async function send(item, again = false) {
    const seen = item.seen ?? cardOf(item.job)?.dataset.revision ?? "";
    // A way that was said in minutes is shorter by what it waited; how late the phone's clock is plays no part.
    const waited = item.waited ?? Math.max(0, Math.round((Date.now() - item.tapped) / 1000));
    // Should the answer be lost, the same is sent again, word by word.
    change(item.key, { seen, waited });
    const body = item.file ? new FormData() : new URLSearchParams();
    for (const [name, text] of item.fields) body.append(name, text);
    if (item.fields.some(([name]) => name === "minutes")) body.set("waited", waited);
    body.set("seen", seen);
    body.set("key", item.key);
    body.set("csrf", place.dataset.csrf);
    if (item.file) {
      const found = await files("readonly", (photos) => photos.get(item.file)).catch(() => null);
      if (!found) {
        change(item.key, { refused: { lines: ["The photo is not on this phone any more."] } });
        return true;
      }
      body.append("photo", found.photo, "photo");
    }
    const page = await ask(item.path, { method: "POST", body }, item.file ? UPLOAD : PATIENCE);
    if (!page) return false;
    const { answer, document: shown } = page;
    const found = find("[data-phone]", shown);
    if (answer.ok && found) {
      forget(item.key);
      said = find(".flash", shown)?.textContent ?? "";
      adopt(found);
      return true;
    }
    const trouble = find(".trouble", shown);
    if (answer.status >= 500 || [408, 429].includes(answer.status)) {
      offline = true;
      return false;
    }
    const codes = trouble ? all("code", trouble).map((code) => code.textContent) : [];
    // Somebody logged in anew on another page.
    if (codes.includes("SL0123") && !again && (await refresh())) return send(item, true);
    const lines = trouble ? all("p", trouble).map((line) => line.textContent.trim()) : [];
    change(item.key, { refused: { lines: lines.length > 0 ? lines : [`The server answered ${answer.status}.`] } });
    await refresh();
    return true;
  }

  // The answer with its page; none where there is no connection, or no session any more.
  async function ask(path, more = {}, patience = PATIENCE) {
    const options = { ...more, signal: AbortSignal.timeout(patience) };
    try {
      const answer = await fetch(path, options);
      if (answer.redirected && new URL(answer.url).pathname === "/log-in") {
        over = true;
        offline = false;
        globalThis.caches?.delete("slotledger-pages");
        return null;
      }
      const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
      offline = find("[data-kept]", shown) !== null;
      return offline ? null : { answer, document: shown };
    } catch {
      offline = true;
      return null;
    }
  }

  // How things stand now.
  async function refresh() {
    const page = await ask(location.pathname + withoutDone(location.search));
    const found = page && find("[data-phone]", page.document);
    if (!found || !page.answer.ok) return false;
    return adopt(found);
  }

  function withoutDone(search) {
    const query = new URLSearchParams(search);
    query.delete("done");
    return query.size > 0 ? `?${query}` : "";
  }

  // ---- Showing ---------------------------------------------------------------------------------------------------

  const isInUse = (card) => find("details[open]", card) !== null;

  // Takes a page as it is now, but for what somebody is typing at.
  function adopt(found) {
    if (found.dataset.account !== account) {
      location.reload();
      return false;
    }
    place.dataset.csrf = found.dataset.csrf;
    delete place.dataset.kept;
    if (found.dataset.day !== place.dataset.day) return true;
    place.dataset.asked = found.dataset.asked;
    const focused = document.activeElement;
    const job = focused?.closest?.("[data-job]")?.dataset.job;
    for (const card of all("[data-job]").filter(isInUse)) {
      const now = find(`[data-job="${CSS.escape(card.dataset.job)}"]`, found);
      // What is typed at is still what can be done: it stays, and is about the job as it is now.
      const typed = find("details[open]", card).closest("[data-when]");
      if (!now || (typed ? typed.dataset.when !== now.dataset.status : !find(`[data-when="${now.dataset.status}"]`, card))) continue;
      Object.assign(card.dataset, { revision: now.dataset.revision, status: now.dataset.status });
      card.className = now.className;
      find("[data-badge]", card).dataset.own = find("[data-badge]", now).textContent;
      now.replaceWith(card);
    }
    place.replaceChildren(...document.adoptNode(found).childNodes);
    painted = "";
    paint();
    if (focused?.isConnected) focused.focus();
    else if (job) {
      const card = cardOf(job);
      card?.setAttribute("tabindex", "-1");
      card?.focus({ preventScroll: true });
    }
    return true;
  }

  // What is answered within a moment is not worth a note.
  const isSending = () => busy && !offline && !("kept" in place.dataset);
  let painted = "";

  // Nothing that stands already is put there again: it would be read out again.
  function paint() {
    const items = waiting();
    line(sendable().length);
    const others = Object.keys(localStorage).filter((store) => store.startsWith(STORE) && store !== own);
    const theirs = others.reduce((count, store) => count + waiting(store).length, 0);
    const state = JSON.stringify([items, over, theirs, isSending()]);
    if (state === painted) return;
    painted = state;
    for (const old of all(".queued")) old.remove();
    for (const card of all("[data-job]")) {
      show(card, items.filter((item) => item.job === card.dataset.job && !isFact(item)));
    }
    for (const item of items.filter((one) => one.refused || !isSending())) {
      const card = cardOf(item.job);
      (card ? find("[data-queued]", card) : find("[data-notes]")).append(note(item, items, !card));
    }
    if (over) find("[data-notes]").prepend(left());
    if (theirs > 0) {
      find("[data-notes]").append(make("p", { className: "queued wait" }, `${theirs === 1 ? "One thing" : `${theirs} things`} that somebody else tapped on this phone wait to be sent. That happens once they log in here again.`));
    }
    for (const pad of all("[data-pad]")) pad.hidden = false;
    for (const form of all("form.photo")) form.classList.add("is-quick");
    for (const link of all("[data-map]")) link.href = mapped(link);
  }

  // What can be done after what waits: the page has it ready for each status that the rules said it leads to.
  function show(card, mine) {
    const last = mine.at(-1);
    const status = last ? last.next : card.dataset.status;
    const refused = mine.some((item) => item.refused);
    for (const group of all("[data-when]", card)) group.hidden = refused || group.dataset.when !== status;
    const signed = mine.some((item) => item.fields.some(([name, text]) => name === "name" && text));
    for (const sign of all('form[data-act="sign"]', card)) sign.closest("details").hidden = signed;
    const group = status && find(`[data-when="${CSS.escape(status)}"]`, card);
    const badge = find("[data-badge]", card);
    badge.dataset.own ??= badge.textContent;
    const ahead = last && !refused && group && status !== card.dataset.status;
    badge.textContent = ahead ? `${group.dataset.said}${isSending() ? "…" : ", not sent yet"}` : badge.dataset.own;
    badge.className = `badge ${ahead ? status : card.dataset.status}`;
  }

  function note(item, items, away) {
    const what = `${away ? `${item.name}: ` : ""}${item.label}`;
    if (!item.refused) {
      const behind = !isFact(item) && items.some((one) => one.job === item.job && one.refused && !isFact(one));
      const text = behind ? "waits for what becomes of the one before it" : "waits to be sent";
      const wait = make("p", { className: "queued wait" }, `${what}, tapped at ${clock(item.tapped)} on this phone, ${text}. `);
      if (behind) wait.append(button("Drop it", () => drop(item), `Drop it: ${what}`));
      return wait;
    }
    const box = make("div", { className: "queued trouble" });
    box.setAttribute("role", "alert");
    box.append(make("p", { className: "said" }, `${what}, tapped at ${clock(item.tapped)} on this phone, was not done.`));
    for (const text of item.refused.lines) box.append(make("p", {}, text));
    const again = button("Try again", () => retry(item), `Try again: ${what}`);
    box.append(make("p", { className: "choose" }, again, button("Drop it", () => drop(item), `Drop it: ${what}`)));
    return box;
  }

  function button(text, act, label) {
    const made = make("button", { type: "button", onclick: act }, text);
    made.setAttribute("aria-label", label);
    return made;
  }

  function retry(item) {
    change(item.key, { key: fresh(), seen: null, waited: null, refused: null });
    paint();
    drain();
  }

  // What was typed goes back to where it was typed, if that is still there.
  function drop(item) {
    forget(item.key);
    paint();
    const card = cardOf(item.job);
    const form = card && all("[data-when]:not([hidden]) form, [data-record] form", card).find((one) => one.dataset.act === item.act);
    for (const [name, text] of form ? item.fields : []) {
      const field = form.elements.namedItem(name);
      if (field && !["day", "rows", "drawing", "minutes"].includes(name)) field.value = text;
    }
    form?.closest("details")?.setAttribute("open", "");
    drain();
  }

  function left() {
    const box = make("div", { className: "queued trouble" });
    box.setAttribute("role", "alert");
    const kept = waiting().length > 0 ? " What you tapped is kept on this phone and sent once you are back." : "";
    const link = make("a", { href: `/log-in?to=${encodeURIComponent(location.pathname)}` }, "Log in again");
    box.append(make("p", { className: "said" }, `Your session has ended.${kept} `, link));
    return box;
  }

  function line(count) {
    const element = find("[data-line]");
    const things = count === 1 ? "One thing waits" : `${count} things wait`;
    const stood = `No connection. This is how it stood at ${place.dataset.asked}.`;
    let text = "";
    if (offline || "kept" in place.dataset) text = count > 0 ? `${stood} ${things} to be sent.` : stood;
    else if (count > 0 && !over && !busy) text = `${things} to be sent.`;
    else text = said;
    element.classList.toggle("is-off", offline || (count > 0 && !busy) || "kept" in place.dataset);
    if (element.textContent !== text) element.textContent = text;
    element.hidden = text === "";
  }

  // The phone's own map rather than one in the browser.
  function mapped(link) {
    const address = encodeURIComponent(link.dataset.map.replace(/\s+/g, " ").trim());
    if (/Android/.test(navigator.userAgent)) return `geo:0,0?q=${address}`;
    if (/iPhone|iPad/.test(navigator.userAgent)) return `https://maps.apple.com/?daddr=${address}`;
    return link.href;
  }

  place.addEventListener("click", (event) => {
    const link = event.target.closest("[data-online]");
    if (!link) return;
    const { job } = link.closest("[data-job]").dataset;
    const waits = () => waiting().some((item) => item.job === job);
    if (!offline && !waits()) return;
    // What was tapped before goes first.
    event.preventDefault();
    const follow = () => {
      if (offline || over) find("[data-line]").textContent = "Booking the rest looks for free times, which needs a connection.";
      else if (waits()) setTimeout(follow, 100);
      else location.assign(link.href);
    };
    follow();
  });

  // ---- Drawing a signature ---------------------------------------------------------------------------------------

  let pen = null;

  function point(canvas, event) {
    const box = canvas.getBoundingClientRect();
    const within = (part, length) => Math.round(Math.min(1, Math.max(0, part)) * length);
    return [within((event.clientX - box.left) / box.width, canvas.width), within((event.clientY - box.top) / box.height, canvas.height)];
  }

  function ink(canvas, from, to) {
    const brush = canvas.getContext("2d");
    brush.strokeStyle = getComputedStyle(canvas).color;
    brush.lineWidth = 3;
    brush.lineCap = "round";
    brush.beginPath();
    brush.moveTo(...from);
    brush.lineTo(...to);
    brush.stroke();
  }

  const drawingOf = (canvas) => canvas.closest("form").elements.namedItem("drawing");

  place.addEventListener("pointerdown", (event) => {
    const canvas = event.target.closest?.("[data-pad] canvas");
    if (!canvas || pen) return;
    canvas.setPointerCapture(event.pointerId);
    const at = point(canvas, event);
    pen = { canvas, at };
    const drawing = drawingOf(canvas);
    if (drawing.value.length < INK - 20) drawing.value += `M${at}`;
    canvas.closest("form").elements.namedItem("name").required = true;
    ink(canvas, at, at);
  });

  place.addEventListener("pointermove", (event) => {
    if (!pen || event.target !== pen.canvas) return;
    const at = point(pen.canvas, event);
    if (Math.hypot(at[0] - pen.at[0], at[1] - pen.at[1]) < NEAR) return;
    const drawing = drawingOf(pen.canvas);
    if (drawing.value.length >= INK - 20) return;
    drawing.value += `L${at}`;
    ink(pen.canvas, pen.at, at);
    pen.at = at;
  });

  for (const name of ["pointerup", "pointercancel"]) place.addEventListener(name, () => { pen = null; });

  place.addEventListener("click", (event) => {
    const canvas = event.target.closest("[data-clear]")?.parentElement.querySelector("canvas");
    if (!canvas) return;
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    drawingOf(canvas).value = "";
    canvas.closest("form").elements.namedItem("name").required = canvas.closest("form").dataset.act === "sign";
  });

  // ---- Being there -----------------------------------------------------------------------------------------------

  async function look() {
    if (over) return;
    const typing = all("[data-job]").some((card) => find("details[open]", card));
    if (!typing) await refresh();
    await drain();
    paint();
  }

  addEventListener("online", look);
  addEventListener("offline", () => { offline = true; paint(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  addEventListener("storage", (event) => { if (event.key === own) paint(); });
  setInterval(() => { if (!document.hidden && (offline || "kept" in place.dataset || next())) look(); }, AGAIN);
  setInterval(() => { if (!document.hidden) look(); }, OLD);

  // Pages of whoever was here before are not kept for the next.
  async function settle() {
    const worker = navigator.serviceWorker;
    if (localStorage.getItem("slotledger.who") !== account) {
      await globalThis.caches?.delete("slotledger-pages");
      localStorage.setItem("slotledger.who", account);
    }
    if (!worker) return;
    await worker.register("/worker.js", { scope: "/today" });
    const { active } = await worker.ready;
    if ("kept" in place.dataset) return;
    const parts = [...document.querySelectorAll('link[href^="/assets/"], script[src^="/assets/"]')];
    active.postMessage({
      pages: all(".turns a").map((turn) => turn.getAttribute("href")),
      assets: parts.map((part) => part.getAttribute("href") ?? part.getAttribute("src")),
    });
  }

  settle().catch(() => null);
  sweep().catch(() => null);
  paint();
  if ("kept" in place.dataset) look();
  else drain();
}
