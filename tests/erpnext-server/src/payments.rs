//! Payments: received in advance, tied to an order, moved to its invoice, set free again.

use rust_decimal::Decimal;

use crate::{
    checks::is_submitted,
    documents::docstatus_of,
    ledger::{self, Entry},
    refusal::Refusal,
    selling,
    store::Store,
    values::{Doc, default, money, num, put, put_rows, rows, set, take_rows, text},
};

const PAYMENT: &str = "Payment Entry";

pub(crate) fn validate(store: &mut Store, doc: &mut Doc) -> Result<(), Refusal> {
    let company = selling::company(store, doc);
    let today = store.today().to_string();
    default(doc, "posting_date", today);
    let party = text(doc, "party").to_owned();
    if !party.is_empty() {
        let customer = store.find("Customer", &party)?;
        selling::party(&customer, &party)?;
        put(doc, "party_name", text(&customer, "customer_name"));
    }
    accounts(store, doc, &company);
    amounts(store, doc, &company)?;
    references(store, doc)?;
    sums(doc)?;
    put(doc, "status", "Draft");
    if docstatus_of(doc) == 1 {
        put(doc, "status", "Submitted");
    }
    Ok(())
}

/// The account that is a customer's own in a company.
pub(crate) fn own_account(store: &Store, customer: &str, company: &str) -> Option<String> {
    let customer = store.get("Customer", customer)?;
    let own = rows(customer, "accounts").into_iter().find(|row| text(row, "company") == company)?;
    Some(text(own, "account").to_owned())
}

fn accounts(store: &Store, doc: &mut Doc, company: &Doc) {
    let party_side = if text(doc, "payment_type") == "Receive" { "paid_from" } else { "paid_to" };
    let own = own_account(store, text(doc, "party"), text(doc, "company"));
    let receivable = own.unwrap_or_else(|| text(company, "default_receivable_account").to_owned());
    default(doc, party_side, receivable);
    for side in ["paid_from", "paid_to"] {
        let account = store.get("Account", text(doc, side)).cloned().unwrap_or_default();
        put(doc, &format!("{side}_account_currency"), text(&account, "account_currency"));
        put(doc, &format!("{side}_account_type"), text(&account, "account_type"));
    }
}

fn amounts(store: &Store, doc: &mut Doc, company: &Doc) -> Result<(), Refusal> {
    for (field, label) in [("paid_amount", "Paid Amount"), ("received_amount", "Received Amount")] {
        if num(doc, field).is_zero() {
            return Err(Refusal::validation(format!("{label} is mandatory")));
        }
        let amount = money(num(doc, field));
        set(doc, field, amount);
    }
    let bank =
        ["paid_from_account_type", "paid_to_account_type"].iter().any(|side| text(doc, side) == "Bank");
    if bank && (text(doc, "reference_no").is_empty() || text(doc, "reference_date").is_empty()) {
        return Err(Refusal::validation("Reference No and Reference Date is mandatory for Bank transaction"));
    }
    let base = text(company, "default_currency").to_owned();
    let day = text(doc, "posting_date").to_owned();
    for (side, rate, amount, in_base) in [
        ("paid_from", "source_exchange_rate", "paid_amount", "base_paid_amount"),
        ("paid_to", "target_exchange_rate", "received_amount", "base_received_amount"),
    ] {
        let currency = text(doc, &format!("{side}_account_currency")).to_owned();
        if currency == base {
            set(doc, rate, Decimal::ONE);
        } else if num(doc, rate).is_zero() {
            let recorded = selling::exchange_rate(store, &currency, &base, &day);
            set(doc, rate, recorded.ok_or_else(|| Refusal::validation("Exchange Rate is mandatory"))?);
        }
        let value = money(num(doc, amount) * num(doc, rate));
        set(doc, in_base, value);
    }
    Ok(())
}

fn references(store: &Store, doc: &mut Doc) -> Result<(), Refusal> {
    let mut refs = take_rows(doc, "references");
    for (at, row) in refs.iter_mut().enumerate() {
        let (kind, name) =
            (text(row, "reference_doctype").to_owned(), text(row, "reference_name").to_owned());
        let Some(of) = store.get(&kind, &name).cloned() else {
            let text = format!("Could not find Row #{}: Reference Name: {name}", at + 1);
            return Err(Refusal::frappe("LinkValidationError", text));
        };
        if text(&of, "customer") != text(doc, "party") {
            let text = format!("{kind} {name} is not associated with Customer {}", text(doc, "party"));
            return Err(Refusal::validation(text));
        }
        if docstatus_of(&of) != 1 {
            return Err(Refusal::validation(format!("{kind} {name} must be submitted")));
        }
        let owed = match kind.as_str() {
            "Sales Order" => num(&of, "grand_total") - num(&of, "advance_paid"),
            _ => ledger::outstanding(store, &name),
        };
        let allocated = num(row, "allocated_amount");
        if allocated > owed {
            return Err(Refusal::validation(format!(
                "Row #{}: Allocated Amount cannot be greater than outstanding amount.",
                at + 1
            )));
        }
        set(row, "outstanding_amount", owed - allocated);
        set(row, "total_amount", num(&of, "grand_total"));
    }
    put_rows(doc, "references", refs);
    Ok(())
}

