// The tray of what needs somebody else.
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
