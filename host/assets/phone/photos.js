// Photos, which are too large for where the rest of what waits is kept.

function files(mode, act) {
  return new Promise((done, fail) => {
    const opening = indexedDB.open("slotledger-photos", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("photos");
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
      const base = opening.result;
      const work = base.transaction("photos", mode);
      const asked = act(work.objectStore("photos"));
      work.oncomplete = () => { base.close(); done(asked.result); };
      work.onabort = () => { base.close(); fail(work.error); };
    };
  });
}

// As large as the server keeps it, so that it goes through where the line is thin. What is no picture goes as it is: the
// server says so.
async function lighter(photo) {
  try {
    const seen = await createImageBitmap(photo, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG / Math.max(seen.width, seen.height));
    const canvas = make("canvas", { width: Math.round(seen.width * scale), height: Math.round(seen.height * scale) });
    canvas.getContext("2d").drawImage(seen, 0, 0, canvas.width, canvas.height);
    const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return drawn && drawn.size < photo.size ? drawn : photo;
  } catch {
    return photo;
  }
}

// Written down, and only then waiting to be sent.
async function hand(form, item, photo) {
  form.setAttribute("aria-busy", "true");
  const file = fresh();
  try {
    const light = await lighter(photo);
    await files("readwrite", (photos) => photos.put({ photo: light, at: Date.now() }, file));
    if (!keep([...waiting(), { ...item, file }])) throw new Error("full");
  } catch {
    form.submit();
    return;
  }
  form.removeAttribute("aria-busy");
  tapped(form);
}

// What was left behind when a phone went out half-way.
async function sweep() {
  const stores = Object.keys(localStorage).filter((store) => store.startsWith(STORE));
  const kept = stores.flatMap((store) => waiting(store).map((item) => item.file));
  for (const file of await files("readonly", (photos) => photos.getAllKeys())) {
    const { at } = (await files("readonly", (photos) => photos.get(file))) ?? { at: Infinity };
    if (!kept.includes(file) && at < Date.now() - HOUR) await files("readwrite", (photos) => photos.delete(file));
  }
}

place.addEventListener("change", (event) => {
  const form = event.target.closest("form.photo");
  if (form && event.target.files?.length > 0) form.requestSubmit();
});
