// Whoever was not there too often cannot book; staff are told and may.

export function describe() {
  return {
    id: "org.slotledger.no-show-blacklist",
    version: "0.1.0",
    witVersion: "0.1.0",
    summary: "Customers who were not there too often cannot book by themselves.",
    hooks: ["hold", "confirm"],
    proposals: [],
    settings: [
      {
        name: "most",
        summary: "How many missed appointments are forgiven.",
        kind: "number",
        default: "2",
      },
      {
        name: "forgive",
        summary: "Whether as many completed appointments make up for them.",
        kind: "boolean",
        default: "true",
      },
    ],
  };
}

export function propose() {
  return [];
}

export function review(input) {
  if (!input.customer) return [];
  const settings = new Map(input.settings.map(({ name, value }) => [name, value]));
  const { noShows, completed } = input.customer.history;
  const forgiven = settings.get("forgive") === "true" && completed > noShows;
  if (noShows <= Number(settings.get("most")) || forgiven) return [];
  const byCustomer = input.actor === "customer";
  return [
    {
      severity: byCustomer ? "deny" : "warn",
      code: "missed-too-often",
      message: byCustomer
        ? "Please call us to book: appointments were missed before."
        : `This customer missed ${noShows} appointments and completed ${completed}.`,
      candidate: null,
    },
  ];
}
