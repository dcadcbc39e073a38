// Time goes on.
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
