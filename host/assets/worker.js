// Keeps the pages of a technician's day, and what they load, for where there is no reception. What the network says goes first.
// Pages that were kept are somebody's: they go when the session is over, and when somebody logs out.
"use strict";

const PAGES = "slotledger-pages";
const ASSETS = "slotledger-assets";
const PATH = "/today";
const PATIENCE = 4000; // Milliseconds after which a page that was kept is better than a connection that hangs.

addEventListener("install", (event) => event.waitUntil(skipWaiting()));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname === PATH) event.respondWith(page(event));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(event.request));
});

// A page says which days are to be kept and what they are made of, once it stands.
addEventListener("message", (event) => {
  const { pages = [], assets = [] } = event.data ?? {};
  event.waitUntil(Promise.all([keepPages(pages), keepAssets(assets)]));
});

// The address under which a page is kept: what was just done is no part of it.
function place(address) {
  const url = new URL(address, location.origin);
  url.searchParams.delete("done");
  url.hash = "";
  return url.href;
}

async function page(event) {
  const fresh = fetch(event.request).then(async (answer) => {
    await note(event.request.url, answer.clone()).catch(() => null);
    return answer;
  });
  event.waitUntil(fresh.catch(() => null));
  const first = await Promise.race([fresh.catch(() => null), new Promise((done) => setTimeout(done, PATIENCE))]);
  return first ?? (await kept(event.request.url)) ?? fresh;
}

async function note(address, answer) {
  const away = answer.type === "opaqueredirect" || answer.redirected || [401, 403].includes(answer.status);
  if (away) {
    await caches.delete(PAGES);
    return;
  }
  if (!answer.ok) return;
  // Whole, or not at all: a line that breaks half-way leaves what was kept before.
  const text = await answer.text();
  await (await caches.open(PAGES)).put(place(address), new Response(text, { headers: answer.headers }));
}

// The page as it was kept, marked as such. Of a day that was never looked at there is none: then today's.
async function kept(address) {
  const pages = await caches.open(PAGES);
  const found = (await pages.match(place(address))) ?? (await pages.match(place(PATH)));
  if (!found) return null;
  const text = (await found.text()).replace(" data-fresh ", " data-kept ");
  return new Response(text, { status: 200, headers: found.headers });
}

async function keepPages(wanted) {
  const keep = async (address) => note(address, await fetch(address));
  await Promise.all(wanted.map((address) => keep(address).catch(() => null)));
  if (!(await caches.has(PAGES))) return;
  const pages = await caches.open(PAGES);
  const all = wanted.map(place);
  const old = (await pages.keys()).filter((page) => !all.includes(page.url));
  await Promise.all(old.map((page) => pages.delete(page)));
}

async function keepAssets(wanted) {
  const assets = await caches.open(ASSETS);
  const known = (await assets.keys()).map((one) => one.url);
  const all = wanted.map((address) => new URL(address, location.origin).href);
  await Promise.all(all.filter((one) => !known.includes(one)).map((one) => assets.add(one).catch(() => null)));
  await Promise.all(known.filter((one) => !all.includes(one)).map((one) => assets.delete(one)));
}

// Their addresses change with what is in them.
async function asset(request) {
  return (await (await caches.open(ASSETS)).match(request)) ?? fetch(request);
}
