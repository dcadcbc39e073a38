// Sends moves, and takes the last one back.
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
