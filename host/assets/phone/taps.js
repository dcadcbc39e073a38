// A tap becomes something that waits.
function told(form, button) {
  const said = ([name, text]) => typeof text === "string" && !["csrf", "seen", "key"].includes(name);
  const fields = [...new FormData(form)].filter(said);
  if (button?.name) fields.push([button.name, button.value]);
  const card = form.closest("[data-job]");
  const job = card.dataset.job;
  return {
    // What can be said several times is something else each time.
    key: "many" in form.dataset ? fresh() : form.elements.namedItem("key").value,
    job,
    name: card.dataset.name,
    act: form.dataset.act,
    label: button?.dataset.label ?? form.dataset.label,
    next: form.dataset.next ?? null,
    path: new URL(form.action).pathname,
    fields,
    // What is tapped after something that waits is about what that leads to.
    seen: waiting().some((item) => item.job === job && !isFact(item) && !mended.has(item.key)) ? null : card.dataset.revision,
    tapped: Date.now(),
    refused: null,
  };
}

// What was refused and mended goes, and what takes its place stands where it stood.
function inPlace(items, item) {
  const at = items.findIndex((one) => mended.has(one.key) && one.job === item.job && one.act === item.act);
  if (at < 0) return null;
  mended.delete(items[at].key);
  return items.toSpliced(at, 1, { ...item, key: fresh() });
}

place.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.act) return;
  const item = told(form, event.submitter);
  const photo = form.elements.namedItem("photo")?.files[0];
  const known = waiting();
  const mendedItems = inPlace(known, item);
  if (mendedItems && keep(mendedItems)) {
    event.preventDefault();
    event.stopPropagation();
    tapped(form);
    return;
  }
  // A phone that keeps nothing sends the form as it is.
  if (!photo && !known.some((one) => one.key === item.key) && !keep([...known, item])) return;
  event.preventDefault();
  event.stopPropagation();
  if (photo) hand(form, item, photo);
  else tapped(form);
});

function tapped(form) {
  form.closest("details")?.removeAttribute("open");
  if ("many" in form.dataset) form.reset();
  for (const trouble of all("[data-queued] > .trouble:not(.queued), [data-notes] > .trouble:not(.queued)")) trouble.remove();
  drain();
  paint();
}
