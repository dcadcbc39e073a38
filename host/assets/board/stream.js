// Hears of what changes elsewhere.
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
