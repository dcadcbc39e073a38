// What `slotledger rules build` puts around a rule: QuickJS drops an exception, and the component then ends without a
// word. Here it is logged first, with the line it comes from.

// Without the system, these would end the call in the middle, where nothing could be caught or logged.
const noClock = () => {
  throw new Error("there is no clock: the moment is input.now, and the visit's in input.wanted.localStart");
};
const WholeDate = Date;
globalThis.Date = new Proxy(WholeDate, {
  apply: noClock,
  construct: (target, args, made) => (args.length === 0 ? noClock() : Reflect.construct(target, args, made)),
});
WholeDate.now = noClock;

// Loaded only now: what a rule does at its top is done without the system as well.
const rule = await import("../{{main}}");

const missing = ["describe", "propose", "review"].filter((name) => typeof rule[name] !== "function");
if (missing.length > 0) throw new Error(`{{main}} does not export ${missing.join(", ")}`);

function asked(name, input) {
  try {
    return rule[name](input);
  } catch (error) {
    const places = String(error?.stack ?? "").split("\n");
    const place = places.find((line) => !line.includes("entry.js")) ?? "";
    log("warn", `${name}: ${error} ${place.trim()}`.trim());
    throw error;
  }
}

export const describe = () => asked("describe");
export const propose = (input) => asked("propose", input);
export const review = (input) => asked("review", input);
