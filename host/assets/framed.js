// In another site's frame: tells that site how high the page is, if it is one that may have it. Pages work without this.
"use strict";
if (window.parent !== window) {
  document.documentElement.classList.add("framed");
  const sites = document.querySelector('meta[name="slotledger-sites"]').content.split(" ");
  let site;
  const tell = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (site) window.parent.postMessage({ slotledger: "page", height, title: document.title }, site);
  };
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || !sites.includes(event.origin) || event.data?.slotledger !== "hello") return;
    site = event.origin;
    tell();
  });
  new ResizeObserver(tell).observe(document.body);
}