fn sums(doc: &mut Doc) -> Result<(), Refusal> {
    let side = if text(doc, "payment_type") == "Receive" { "paid_amount" } else { "received_amount" };
    let allocated: Decimal =
        rows(doc, "references").into_iter().map(|row| num(row, "allocated_amount")).sum();
    let free = num(doc, side) - allocated;
    if free < Decimal::ZERO {
        return Err(Refusal::validation("Difference Amount must be zero"));
    }
    set(doc, "total_allocated_amount", allocated);
    set(doc, "unallocated_amount", free);
    set(doc, "difference_amount", Decimal::ZERO);
    Ok(())
}

pub(crate) fn submitted(store: &mut Store, name: &str) -> Result<(), Refusal> {
    let doc = store.find(PAYMENT, name)?;
    let day = text(&doc, "posting_date").to_owned();
    ledger::period(store, PAYMENT, &day, false)?;
    ledger::open(store, &day)?;
    let mut entries = Vec::new();
    for (side, amount, base, sign) in [
        ("paid_to", "received_amount", "base_received_amount", Decimal::ONE),
        ("paid_from", "paid_amount", "base_paid_amount", Decimal::NEGATIVE_ONE),
    ] {
        let mut entry = Entry::new(text(&doc, side), sign * num(&doc, base));
        entry.in_account = sign * num(&doc, amount);
        if text(&doc, &format!("{side}_account_type")) == "Receivable" {
            entry.party = Some(text(&doc, "party").to_owned());
        }
        entries.push(entry);
    }
    ledger::post(store, (PAYMENT, name), &day, entries);
    for row in rows(&doc, "references") {
        let (kind, of, amount) =
            (text(row, "reference_doctype"), text(row, "reference_name"), num(row, "allocated_amount"));
        if kind == "Sales Order" {
            store.change(kind, of, |order| {
                let paid = num(order, "advance_paid") + amount;
                set(order, "advance_paid", paid);
            });
        } else {
            ledger::owe(store, (PAYMENT, name), of, -amount);
            ledger::refresh_invoice(store, of);
        }
    }
    Ok(())
}

pub(crate) fn cancelled(store: &mut Store, name: &str) -> Result<(), Refusal> {
    let doc = store.find(PAYMENT, name)?;
    ledger::reverse(store, (PAYMENT, name));
    ledger::delink(store, name, None);
    for row in rows(&doc, "references") {
        let of = text(row, "reference_name");
        if text(row, "reference_doctype") == "Sales Invoice" {
            store.change("Sales Invoice", of, |invoice| {
                put_rows(invoice, "advances", Vec::new());
                set(invoice, "total_advance", Decimal::ZERO);
            });
            ledger::refresh_invoice(store, of);
        }
    }
    Ok(())
}

/// The rows an invoice would take by itself: of payments tied to its orders, and of free ones unless told not to.
pub(crate) fn free_advances(store: &Store, invoice: &Doc) -> Vec<Doc> {
    let orders: Vec<&str> = rows(invoice, "items").into_iter().map(|row| text(row, "sales_order")).collect();
    let mut left = num(invoice, "grand_total");
    let (mut tied, mut free) = (Vec::new(), Vec::new());
    for (name, payment) in store.table(PAYMENT).filter(|(_, payment)| advance_of(payment, invoice)) {
        for row in rows(payment, "references") {
            if text(row, "reference_doctype") == "Sales Order"
                && orders.contains(&text(row, "reference_name"))
            {
                tied.push((name, Some(text(row, "name")), num(row, "allocated_amount")));
            }
        }
        if !num(payment, "unallocated_amount").is_zero() {
            free.push((name, None, num(payment, "unallocated_amount")));
        }
    }
    if crate::values::flag(invoice, "only_include_allocated_payments") {
        free.clear();
    }
    let mut found = Vec::new();
    for (name, row, amount) in tied.into_iter().chain(free) {
        let take = amount.min(left);
        if take.is_zero() {
            continue;
        }
        left -= take;
        let mut advance = Doc::new();
        put(&mut advance, "reference_type", PAYMENT);
        put(&mut advance, "reference_name", name.as_str());
        put(&mut advance, "reference_row", row);
        set(&mut advance, "advance_amount", amount);
        set(&mut advance, "allocated_amount", take);
        found.push(advance);
    }
    found
}

fn advance_of(payment: &Doc, invoice: &Doc) -> bool {
    is_submitted(payment)
        && text(payment, "payment_type") == "Receive"
        && text(payment, "party") == text(invoice, "customer")
        && text(payment, "company") == text(invoice, "company")
}

