//! Journal entries.

use rust_decimal::Decimal;

use crate::{
    checks::is_submitted,
    ledger::{self, Entry},
    refusal::Refusal,
    selling,
    store::Store,
    values::{Doc, flag, float, money, num, put_rows, rows, set, take_rows, text},
};

const JOURNAL: &str = "Journal Entry";

pub(crate) fn validate(store: &mut Store, doc: &mut Doc) -> Result<(), Refusal> {
    selling::company(store, doc);
    ledger::period(store, JOURNAL, text(doc, "posting_date"), false)?;
    let mut lines = take_rows(doc, "accounts");
    let (mut debit, mut credit) = (Decimal::ZERO, Decimal::ZERO);
    for (at, row) in lines.iter_mut().enumerate() {
        line(store, row, at + 1, text(doc, "name"))?;
        debit += num(row, "debit_in_account_currency");
        credit += num(row, "credit_in_account_currency");
    }
    put_rows(doc, "accounts", lines);
    set(doc, "total_debit", debit);
    set(doc, "total_credit", credit);
    set(doc, "difference", debit - credit);
    if !text(doc, "cheque_no").is_empty() && text(doc, "cheque_date").is_empty() {
        return Err(Refusal::frappe("MandatoryError", "Please enter Reference date"));
    }
    if is_submitted(doc) && debit != credit {
        let text =
            format!("Total Debit must be equal to Total Credit. The difference is {}", float(debit - credit));
        return Err(Refusal::validation(text));
    }
    Ok(())
}

fn line(store: &Store, row: &mut Doc, at: usize, name: &str) -> Result<(), Refusal> {
    let account_name = text(row, "account").to_owned();
    let Some(account) = store.get("Account", &account_name) else {
        let text = format!("Could not find Row #{at}: Account: {account_name}");
        return Err(Refusal::frappe("LinkValidationError", text));
    };
    if flag(account, "is_group") {
        return Err(Refusal::validation(format!(
            "Journal Entry {name}: Account {account_name} is a Group Account and group accounts cannot be used in \
             transactions"
        )));
    }
    if matches!(text(account, "account_type"), "Receivable" | "Payable") && text(row, "party").is_empty() {
        return Err(Refusal::validation(format!(
            "Row {at}: Party Type and Party is required for Receivable / Payable account {account_name}"
        )));
    }
    let kind = text(row, "party_type").to_owned();
    if !kind.is_empty() && store.get(&kind, text(row, "party")).is_none() {
        let text = format!("Could not find Row #{at}: Party: {}", text(row, "party"));
        return Err(Refusal::frappe("LinkValidationError", text));
    }
    for field in ["debit", "credit"] {
        let amount = money(num(row, &format!("{field}_in_account_currency")));
        set(row, &format!("{field}_in_account_currency"), amount);
        set(row, field, amount);
    }
    if num(row, "debit").is_zero() && num(row, "credit").is_zero() {
        return Err(Refusal::validation(format!("Row {at}: Both Debit and Credit values cannot be zero")));
    }
    Ok(())
}

pub(crate) fn submitted(store: &mut Store, name: &str) -> Result<(), Refusal> {
    let doc = store.find(JOURNAL, name)?;
    let day = text(&doc, "posting_date").to_owned();
    ledger::open(store, &day)?;
    let entries = rows(&doc, "accounts").into_iter().map(|row| {
        let mut entry = Entry::new(text(row, "account"), num(row, "debit") - num(row, "credit"));
        entry.party = Some(text(row, "party").to_owned()).filter(|party| !party.is_empty());
        entry
    });
    let entries = entries.collect();
    ledger::post(store, (JOURNAL, name), &day, entries);
    Ok(())
}
