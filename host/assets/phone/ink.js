// Signatures that are drawn.
let pen = null;

function point(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const within = (part, length) => Math.round(Math.min(1, Math.max(0, part)) * length);
  return [within((event.clientX - box.left) / box.width, canvas.width), within((event.clientY - box.top) / box.height, canvas.height)];
}

function ink(canvas, from, to) {
  const brush = canvas.getContext("2d");
  brush.strokeStyle = getComputedStyle(canvas).color;
  brush.lineWidth = 3;
  brush.lineCap = "round";
  brush.beginPath();
  brush.moveTo(...from);
  brush.lineTo(...to);
  brush.stroke();
}

// A drawing that was kept, drawn anew.
function redraw(canvas, drawing) {
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  let from = null;
  for (const [, letter, x, y] of drawing.matchAll(/([ML])(\d+),(\d+)/g)) {
    const to = [Number(x), Number(y)];
    ink(canvas, letter === "L" && from ? from : to, to);
    from = to;
  }
}

const drawingOf = (canvas) => canvas.closest("form").elements.namedItem("drawing");

place.addEventListener("pointerdown", (event) => {
  const canvas = event.target.closest?.("[data-pad] canvas");
  if (!canvas || pen) return;
  canvas.setPointerCapture(event.pointerId);
  const at = point(canvas, event);
  pen = { canvas, at };
  const drawing = drawingOf(canvas);
  if (drawing.value.length < INK - 20) drawing.value += `M${at}`;
  canvas.closest("form").elements.namedItem("name").required = true;
  ink(canvas, at, at);
});

place.addEventListener("pointermove", (event) => {
  if (!pen || event.target !== pen.canvas) return;
  const at = point(pen.canvas, event);
  if (Math.hypot(at[0] - pen.at[0], at[1] - pen.at[1]) < NEAR) return;
  const drawing = drawingOf(pen.canvas);
  if (drawing.value.length >= INK - 20) return;
  drawing.value += `L${at}`;
  ink(pen.canvas, pen.at, at);
  pen.at = at;
});

for (const name of ["pointerup", "pointercancel"]) place.addEventListener(name, () => { pen = null; });

place.addEventListener("click", (event) => {
  const canvas = event.target.closest("[data-clear]")?.parentElement.querySelector("canvas");
  if (!canvas) return;
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  drawingOf(canvas).value = "";
  canvas.closest("form").elements.namedItem("name").required = canvas.closest("form").dataset.act === "sign";
});
