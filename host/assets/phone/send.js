// Sends what waits, in order, and asks how things stand.
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
  said = "";
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
