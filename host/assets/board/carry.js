// What is on its way: picked up, laid where it would be dropped, put down.
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
  const cell = bar.closest("td");
  return { bar, ghost, row: rowOf(bar), start: Number(bar.dataset.start), cell, column: week ? column(cell) : 0 };
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
