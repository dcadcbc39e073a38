//! Tryton's own words against what stands in the way, and what helps.
//!
//! Invariant: the first entry whose words occur decides, so the narrower ones come first. The words are those of
//! Tryton 8.2's English messages; every call asks for that language.

use slotledger_erp::Reason;

/// One thing that Tryton says.
struct Entry {
    words: &'static str,
    reason: Reason,
    fix: &'static str,
}

const fn entry(words: &'static str, reason: Reason, fix: &'static str) -> Entry {
    Entry { words, reason, fix }
}

const RIGHT: &str = "give the connector's group in Tryton the right to do this";
const FISCAL_YEAR: &str = "open a fiscal year for that date in Tryton";
const PERIOD: &str = "reopen the accounting period in Tryton, or open one for that date";
const ACCOUNT: &str = "set the account that Tryton names, on the record or in the accounting configuration";
const REFERENCE: &str = "let a person in the group Accounting Administration set that reference in Tryton";

const ENTRIES: [Entry; 28] = [
    entry("modify the field \"reference\"", Reason::Permission, REFERENCE),
    entry("not allowed to", Reason::Permission, RIGHT),
    entry("is not allowed", Reason::Permission, RIGHT),
    entry("you can not call", Reason::Conflict, "look at the state of that document in Tryton, then retry"),
    entry(
        "must define a sequence on fiscal year",
        Reason::MissingSequence,
        "give the fiscal year its invoice sequences in Tryton",
    ),
    entry(
        "set an invoice date after",
        Reason::ClosedPeriod,
        "post or delete the later invoices first: invoice dates cannot run backwards",
    ),
    entry("no rate found", Reason::MissingRate, "enter an exchange rate for that day in Tryton"),
    entry("currency exchange", Reason::MissingAccount, ACCOUNT),
    entry("closed journal-period", Reason::ClosedPeriod, "reopen that journal and period in Tryton"),
    entry("fiscal year", Reason::ClosedPeriod, FISCAL_YEAR),
    entry("fiscalyear", Reason::ClosedPeriod, FISCAL_YEAR),
    entry("reopen the period", Reason::ClosedPeriod, PERIOD),
    entry("create a period", Reason::ClosedPeriod, PERIOD),
    entry("period", Reason::ClosedPeriod, PERIOD),
    entry("define a receivable account", Reason::MissingAccount, ACCOUNT),
    entry("define a payable account", Reason::MissingAccount, ACCOUNT),
    entry("account revenue", Reason::MissingAccount, ACCOUNT),
    entry(
        "no account category defined",
        Reason::MissingAccount,
        "give the product an account category in Tryton",
    ),
    entry("\"account revenue\" defined", Reason::MissingAccount, ACCOUNT),
    entry("set a type or unclose it", Reason::MissingAccount, ACCOUNT),
    entry(
        "exceeds the limit",
        Reason::Setup,
        "allow more digits in the unit of measure in Tryton, or send fewer",
    ),
    entry("invoice address", Reason::UnknownParty, "add an invoice address to the customer in Tryton"),
    entry("shipment address", Reason::UnknownParty, "add a delivery address to the customer in Tryton"),
    entry("customer location", Reason::UnknownParty, "set a customer location on the party in Tryton"),
    entry("enter a warehouse", Reason::Setup, "set a warehouse for sales in Tryton"),
    entry(
        "is not valid according to its domain",
        Reason::Conflict,
        "correct in Tryton what its message says, then retry",
    ),
    entry(
        "a value is required",
        Reason::Setup,
        "set a default for that field in Tryton, or make it optional",
    ),
    entry("sequence", Reason::MissingSequence, "set the number sequence that Tryton names"),
];

/// What stands in the way by the words of a `UserError`, and what usually helps.
pub(super) fn advice(message: &str) -> (Reason, &'static str) {
    let lower = message.to_lowercase();
    let known = ENTRIES.iter().find(|entry| lower.contains(entry.words));
    known.map_or((Reason::Other, "correct in Tryton what its message says, then retry"), |entry| {
        (entry.reason, entry.fix)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tryton_s_messages_are_told_apart() {
        use Reason::*;
        let cases = [
            ("You are not allowed to access \"Account Move\".", Permission),
            ("Calling button \"post on \"Invoice\" is not allowed.", Permission),
            ("You are not allowed to modify the field \"Reference\" in record \"INV-1\".", Permission),
            ("To continue, you must create a period for the date \"x\" and company \"y\".", ClosedPeriod),
            ("To continue, you must reopen the fiscal year \"2025\" of company \"y\".", ClosedPeriod),
            ("You cannot add/modify/delete lines on closed journal-period \"p\".", ClosedPeriod),
            ("To number the invoice \"(2)\", you must set an invoice date after \"x\" because", ClosedPeriod),
            ("To post invoice \"(3)\", you must define a sequence on fiscal year \"2026\".", MissingSequence),
            ("No rate found for currency \"Pound\" on \"x\".", MissingRate),
            ("To reconcile lines, you must define a currency exchange journal for \"Demo\".", MissingAccount),
            ("To continue, you must define a receivable account for party \"Ana\".", MissingAccount),
            ("There is no account category defined on product \"Haircut\".", MissingAccount),
            ("There is no \"Account Revenue\" defined for \"Haircut\".", MissingAccount),
            ("To get a quote for sale \"(13)\" you must enter an invoice address.", UnknownParty),
            ("A value is required for field \"Journal\" in \"Account Move\".", Setup),
            ("Something that nobody has seen.", Other),
        ];
        for (message, reason) in cases {
            assert_eq!(advice(message).0, reason, "{message}");
        }
    }

    #[test]
    fn every_entry_is_written_as_it_is_looked_for() {
        for entry in &ENTRIES {
            assert_eq!(entry.words, entry.words.to_lowercase());
            assert!(!entry.fix.is_empty());
        }
    }
}