/// Says which advances an invoice might have taken.
pub(crate) fn hint(store: &mut Store, invoice: &Doc) {
    let mut said = Vec::new();
    for (name, payment) in store.table(PAYMENT).filter(|(_, payment)| advance_of(payment, invoice)) {
        for row in rows(payment, "references") {
            let order = text(row, "reference_name");
            if rows(invoice, "items").into_iter().any(|item| text(item, "sales_order") == order) {
                said.push(format!(
                    "Payment Entry {name} is linked against Order {order}, check if it should be pulled as advance in \
                     this invoice."
                ));
            }
        }
    }
    for message in said {
        store.say(message);
    }
}

/// Moves an advance from where it is to an invoice.
pub(crate) fn apply_advance(store: &mut Store, advance: &Doc, invoice: &str) -> Result<(), Refusal> {
    let (name, row_name) = (text(advance, "reference_name"), text(advance, "reference_row"));
    let amount = num(advance, "allocated_amount");
    let mut payment = store.find(PAYMENT, name)?;
    let mut refs = take_rows(&mut payment, "references");
    let at = refs.iter().position(|row| !row_name.is_empty() && text(row, "name") == row_name);
    let has = match (at, row_name.is_empty()) {
        (Some(at), _) => num(&refs[at], "allocated_amount"),
        (None, true) => num(&payment, "unallocated_amount"),
        (None, false) => Decimal::NEGATIVE_ONE,
    };
    if !is_submitted(&payment) || has != num(advance, "advance_amount") || amount > has {
        return Err(Refusal::validation(
            "Payment Entry has been modified after you pulled it. Please pull it again.",
        ));
    }
    if let Some(at) = at {
        let left = num(&refs[at], "allocated_amount") - amount;
        set(&mut refs[at], "allocated_amount", left);
        if left.is_zero() {
            refs.remove(at);
        }
    }
    let mut moved = Doc::new();
    put(&mut moved, "name", store.row_name());
    put(&mut moved, "doctype", "Payment Entry Reference");
    put(&mut moved, "reference_doctype", "Sales Invoice");
    put(&mut moved, "reference_name", invoice);
    set(&mut moved, "allocated_amount", amount);
    refs.push(moved);
    put_rows(&mut payment, "references", refs);
    sums(&mut payment)?;
    store.change(PAYMENT, name, |stored| *stored = payment);
    ledger::owe(store, (PAYMENT, name), invoice, -amount);
    Ok(())
}

/// Sets payments free that are tied to a document which is withdrawn.
pub(crate) fn unlink(store: &mut Store, kind: &str, of: &str) {
    let tied = |payment: &Doc| {
        is_submitted(payment)
            && rows(payment, "references")
                .into_iter()
                .any(|row| text(row, "reference_doctype") == kind && text(row, "reference_name") == of)
    };
    let names: Vec<String> =
        store.table(PAYMENT).filter(|(_, payment)| tied(payment)).map(|(name, _)| name.clone()).collect();
    for name in &names {
        ledger::delink(store, name, Some(of));
        store.change(PAYMENT, name, |payment| {
            let mut refs = take_rows(payment, "references");
            refs.retain(|row| text(row, "reference_name") != of);
            put_rows(payment, "references", refs);
            // What is left cannot be more than what was paid.
            let _ = sums(payment);
        });
    }
    if !names.is_empty() {
        store.say(format!("Payment Entries {} are un-linked", names.join("\n")));
    }
}

/// `get_payment_entry`: the payment an order or an invoice waits for, not stored.
pub(crate) fn proposal(store: &Store, kind: &str, name: &str) -> Result<Doc, Refusal> {
    let of = store.find(kind, name)?;
    let company = store.get("Company", text(&of, "company")).cloned().unwrap_or_default();
    let owed = match kind {
        "Sales Order" => num(&of, "grand_total") - num(&of, "advance_paid"),
        _ => ledger::outstanding(store, name),
    };
    let mut payment = Doc::new();
    put(&mut payment, "doctype", PAYMENT);
    put(&mut payment, "docstatus", 0);
    put(&mut payment, "payment_type", "Receive");
    put(&mut payment, "party_type", "Customer");
    put(&mut payment, "party", text(&of, "customer"));
    put(&mut payment, "paid_to", text(&company, "default_bank_account"));
    accounts(store, &mut payment, &company);
    set(&mut payment, "paid_amount", owed);
    set(&mut payment, "received_amount", money(owed * num(&of, "conversion_rate").max(Decimal::ONE)));
    let mut row = Doc::new();
    put(&mut row, "reference_doctype", kind);
    put(&mut row, "reference_name", name);
    set(&mut row, "allocated_amount", owed);
    put_rows(&mut payment, "references", vec![row]);
    Ok(payment)
}
