// Shows how things stand, and what waits.
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
// The keys of what was refused and stands in its form again.
const mended = new Set();

// What cannot be done before a moment is offered from then on.
function ripen() {
  for (const late of all("[data-from]")) late.hidden = Date.now() < Date.parse(late.dataset.from);
}

// Nothing that stands already is put there again: it would be read out again.
function paint() {
  const items = waiting();
  ripen();
  line(sendable().length);
  const others = Object.keys(localStorage).filter((store) => store.startsWith(STORE) && store !== own);
  const theirs = others.reduce((count, store) => count + waiting(store).length, 0);
  const state = JSON.stringify([items, over, theirs, isSending(), [...mended]]);
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
  const isMended = mine.some((item) => mended.has(item.key));
  const status = last && !isMended ? last.next : card.dataset.status;
  const refused = !isMended && mine.some((item) => item.refused);
  for (const group of all("[data-when]", card)) group.hidden = refused || group.dataset.when !== status;
  const signed = mine.some((item) => item.fields.some(([name, text]) => name === "name" && text));
  for (const sign of all('form[data-act="sign"]', card)) sign.closest("details").hidden = signed;
  const group = status && find(`[data-when="${CSS.escape(status)}"]`, card);
  const badge = find("[data-badge]", card);
  badge.dataset.own ??= badge.textContent;
  const ahead = last && !refused && !isMended && group && status !== card.dataset.status;
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
  const ways = [button("Try again", () => retry(item), `Try again: ${what}`), button("Drop it", () => drop(item), `Drop it: ${what}`)];
  // What was typed can be put right where it was typed.
  if (formOf(item) && !mended.has(item.key)) ways.unshift(button("Mend it", () => mend(item), `Mend it: ${what}`));
  box.append(make("p", { className: "choose" }, ...ways));
  return box;
}

function button(text, act, label) {
  const made = make("button", { type: "button", onclick: act }, text);
  made.setAttribute("aria-label", label);
  return made;
}

function retry(item) {
  mended.delete(item.key);
  change(item.key, { key: fresh(), seen: null, waited: null, refused: null });
  paint();
  drain();
}

// The form that something was typed into, if it is there still, and asks for the same.
function formOf(item) {
  const card = cardOf(item.job);
  const groups = card ? `[data-when="${CSS.escape(card.dataset.status)}"] form, [data-record] form` : "";
  const form = card && all(groups, card).find((one) => one.dataset.act === item.act);
  if (!form || !find("input:not([type=hidden]):not([type=file]), textarea", form)) return null;
  const same = ([name, text]) => {
    const field = form.elements.namedItem(name);
    return !field || field.type !== "hidden" || ["day", "drawing"].includes(name) || field.value === text;
  };
  return item.fields.every(same) ? form : null;
}

// What was typed goes back to where it was typed, if that is still there.
function refill(item) {
  const form = formOf(item);
  for (const [name, text] of form ? item.fields : []) {
    const field = form.elements.namedItem(name);
    if (!field || ["day", "rows"].includes(name)) continue;
    field.value = text;
    if (name === "drawing") redraw(find("canvas", form), text);
    // Whatever depends on what is typed is to hear of it.
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (field.type !== "hidden" && text !== field.defaultValue) field.closest("details").open = true;
  }
  return form;
}

// It waits on as it was refused until it is sent anew in its place, so that nothing is lost meanwhile.
function mend(item) {
  mended.add(item.key);
  paint();
  const form = refill(item);
  form?.closest("details")?.setAttribute("open", "");
  if (form) find("input:not([type=hidden]), textarea", form).focus();
}

function drop(item) {
  forget(item.key);
  mended.delete(item.key);
  paint();
  refill(item)?.closest("details")?.setAttribute("open", "");
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
