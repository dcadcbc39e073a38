// What waits to be sent.
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
