// Carries by keyboard.
document.addEventListener("keydown", (event) => {
  if (carried && event.key === "Escape") {
    const { bar } = carried;
    letGo();
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
