//! The general ledger, the payment ledger, and what they make of an invoice.
//!
//! Invariant: the rows of a voucher balance. A cancelled voucher keeps its rows and gets their opposites, all marked.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::{
    checks::is_submitted,
    refusal::Refusal,
    store::Store,
    values::{Doc, date, flag, num, put, set, text},
};

/// One row to be posted: positive is debit, in the company's currency and in the account's.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) account: String,
    pub(crate) amount: Decimal,
    pub(crate) in_account: Decimal,
    pub(crate) party: Option<String>,
    pub(crate) against: Option<String>,
}

impl Entry {
    pub(crate) fn new(account: &str, amount: Decimal) -> Self {
        Self { account: account.into(), amount, in_account: amount, party: None, against: None }
    }
}

/// Posts the rows of a voucher; those of one account and party are added up first.
pub(crate) fn post(store: &mut Store, voucher: (&str, &str), day: &str, entries: Vec<Entry>) {
    let mut merged: Vec<Entry> = Vec::new();
    for entry in entries {
        let same = merged.iter_mut().find(|other| {
            other.account == entry.account && other.party == entry.party && other.against == entry.against
        });
        match same {
            Some(other) => {
                other.amount += entry.amount;
                other.in_account += entry.in_account;
            }
            None => merged.push(entry),
        }
    }
    for entry in merged.iter().filter(|entry| !entry.amount.is_zero()) {
        let currency =
            store.get("Account", &entry.account).map(|account| text(account, "account_currency").to_owned());
        let mut row = Doc::new();
        put(&mut row, "account", entry.account.clone());
        put(&mut row, "account_currency", currency.unwrap_or_default());
        put(&mut row, "posting_date", day);
        put(&mut row, "company", crate::COMPANY);
        put(&mut row, "party_type", entry.party.as_ref().map(|_| "Customer"));
        put(&mut row, "party", entry.party.clone());
        put(&mut row, "against_voucher", entry.against.clone());
        put(&mut row, "against_voucher_type", entry.against.as_ref().map(|_| voucher.0));
        for (field, value) in [("debit", entry.amount), ("debit_in_account_currency", entry.in_account)] {
            set(&mut row, field, value.max(Decimal::ZERO));
            set(&mut row, &field.replace("debit", "credit"), (-value).max(Decimal::ZERO));
        }
        add(store, "GL Entry", voucher, row);
    }
}

fn add(store: &mut Store, doctype: &str, voucher: (&str, &str), mut row: Doc) {
    let name = store.row_name();
    put(&mut row, "name", name.clone());
    put(&mut row, "voucher_type", voucher.0);
    put(&mut row, "voucher_no", voucher.1);
    put(&mut row, "is_cancelled", 0);
    store.save(doctype, &name, row);
}

/// Notes in the payment ledger what a voucher changes of what is owed on another.
pub(crate) fn owe(store: &mut Store, voucher: (&str, &str), against: &str, amount: Decimal) {
    let mut row = Doc::new();
    put(&mut row, "against_voucher_no", against);
    set(&mut row, "amount", amount);
    put(&mut row, "delinked", 0);
    add(store, "Payment Ledger Entry", voucher, row);
}

/// Takes out of the payment ledger what a voucher noted, all of it or only against one other.
pub(crate) fn delink(store: &mut Store, voucher: &str, against: Option<&str>) {
    let ours = |row: &Doc| {
        text(row, "voucher_no") == voucher
            && against.is_none_or(|against| text(row, "against_voucher_no") == against)
    };
    let names: Vec<String> = store
        .table("Payment Ledger Entry")
        .filter(|(_, row)| ours(row))
        .map(|(name, _)| name.clone())
        .collect();
    for name in names {
        store.change("Payment Ledger Entry", &name, |row| put(row, "delinked", 1));
    }
}

/// Marks a voucher's rows as cancelled and adds their opposites.
pub(crate) fn reverse(store: &mut Store, voucher: (&str, &str)) {
    let rows: Vec<(String, Doc)> = store
        .table("GL Entry")
        .filter(|(_, row)| text(row, "voucher_type") == voucher.0 && text(row, "voucher_no") == voucher.1)
        .map(|(name, row)| (name.clone(), row.clone()))
        .collect();
    for (name, mut row) in rows {
        store.change("GL Entry", &name, |row| put(row, "is_cancelled", 1));
        for (debit, credit) in
            [("debit", "credit"), ("debit_in_account_currency", "credit_in_account_currency")]
        {
            let (was_debit, was_credit) = (num(&row, debit), num(&row, credit));
            set(&mut row, debit, was_credit);
            set(&mut row, credit, was_debit);
        }
        let opposite = store.row_name();
        put(&mut row, "name", opposite.clone());
        put(&mut row, "is_cancelled", 1);
        store.save("GL Entry", &opposite, row);
    }
}

