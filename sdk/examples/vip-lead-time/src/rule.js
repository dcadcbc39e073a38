// Customers of a certain kind may book later than others.

export function describe() {
  return {
    id: "org.slotledger.vip-lead-time",
    version: "0.1.0",
    witVersion: "0.1.0",
    summary: "Customers with a certain attribute may book at short notice.",
    hooks: ["search", "hold", "reschedule"],
    proposals: ["lead-time"],
    settings: [
      setting("attribute", "The customer's attribute that counts.", "text", "tier"),
      setting("value", "The value that it has to have.", "text", "vip"),
      setting("minutes", "How long ahead such a customer has to book.", "number", "0"),
    ],
  };
}

export function propose(input) {
  const settings = new Map(input.settings.map(({ name, value }) => [name, value]));
  const attributes = input.customer?.party.attributes ?? [];
  const counts = attributes.some(
    ({ name, value }) => name === settings.get("attribute") && value === settings.get("value"),
  );
  const minutes = Number(settings.get("minutes"));
  if (!counts || !Number.isInteger(minutes) || minutes < 0) return [];
  // Nobody is made to book earlier than the service asks for anyway.
  return minutes < input.service.leadTime ? [{ tag: "lead-time", val: minutes }] : [];
}

export function review() {
  return [];
}

function setting(name, summary, kind, value) {
  return { name, summary, kind, default: value };
}
