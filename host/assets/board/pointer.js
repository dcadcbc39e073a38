// Carries by mouse and pen at once, and by finger after it has rested on a visit: until then a finger scrolls, and opens what
// it taps.
const RESTS = 450; // Milliseconds that a finger rests on a visit before it picks it up.
const STIRS = 10; // Pixels that it may move meanwhile.
const NEAR = 40; // Pixels from an edge at which the board scrolls.
const PACE = 12; // Pixels that it scrolls by in a frame.

let point = null; // Where the pointer is, while something is carried by it.

board.addEventListener("dragstart", (event) => event.preventDefault());
board.addEventListener("pointerdown", (event) => {
  const bar = event.target.closest?.("[data-id]");
  if (event.button !== 0 || !event.isPrimary || press || carried || !movable(bar)) return;
  const left = event.clientX - bar.getBoundingClientRect().left;
  press = { bar, pointer: event.pointerId, x: event.clientX, y: event.clientY, left, rests: null };
  if (event.pointerType === "touch") press.rests = setTimeout(rested, RESTS);
});

function rested() {
  press.rests = "over";
  pickUp();
  lay(carried);
  navigator.vibrate?.(20);
  say("Picked up. Lift the finger where it is to be dropped.");
}

function pickUp() {
  carried = { ...lift(press.bar), left: press.left };
  requestAnimationFrame(glide);
}

// What is not carried yet is left alone.
function letGo() {
  clearTimeout(press?.rests);
  press = null;
  point = null;
}

document.addEventListener("pointermove", (event) => {
  if (event.pointerId !== press?.pointer) return;
  if (!carried) {
    const way = Math.hypot(event.clientX - press.x, event.clientY - press.y);
    if (press.rests && way > STIRS) letGo();
    if (!press || press.rests || way < FAR) return;
    pickUp();
  }
  event.preventDefault();
  point = { x: event.clientX, y: event.clientY, fine: event.shiftKey ? 1 : SNAP };
  follow();
});

// Lays what is carried under the pointer.
function follow() {
  const under = document.elementsFromPoint(point.x, point.y);
  const row = under.find((one) => one.closest?.("tr.provider"))?.closest("tr.provider");
  if (row) carried.row = row.dataset.row;
  if (week) {
    const cell = under.find((one) => one.tagName === "TD");
    if (cell) carried.column = column(cell);
  } else if (row) {
    const lane = row.querySelector("ol").getBoundingClientRect();
    const raw = (point.x - carried.left - lane.left) / lane.width * steps;
    const old = (Number(carried.bar.dataset.start) - origin) / STEP;
    // Near to where it was it stays exactly there, so that it can be given to somebody else at the same time.
    const at = Math.abs(raw - old) < point.fine / 2 ? old : Math.round(raw / point.fine) * point.fine;
    carried.start = origin + step(at) * STEP;
  }
  lay(carried);
}

document.addEventListener("pointerup", (event) => {
  if (event.pointerId !== press?.pointer) return;
  const byFinger = press.rests !== null;
  letGo();
  if (!carried) return;
  const move = carried;
  const over = board.getBoundingClientRect();
  const inside = event.clientX >= over.left && event.clientX <= over.right && event.clientY >= over.top && event.clientY <= over.bottom;
  if (week) move.start = sameTime(move.start, move.column - column(move.cell));
  // The click that follows leads nowhere.
  addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", stop, { capture: true }), byFinger ? 400 : 50);
  end(move);
  if (inside) drop(move); else say("It stays where it was.");
});

document.addEventListener("pointercancel", (event) => {
  if (event.pointerId !== press?.pointer) return;
  letGo();
  if (carried) end(carried);
});

// A finger that carries does not scroll, and has no menu opened.
const stop = (event) => { event.preventDefault(); event.stopPropagation(); };
board.addEventListener("touchmove", (event) => {
  if (press && carried && event.cancelable) event.preventDefault();
}, { passive: false });
board.addEventListener("contextmenu", (event) => { if (press?.rests) event.preventDefault(); });

// Scrolls for as long as the pointer is near an edge.
function glide() {
  if (!press || !carried) return;
  if (point && nudge(point)) follow();
  requestAnimationFrame(glide);
}

// Scrolls towards an edge that the pointer has come nearer to. Gives whether there was anything left to scroll.
function nudge({ x, y }) {
  const box = board.getBoundingClientRect();
  const [right, bottom, top] = [Math.min(box.right, innerWidth), Math.min(box.bottom, innerHeight), Math.max(box.top, 0)];
  const names = table.querySelector("th").offsetWidth;
  const pull = (at, from, low, high) => (at > from && at > high - NEAR ? PACE : 0) - (at < from && at < low + NEAR ? PACE : 0);
  const across = pull(x, press.x, box.left + names, right);
  const down = pull(y, press.y, top, bottom);
  const before = [board.scrollLeft, board.scrollTop, scrollY].join();
  board.scrollLeft += across;
  const stood = board.scrollTop;
  board.scrollTop += down;
  // A board that stands still is moved with its page.
  if (down && board.scrollTop === stood) scrollBy(0, down);
  return [board.scrollLeft, board.scrollTop, scrollY].join() !== before;
}
