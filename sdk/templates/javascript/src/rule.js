// Evening visits cost more, and a party may not be larger than the house can serve.
//
// Everything a rule knows is in its input. Names of `wit/extension.wit` become camelCase here: `local-start` is
// `localStart`. A case of an enum is its name as text, and one of a variant is `{ tag, val }`. `log(level, message)` is
// there without being imported.

// What the rule is, where it wants to be asked, and what an administrator can set.
export function describe() {
  return {
    id: "org.example.{{name}}",
    version: "0.1.0",
    witVersion: "{{wit_version}}",
    summary: "Evening visits cost more, and parties have a largest size.",
    hooks: ["hold", "reschedule"],
    proposals: ["price-line"],
    settings: [
      setting("from", "The hour from which a visit counts as evening.", "18"),
      setting("surcharge", "What an evening visit costs more.", "15.00"),
      setting("most-guests", "How many guests there may be.", "8"),
    ],
  };
}

// What the rule would have changed: one more line of the price.
export function propose(input) {
  const from = Number(value(input.settings, "from"));
  if (!input.wanted || !(input.wanted.localStart.minute >= from * 60)) return [];
  const amount = decimal(value(input.settings, "surcharge"));
  if (!amount) {
    log("warn", "the setting `surcharge` is no amount; nothing is added");
    return [];
  }
  return [{ tag: "price-line", val: { item: "EVENING", description: "Evening surcharge", amount } }];
}

// What speaks against the visit.
export function review(input) {
  const most = Number(value(input.settings, "most-guests"));
  if (!input.wanted || !(input.wanted.guests > most)) return [];
  return [
    {
      severity: "deny",
      code: "too-many-guests",
      message: `There may be ${most} guests at most.`,
      candidate: null,
    },
  ];
}

function setting(name, summary, value) {
  return { name, summary, kind: "number", default: value };
}

// A setting's value; nothing where there is none.
function value(settings, name) {
  return settings.find((setting) => setting.name === name)?.value ?? "";
}

// Reads an amount, exactly. Fractions of JavaScript's numbers have no place near money.
function decimal(text) {
  const match = /^(\d{1,10})(?:\.(\d{1,5}))?$/.exec(text.trim());
  if (!match) return null;
  const fraction = match[2] ?? "";
  return { units: Number(match[1] + fraction), scale: fraction.length };
}
