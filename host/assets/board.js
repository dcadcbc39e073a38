// The board works without this as a table of links. This lets visits be moved, by pointer and by keyboard, sends each move
// as the command that a form would send, shows what stands in the way, and asks again for the rows that change elsewhere.
// Nothing is decided here: where something may go, the server's rules say once it is dropped.
"use strict";

const board = document.querySelector("[data-board]");
if (board) {
  const STEP = 300; // Seconds of a step.
  const SNAP = 3; // Steps that a pointer or an arrow key moves by; with Shift one.
  const FAR = 5; // Pixels after which a press is a drag.
  const { csrf, company, branch, provider: only, day, query } = board.dataset;
  const week = "week" in board.dataset;
  const table = board.querySelector("table");
  const body = board.querySelector("[data-rows]");
  const said = document.querySelector("[data-said]");
  const refused = document.querySelector("[data-refused]");
  const undo = document.querySelector("[data-undo]");
  const origin = Number(board.dataset.origin);
  const steps = Number(board.dataset.steps);
  const narrow = matchMedia("(max-width: 720px)");
  let press = null; // Where the pointer went down on a visit.
  let carried = null; // What is on its way: by pointer or by keyboard.
  let last = null; // The last move, to be undone.

  const say = (text) => { said.textContent = text; };
  const tracks = () => [...body.querySelectorAll("tr.provider")];
  const rowOf = (element) => element.closest("tr").dataset.row;
  const bars = (id) => body.querySelectorAll(`[data-id="${CSS.escape(id)}"]`);
  const nameOf = (row) => row.querySelector("th").firstChild.textContent.trim();
  const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB", {
    timeZone: board.dataset.zoneName, hour: "2-digit", minute: "2-digit",
  });
  const step = (at) => Math.max(0, Math.min(steps - 1, at));

  // ---- Asking for rows again -------------------------------------------------------------------------------------

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

  // ---- What changes elsewhere ------------------------------------------------------------------------------------

  let stream = null;
  let entry = board.dataset.entry;
  function listen() {
    if (stream || document.hidden) return;
    const all = new URLSearchParams({ company, after: entry });
    if (branch) all.set("branch", branch);
    if (only) all.set("provider", only);
    stream = new EventSource(`/board/events?${all}`);
    stream.addEventListener("change", (event) => { entry = event.lastEventId || entry; heard(JSON.parse(event.data)); });
    stream.addEventListener("look", () => refresh(tracks().map((row) => row.dataset.row)));
    stream.addEventListener("reload", () => again());
    stream.addEventListener("over", over);
    stream.addEventListener("open", () => board.setAttribute("data-live", ""));
    stream.addEventListener("error", () => {
      board.removeAttribute("data-live");
      // Where the browser does not come back by itself, the answer was no stream: the session is over, or the host away.
      if (stream?.readyState !== EventSource.CLOSED) return;
      stream = null;
      setTimeout(async () => {
        const answer = await fetch("/board/rows").catch(() => null);
        if (answer && left(answer)) return;
        listen();
      }, 2000 + Math.random() * 3000);
    });
  }

  function heard(change) {
    const shown = [...bars(change.appointment)];
    const known = shown.some((bar) => Number(bar.dataset.revision) >= change.revision);
    if (known && !change.gone) return;
    const rows = shown.map(rowOf);
    const [from, to] = [change.start, change.end].map((at) => Date.parse(at));
    const here = from < Date.parse(board.dataset.to) && to > Date.parse(board.dataset.from);
    if (here && !change.gone) {
      const outside = !week && (from / 1000 < origin || to / 1000 > origin + steps * STEP);
      if (outside || !body.querySelector(`tr[data-row="${CSS.escape(change.provider)}"]`) && !query.includes("service=")) { again(); return; }
      rows.push(change.provider, ...change.units);
    }
    if (rows.length > 0) refresh(rows);
    // What needs somebody else changes with the catalogue, which is told apart, or when something is done about it.
    if (place?.querySelector(`[data-of="${CSS.escape(change.appointment)}"]`)) look(1000);
  }

  // A board that nobody looks at holds no connection; a browser has six for all boards of a host.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) { listen(); return; }
    stream?.close();
    stream = null;
  });

  // ---- Sending ---------------------------------------------------------------------------------------------------

  const reason = () => document.querySelector("#why").value.trim() || "Moved on the board";

  // What the rules say where it is too late for a move that staff can still insist on.
  const TOO_LATE = "SL0251";

  // Sends a move. Gives where it lies by now, or nothing if it was refused, which is shown. `insist` sends the same with a
  // reason to go past the cut-off.
  async function send(id, act, fields, insist) {
    refused.replaceChildren();
    for (const bar of bars(id)) bar.classList.add("is-sent");
    const form = new URLSearchParams({ csrf, ...fields });
    const answer = await fetch(`/board/appointments/${id}/${act}`, { method: "POST", body: form }).catch(() => null);
    for (const bar of bars(id)) bar.classList.remove("is-sent");
    if (!answer) {
      const note = document.createElement("p");
      note.className = "trouble";
      note.setAttribute("role", "alert");
      note.textContent = "The server did not answer. Whether the move was made shows once it does.";
      refused.replaceChildren(note);
      again(2000);
      return null;
    }
    if (left(answer)) return null;
    if (answer.ok) return answer.json();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const trouble = page.querySelector(".trouble");
    if (trouble) {
      refused.replaceChildren(document.adoptNode(trouble));
      if (insist && [...trouble.querySelectorAll("code")].some((code) => code.textContent === TOO_LATE)) {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = "Move it all the same";
        button.addEventListener("click", () => { refused.replaceChildren(); insist(); });
        trouble.append(button);
      }
    }
    say("It was refused and stays where it was.");
    return null;
  }

  async function drop(move, isException = false) {
    const { bar, row, start } = move;
    const { id, revision } = bar.dataset;
    const [oldRow, oldStart] = [rowOf(bar), Number(bar.dataset.start)];
    if (row === oldRow && start === oldStart) { say("It stays where it was."); return; }
    const act = start === oldStart ? "reassign" : "reschedule";
    const fields = { seen: revision, provider: row, reason: reason() };
    if (act === "reschedule") fields.start = new Date(start * 1000).toISOString();
    if (isException) fields.exception_reason = reason();
    say("Moving…");
    const moved = await send(id, act, fields, () => drop(move, true));
    refresh([oldRow, row, ...bar.dataset.units.split(",").filter(Boolean)]);
    if (!moved) return;
    last = { id: moved.id, revision: moved.revision, act, provider: oldRow, start: oldStart, from: row, isException };
    undo.disabled = false;
    say(`${moved.name} is at ${clock(moved.start)} with ${nameOf(body.querySelector(`tr[data-row="${CSS.escape(row)}"]`))}.`);
  }

  undo.addEventListener("click", async () => {
    if (!last) return;
    const { id, revision, act, provider, start, from, isException } = last;
    const fields = { seen: revision, provider, reason: "Undone: " + reason() };
    if (act === "reschedule") fields.start = new Date(start * 1000).toISOString();
    if (isException) fields.exception_reason = fields.reason;
    const moved = await send(id, act, fields);
    refresh([provider, from]);
    if (!moved) { say("It cannot be undone: the reason stands here."); return; }
    last = null;
    undo.disabled = true;
    say(`${moved.name} is back at ${clock(moved.start)}.`);
  });

  // ---- Carrying --------------------------------------------------------------------------------------------------

  const movable = (bar) => !narrow.matches && bar && bar.closest("tr.provider") && !("fixed" in bar.dataset)
    && !bar.classList.contains("is-sent") && ("mayMove" in board.dataset || "mayAssign" in board.dataset);

  function lift(bar) {
    const ghost = bar.cloneNode(true);
    ghost.classList.add("is-ghost");
    ghost.classList.remove("is-new");
    ghost.setAttribute("aria-hidden", "true");
    ghost.removeAttribute("data-id");
    ghost.querySelector("a").tabIndex = -1;
    bar.classList.add("is-carried");
    document.body.classList.add("is-dragging");
    return { bar, ghost, row: rowOf(bar), start: Number(bar.dataset.start), cell: bar.closest("td") };
  }

  // Lays what is carried where it would be dropped.
  function lay(move) {
    const row = body.querySelector(`tr[data-row="${CSS.escape(move.row)}"]`);
    if (!row) return;
    for (const target of body.querySelectorAll(".is-target")) target.classList.remove("is-target");
    if (week) {
      const days = [...row.querySelectorAll("td")];
      const cell = days[move.column] ?? days[0];
      cell.classList.add("is-target");
      let list = cell.querySelector("ol");
      if (!list) { list = document.createElement("ol"); cell.append(list); }
      list.append(move.ghost);
      return;
    }
    row.querySelector("th").classList.add("is-target");
    const at = (move.start - origin) / STEP;
    move.ghost.style.setProperty("--f", at);
    move.ghost.style.setProperty("--y", 0);
    move.ghost.querySelector("b").textContent = `${clock(move.start)}–${clock(move.start + move.bar.dataset.steps * STEP)}`;
    row.querySelector("ol").append(move.ghost);
  }

  function end(move) {
    move.ghost.remove();
    move.bar.classList.remove("is-carried");
    document.body.classList.remove("is-dragging");
    for (const target of body.querySelectorAll(".is-target")) target.classList.remove("is-target");
    for (const list of body.querySelectorAll("td.cell ol:empty")) list.remove();
    carried = null;
  }

  // The same time of day in the branch's zone, on another day of the week, whatever the clocks do between.
  function sameTime(start, days) {
    const parts = (seconds) => Object.fromEntries(new Intl.DateTimeFormat("en-GB", {
      timeZone: board.dataset.zoneName, hourCycle: "h23", hour: "2-digit", minute: "2-digit",
    }).formatToParts(new Date(seconds * 1000)).map((part) => [part.type, Number(part.value)]));
    const want = parts(start);
    const moved = start + days * 86400;
    const got = parts(moved);
    let off = (want.hour * 60 + want.minute) - (got.hour * 60 + got.minute);
    if (off > 720) off -= 1440;
    if (off < -720) off += 1440;
    return moved + off * 60;
  }

  const column = (cell) => [...cell.parentElement.children].filter((one) => one.tagName === "TD").indexOf(cell);

  // By pointer.
  board.addEventListener("dragstart", (event) => event.preventDefault());
  board.addEventListener("pointerdown", (event) => {
    const bar = event.target.closest?.("[data-id]");
    if (event.button !== 0 || event.pointerType === "touch" || carried || !movable(bar)) return;
    press = { bar, x: event.clientX, y: event.clientY, left: event.clientX - bar.getBoundingClientRect().left };
  });
  document.addEventListener("pointermove", (event) => {
    if (!press) return;
    if (!carried) {
      if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < FAR) return;
      carried = { ...lift(press.bar), left: press.left };
    }
    event.preventDefault();
    nudge(event);
    const under = document.elementsFromPoint(event.clientX, event.clientY);
    const row = under.find((one) => one.closest?.("tr.provider"))?.closest("tr.provider");
    if (row) carried.row = row.dataset.row;
    if (week) {
      const cell = under.find((one) => one.tagName === "TD");
      if (cell) carried.column = column(cell);
      carried.column ??= column(carried.cell);
    } else if (row) {
      const lane = row.querySelector("ol").getBoundingClientRect();
      const raw = (event.clientX - carried.left - lane.left) / lane.width * steps;
      const fine = event.shiftKey ? 1 : SNAP;
      const old = (Number(carried.bar.dataset.start) - origin) / STEP;
      // Near to where it was it stays exactly there, so that it can be given to somebody else at the same time.
      const at = Math.abs(raw - old) < fine / 2 ? old : Math.round(raw / fine) * fine;
      carried.start = origin + step(at) * STEP;
    }
    lay(carried);
  });
  document.addEventListener("pointerup", (event) => {
    if (!press) return;
    press = null;
    if (!carried) return;
    const move = carried;
    const over = board.getBoundingClientRect();
    const inside = event.clientX >= over.left && event.clientX <= over.right && event.clientY >= over.top && event.clientY <= over.bottom;
    if (week) move.start = sameTime(move.start, (move.column ?? column(move.cell)) - column(move.cell));
    // The click that follows leads nowhere.
    addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", stop, { capture: true }), 50);
    end(move);
    if (inside) drop(move); else say("It stays where it was.");
  });
  document.addEventListener("pointercancel", () => {
    press = null;
    if (carried && !carried.byKey) end(carried);
  });
  const stop = (event) => { event.preventDefault(); event.stopPropagation(); };

  // Scrolls where the pointer comes near an edge.
  function nudge(event) {
    const { left: l, right, top, bottom } = board.getBoundingClientRect();
    const near = 40;
    if (event.clientX > right - near) board.scrollLeft += 12;
    if (event.clientX < l + 176 + near) board.scrollLeft -= 12;
    if (event.clientY > bottom - near) board.scrollTop += 12;
    if (event.clientY < top + near) board.scrollTop -= 12;
  }

  // By keyboard.
  document.addEventListener("keydown", (event) => {
    if (carried && event.key === "Escape") {
      const { bar } = carried;
      press = null;
      end(carried);
      bar.querySelector("a").focus();
      say("It stays where it was.");
      event.preventDefault();
      return;
    }
    const bar = event.target.closest?.("[data-board] [data-id]");
    if (!carried) {
      if (event.key !== " " || !bar) return;
      event.preventDefault();
      if (!movable(bar)) { say("This visit cannot be moved from here. Enter opens it."); return; }
      carried = { ...lift(bar), byKey: true };
      carried.column = week ? column(carried.cell) : 0;
      lay(carried);
      say("Picked up. Arrow keys move it, Enter drops it, Escape leaves it.");
      return;
    }
    if (!carried.byKey) return;
    const rows = tracks();
    const at = rows.findIndex((row) => row.dataset.row === carried.row);
    const turn = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const climb = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      const move = carried;
      if (week) move.start = sameTime(move.start, move.column - column(move.cell));
      end(move);
      move.bar.querySelector("a").focus();
      drop(move);
      return;
    }
    if (event.key === "Tab") { end(carried); say("It stays where it was."); return; }
    if (!turn && !climb) return;
    event.preventDefault();
    if (climb) carried.row = rows[Math.max(0, Math.min(rows.length - 1, at + climb))].dataset.row;
    if (turn && week) carried.column = Math.max(0, Math.min(6, carried.column + turn));
    if (turn && !week) carried.start = origin + step((carried.start - origin) / STEP + turn * (event.shiftKey ? 1 : SNAP)) * STEP;
    lay(carried);
    carried.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
    const who = nameOf(rows.find((row) => row.dataset.row === carried.row));
    const days = [...table.querySelectorAll("thead th")].slice(1).map((head) => head.textContent.trim());
    say(week ? `${days[carried.column]}, ${who}` : `${clock(carried.start)}, ${who}`);
  });

  // ---- The tray --------------------------------------------------------------------------------------------------

  const place = document.querySelector("[data-tray-place]");
  let looking = null;
  let looks = 0; // Answers to all but the last question are out of date.
  function look(wait = 200) {
    if (!place) return;
    clearTimeout(looking);
    looking = setTimeout(async () => {
      const turn = ++looks;
      const answer = await fetch(place.dataset.trayPlace).catch(() => null);
      if (!answer?.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn !== looks) return;
      const tray = page.querySelector("[data-tray]");
      if (tray) place.replaceChildren(document.adoptNode(tray));
    }, wait);
  }
  place?.addEventListener("submit", async (event) => {
    const { way, of } = event.target.dataset;
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const { csrf: _, ...fields } = Object.fromEntries(new FormData(event.target));
    const moved = await send(of, way, fields);
    if (moved) say(`${moved.name} is at ${clock(moved.start)}.`);
    refresh(tracks().map((row) => row.dataset.row));
    look();
  }, true);

  // ---- Time goes on ----------------------------------------------------------------------------------------------

  function tick() {
    const now = Math.floor((Date.now() / 1000 - origin) / STEP);
    const shown = !week && now >= 0 && now < steps;
    table.classList.toggle("has-now", shown);
    if (shown) table.style.setProperty("--now", now);
    // Today's board becomes tomorrow's.
    if (board.dataset.nextDay && Date.now() / 1000 >= Number(board.dataset.nextDay) && !carried) location.reload();
  }
  setInterval(tick, 20000);
  // What was missed on the way, if anything, is shown within ten minutes.
  setInterval(() => { if (!document.hidden) again(); }, 600000);

  if ("mayMove" in board.dataset || "mayAssign" in board.dataset) document.querySelector("[data-tools]").hidden = false;
  tick();
  if (!week && table.classList.contains("has-now")) {
    const now = Math.floor((Date.now() / 1000 - origin) / STEP);
    board.scrollLeft = Math.max(0, (now - 12) / steps * (board.scrollWidth - 176));
  }
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("board:painted")));
  addEventListener("load", () => { listen(); look(); });
}
