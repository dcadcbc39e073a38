// Puts a company's booking pages into a page of its own site:
//   <script src="https://book.example/embed.js" data-portal="0198…" async></script>
// It loads nothing but the pages, keeps nothing, and tells the site nothing but how high they are.
"use strict";
(() => {
  const script = document.currentScript;
  const server = new URL(script.src).origin;
  // A frame that says nonsense about itself spoils no page.
  const [LOWEST, HIGHEST] = [120, 20000];

  const address = new URL(`/portal/${encodeURIComponent(script.dataset.portal ?? "")}`, server);
  const language = script.dataset.lang ?? document.documentElement.lang;
  if (language) address.searchParams.set("lang", language);

  const frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = script.dataset.title ?? "Booking";
  frame.style.cssText = "display: block; width: 100%; height: 640px; border: 0;";
  script.after(frame);

  window.addEventListener("message", (event) => {
    if (event.origin !== server || event.source !== frame.contentWindow || event.data?.slotledger !== "page") return;
    const { height, title } = event.data;
    if (Number.isFinite(height)) frame.style.height = `${Math.min(Math.max(height, LOWEST), HIGHEST)}px`;
    if (typeof title === "string" && !script.dataset.title) frame.title = title;
  });

  // Each page is asked anew, and only pages of the server can hear it. A page that follows another begins at its top.
  let pages = 0;
  frame.addEventListener("load", () => {
    frame.contentWindow.postMessage({ slotledger: "hello" }, server);
    pages += 1;
    if (pages > 1 && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
  });
})();
