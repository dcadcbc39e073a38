// Being there: what is looked at again, and when; and what is kept for a dead spot.
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
setInterval(ripen, AGAIN);

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
