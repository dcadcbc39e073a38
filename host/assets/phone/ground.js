// The page works without these files, as forms. They send the same forms without leaving the page, and keep what is tapped where
// there is no reception until it can be sent, in order. Nothing is decided here: what follows what, the page says, as the
// server's rules told it, and what comes of it, the server answers. The host puts them into one function.
const place = document.querySelector("[data-phone]");
if (!place) return;

const UPLOAD = 100000; // The same for a photo.
const PATIENCE = 20000; // Milliseconds after which an answer is not waited for; the form's key makes sending it again safe.
const AGAIN = 20000; // Milliseconds between tries while something waits.
const OLD = 300000; // Milliseconds after which a page that is looked at asks how things stand.
const INK = 20000; // Characters of a drawing; the server takes no more.
const LONG = 2048; // Pixels on the long side of a photo; the server keeps no more.
const HOUR = 3600000; // Milliseconds after which a photo that nothing waits with was left behind.
const NEAR = 3; // Points of a drawing that lie closer say nothing.
const account = place.dataset.account;
const STORE = "slotledger.queue.";
const own = STORE + account;
let offline = false;
let over = false;
let said = "";

const find = (selector, within = place) => within.querySelector(selector);
const all = (selector, within = place) => [...within.querySelectorAll(selector)];
const cardOf = (job) => find(`[data-job="${CSS.escape(job)}"]`);
const clock = (moment) => new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