/// What is still owed on an invoice, in the currency of the customer's account.
pub(crate) fn outstanding(store: &Store, invoice: &str) -> Decimal {
    let rows = store.table("Payment Ledger Entry").map(|(_, row)| row);
    let open = rows.filter(|row| text(row, "against_voucher_no") == invoice && !flag(row, "delinked"));
    open.map(|row| num(row, "amount")).sum()
}

/// Stores what is owed on an invoice, and its status.
pub(crate) fn refresh_invoice(store: &mut Store, name: &str) {
    let Some(invoice) = store.get("Sales Invoice", name).filter(|invoice| is_submitted(invoice)).cloned()
    else {
        return;
    };
    let left = outstanding(store, name);
    let credited = store.table("Sales Invoice").any(|(_, other)| {
        is_submitted(other)
            && text(other, "return_against") == name
            && !flag(other, "update_outstanding_for_self")
    });
    let overdue = date(text(&invoice, "due_date")).is_some_and(|due| due < store.today());
    let whole = match text(&invoice, "party_account_currency") == text(&invoice, "currency") {
        true => num(&invoice, "grand_total"),
        false => num(&invoice, "base_grand_total"),
    };
    let status = match (flag(&invoice, "is_return"), left > Decimal::ZERO, left < whole) {
        (true, ..) if flag(&invoice, "update_outstanding_for_self") => "Return",
        // Nothing ever sets the status of a credit note that settles its invoice.
        (true, ..) => "Draft",
        (false, true, true) => "Partly Paid",
        (false, true, false) if overdue => "Overdue",
        (false, true, false) => "Unpaid",
        (false, false, _) if credited => "Credit Note Issued",
        (false, false, _) => "Paid",
    };
    store.change("Sales Invoice", name, |invoice| {
        set(invoice, "outstanding_amount", left);
        put(invoice, "status", status);
    });
}

/// Something that is pointed to, and by what.
pub(crate) fn linked(store: &Store, what: (&str, &str), by: (&str, &str)) -> Refusal {
    let link = |(doctype, name): (&str, &str)| {
        let path = doctype.to_lowercase().replace(' ', "-");
        format!("{doctype} <a href=\"{}/app/{path}/{name}\">{name}</a>", store.url)
    };
    let text = format!("Cannot delete or cancel because {} is linked with {} ", link(what), link(by));
    Refusal::frappe("LinkExistsError", text)
}

/// Whether the books may be written on a day.
pub(crate) fn open(store: &Store, day: &str) -> Result<(), Refusal> {
    if !store
        .table("Fiscal Year")
        .any(|(_, year)| text(year, "year_start_date") <= day && day <= text(year, "year_end_date"))
    {
        let text = format!("Date <strong>{}</strong> is not in any active Fiscal Year", american(day));
        return Err(Refusal::erpnext("erpnext.accounts.utils.", "FiscalYearError", text));
    }
    let settings = store.get("Accounts Settings", "Accounts Settings").cloned().unwrap_or_default();
    let frozen = text(&settings, "acc_frozen_upto");
    let role = text(&settings, "frozen_accounts_modifier");
    if !frozen.is_empty() && day <= frozen && !crate::users::has_role(store, role) {
        return Err(Refusal::validation(format!(
            "You are not authorized to add or update entries before {}",
            american(frozen)
        )));
    }
    for (_, voucher) in store.table("Period Closing Voucher").filter(|(_, voucher)| is_submitted(voucher)) {
        let end = text(voucher, "period_end_date");
        if day <= end {
            let text = format!(
                "Books have been closed till the period ending on {}.</br >You cannot create/amend any accounting \
                 entries till this date.",
                american(end)
            );
            return Err(Refusal::validation(text).titled("Period Closed"));
        }
    }
    Ok(())
}

/// Whether an accounting period that holds a day is closed for a document type.
pub(crate) fn period(store: &Store, doctype: &str, day: &str, cancelling: bool) -> Result<(), Refusal> {
    for (name, period) in store.table("Accounting Period") {
        let inside = text(period, "start_date") <= day && day <= text(period, "end_date");
        let closed = crate::values::rows(period, "closed_documents")
            .into_iter()
            .any(|row| text(row, "document_type") == doctype && flag(row, "closed"));
        if inside && closed {
            let text = match cancelling {
                false => format!("You cannot create a {doctype} within the closed Accounting Period {name}"),
                true => format!(
                    "You cannot create or cancel any accounting entries with in the closed Accounting Period {name}"
                ),
            };
            let module = "erpnext.accounts.doctype.accounting_period.accounting_period.";
            return Err(Refusal::erpnext(module, "ClosedAccountingPeriod", text));
        }
    }
    Ok(())
}

/// A date as the site shows it.
pub(crate) fn american(day: &str) -> String {
    date(day).map(|day| day.format("%m-%d-%Y").to_string()).unwrap_or_default()
}

/// A value, or none, as JSON.
pub(crate) fn or_null(value: Option<&Value>) -> Value {
    value.cloned().unwrap_or(Value::Null)
}
