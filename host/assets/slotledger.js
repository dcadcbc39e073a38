// Pages work without this. It keeps a form from being sent twice, says that it is on its way, names the viewer's own time
// where it differs from the branch's, and offers it where times are listed; asks for the rest of a row that is begun; ticks
// a whole list; and copies what is shown once.
"use strict";

// Logging out takes everything off a phone, also what it could not send yet.
function leaves(form) {
  if (new URL(form.action).pathname !== "/log-out") return true;
  const stores = Object.keys(localStorage).filter((store) => store.startsWith("slotledger."));
  const waits = stores.filter((store) => store.startsWith("slotledger.queue."));
  const lost = "Something that was tapped on this phone was not sent yet. Log out all the same, and lose it?";
  if (waits.length > 0 && !confirm(lost)) return false;
  for (const store of stores) localStorage.removeItem(store);
  globalThis.caches?.delete("slotledger-pages");
  globalThis.indexedDB?.deleteDatabase("slotledger-photos");
  return true;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!leaves(form)) {
    event.preventDefault();
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
});

// A page that is shown again from the browser's memory can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// What was just done is said once: the address that is kept or looked at again says nothing of it.
const here = new URL(location.href);
if (here.searchParams.has("done")) {
  here.searchParams.delete("done");
  history.replaceState(history.state, "", here);
}

// A page that is written in another language says with which words; English dates are those of most of the world.
const language = document.documentElement.lang;
const locale = language === "en" ? "en-GB" : language;
const fill = (text, told) => text.replace(/\{(\w+)\}/g, (_, name) => told[name]);

// A zone as the page calls it, where it has a name for it.
function called(zone) {
  const choice = document.querySelector(`option[value="${CSS.escape(zone)}"]`);
  return choice?.textContent ?? zone.replaceAll("_", " ");
}

for (const time of document.querySelectorAll("time[data-zone]")) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const at = new Date(time.dateTime);
  const said = (zone) => at.toLocaleString(locale, { timeZone: zone, dateStyle: "medium", timeStyle: "short" });
  if (said(own) !== said(time.dataset.zone)) {
    const note = document.createElement("span");
    note.className = "hint";
    const there = time.dataset.said ?? "{time} where you are, {zone}";
    note.textContent = ` (${fill(there, { time: said(own), zone: called(own) })})`;
    time.after(note);
  }
}

// On a phone the ways do not all fit: the one that is taken is in sight.
document.querySelector(".ways [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Who begins a row that has to be whole needs the rest of it.
document.addEventListener("input", (event) => {
  const row = event.target.closest("[data-whole]");
  if (!row) return;
  const fields = [...row.querySelectorAll("input")];
  // The last one is filled in already.
  const isBegun = fields.slice(0, -1).some((field) => field.value.trim() !== "");
  for (const field of fields) field.required = isBegun;
});

// What lacks something is in sight, also where it was folded away.
document.addEventListener("invalid", (event) => {
  for (let fold = event.target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}, true);

// Ticks all rows of a list at once.
for (const all of document.querySelectorAll("[data-tick-all]")) {
  const ticks = [...all.closest("table").querySelectorAll('tbody input[type="checkbox"]')];
  const show = () => {
    const ticked = ticks.filter((tick) => tick.checked).length;
    all.checked = ticked === ticks.length;
    all.indeterminate = ticked > 0 && !all.checked;
  };
  all.hidden = false;
  all.addEventListener("change", () => ticks.forEach((tick) => (tick.checked = all.checked)));
  for (const tick of ticks) tick.addEventListener("change", show);
  window.addEventListener("pageshow", show);
}

// Copies a field. Where the browser has no clipboard for this page, the text is marked, to be copied by hand.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    } catch {
      button.textContent = document.execCommand("copy") ? "Copied" : "Marked: copy it now";
    }
  });
}

// Offers the viewer's own zone where times are listed in another.
for (const link of document.querySelectorAll("a[data-zone-link]")) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const clock = (zone) => new Date().toLocaleString("en-GB", { timeZone: zone });
  if (own && clock(own) !== clock(link.dataset.zoneShown)) {
    link.href = `${link.dataset.zoneLink}&zone=${encodeURIComponent(own)}`;
    link.textContent = fill(link.dataset.said, { zone: called(own) });
    link.hidden = false;
  }
}
