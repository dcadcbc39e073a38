// Asks for rows again, and for the whole page where that is not enough.
const common = () => {
  const all = new URLSearchParams(query);
  all.set("company", company);
  if (branch) all.set("branch", branch);
  all.set("day", day);
  return all;
};
const wanted = new Set();
let asking = null;

// Rows that are asked for within a moment are asked for at once.
function refresh(rows) {
  for (const row of rows) wanted.add(row);
  asking ??= setTimeout(ask, 20);
}

async function ask() {
  // What is being carried is left alone until it is dropped.
  if (carried || press) { asking = setTimeout(ask, 300); return; }
  const rows = [...wanted];
  wanted.clear();
  asking = null;
  if (rows.length === 0) return;
  const all = common();
  all.set("rows", rows.join(","));
  all.set("first", origin);
  all.set("steps", steps);
  const answer = await fetch(`/board/rows?${all}`).catch(() => null);
  if (!answer) { setTimeout(() => refresh(rows), 2000); return; }
  if (left(answer)) return;
  if (!answer.ok) { again(); return; }
  put(new DOMParser().parseFromString(await answer.text(), "text/html"));
  performance.clearMarks("board:changed");
  performance.mark("board:changed");
}

function put(page) {
  const focused = document.activeElement?.closest?.("[data-id]");
  const had = focused && [rowOf(focused), focused.dataset.id];
  for (const row of page.querySelectorAll("tr[data-row]")) {
    const old = body.querySelector(`tr[data-row="${CSS.escape(row.dataset.row)}"]`);
    if (!old) continue;
    const known = new Set([...old.querySelectorAll("[data-id]")].map((bar) => bar.dataset.id + bar.dataset.revision));
    const fresh = document.adoptNode(row);
    for (const bar of fresh.querySelectorAll("[data-id]")) {
      if (!known.has(bar.dataset.id + bar.dataset.revision)) bar.classList.add("is-new");
    }
    old.replaceWith(fresh);
  }
  if (had) body.querySelector(`tr[data-row="${CSS.escape(had[0])}"] [data-id="${CSS.escape(had[1])}"] a`)?.focus();
}

// Whether the session is over: then the server leads elsewhere.
function left(answer) {
  if (!answer.redirected) return false;
  over();
  return true;
}

function over() {
  stream?.close();
  stream = null;
  refused.replaceChildren();
  const note = document.createElement("div");
  note.className = "trouble";
  note.setAttribute("role", "alert");
  const link = document.createElement("a");
  link.href = `/log-in?to=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = "Log in again";
  note.append("Your session has ended; nothing more is shown or moved. ", link);
  refused.append(note);
}

// The whole page anew, not before what is carried was dropped. Many boards hear of the same change: each waits a little.
let due = null;
function again(wait = 300 + Math.random() * 3000) {
  due ??= setTimeout(async () => {
    due = null;
    if (carried || press) { again(); return; }
    const answer = await fetch(location.href).catch(() => null);
    if (!answer) { again(5000); return; }
    if (left(answer) || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-board]");
    if (fresh?.dataset.origin !== board.dataset.origin || fresh.dataset.steps !== board.dataset.steps) { location.reload(); return; }
    const rows = [...fresh.querySelectorAll("tr[data-row]")].map((row) => row.dataset.row).join();
    if (rows === [...body.querySelectorAll("tr[data-row]")].map((row) => row.dataset.row).join()) put(fresh);
    else body.replaceChildren(...document.adoptNode(fresh.querySelector("[data-rows]")).children);
    look();
  }, wait);
}
