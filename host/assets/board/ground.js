// The board works without these files as a table of links. They let visits be moved, by pointer, finger and keyboard, send each move
// as the command that a form would send, show what stands in the way, and ask again for the rows that change elsewhere.
// Nothing is decided here: where something may go, the server's rules say once it is dropped. The host puts them into one function.
const board = document.querySelector("[data-board]");
if (!board) return;

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
let carried = null; // What is on its way: by pointer, finger or keyboard.
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
