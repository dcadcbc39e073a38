//! Deposits: received as payments that are allocated to their order, and paid back.
//!
//! Invariant: nothing is allocated to an invoice here. The invoice takes its advances by name when it is made.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::json;
use slotledger_erp::{Advance, AdvanceRefund, Body, Document, Failure, Key, Posted, Posting, Reason};

use super::{Books, FOUND, Made};
use crate::mapping::{self, Exact, NewPayment, NewPaymentRow, Order, Owed, Payment};

pub(super) async fn find(books: &Books<'_>, posting: &Posting) -> Result<Vec<Document>, Failure> {
    match books.by_key::<Payment>(&posting.key).await? {
        Some(payment) => Ok(vec![document(books, &payment, posting).await?]),
        None => Ok(Vec::new()),
    }
}

pub(super) async fn read_as(books: &Books<'_>, posting: &Posting, name: &str) -> Result<Document, Failure> {
    document(books, &books.read(name).await?, posting).await
}

async fn document(books: &Books<'_>, payment: &Payment, posting: &Posting) -> Result<Document, Failure> {
    let settled = if matches!(posting.body, Body::Advance(_)) {
        Some(spent(books, payment, &posting.key).await?)
    } else {
        None
    };
    Ok(mapping::payment(payment, &posting.key, settled, books.code(&payment.party).await?))
}

async fn posted(books: &Books<'_>, made: Made<Payment>, posting: &Posting) -> Result<Posted, Failure> {
    let document = document(books, &made.record, posting).await?;
    Ok(made.posted(|_| document))
}

/// The payment with the key: one that stands, or a draft that is submitted now.
async fn existing(books: &Books<'_>, key: &Key) -> Result<Option<Made<Payment>>, Failure> {
    let Some(payment) = books.by_key::<Payment>(key).await? else { return Ok(None) };
    match payment.docstatus {
        0 => Ok(Some(Made::now(books.submit(&payment).await?))),
        1 => Ok(Some(Made::adopted(payment))),
        _ => Err(books.withdrawn(&payment)),
    }
}

pub(super) async fn receive(
    books: &Books<'_>,
    posting: &Posting,
    asked: &Advance,
) -> Result<Posted, Failure> {
    let made = match existing(books, &posting.key).await? {
        Some(made) => made,
        None => create(books, posting, asked).await?,
    };
    posted(books, made, posting).await
}

async fn create(books: &Books<'_>, posting: &Posting, asked: &Advance) -> Result<Made<Payment>, Failure> {
    let order: Option<Order> = match &asked.order {
        Some(key) => Some(books.standing(key).await?),
        None => None,
    };
    let customer = match &order {
        Some(order) => order.customer.clone(),
        None => books.customer(&asked.customer, &asked.currency).await?,
    };
    let account = account(books, asked.method.as_deref()).await?;
    let rate = rate(books, posting, asked, order.as_ref()).await?;
    let references = order.iter().filter_map(|order| {
        // More than the order is worth stays free.
        let open = (order.grand_total.0 - order.advance_paid.0).clamp(Decimal::ZERO, asked.amount);
        (!open.is_zero()).then(|| NewPaymentRow {
            reference_doctype: "Sales Order",
            reference_name: order.name.clone(),
            allocated_amount: Exact(open),
        })
    });
    let body = NewPayment {
        docstatus: 1,
        company: &books.company.name,
        payment_type: "Receive",
        party_type: "Customer",
        party: &customer,
        posting_date: posting.date,
        mode_of_payment: asked.method.as_deref(),
        paid_from: None,
        paid_to: Some(&account),
        paid_amount: Exact(asked.amount),
        received_amount: Exact(mapping::money(asked.amount * rate.unwrap_or(Decimal::ONE))),
        source_exchange_rate: rate.map(Exact),
        target_exchange_rate: None,
        reference_no: asked.receipt.clone().unwrap_or_else(|| posting.subject.clone()),
        reference_date: posting.date,
        references: references.collect(),
        slotledger_key: posting.key.as_str(),
        slotledger_advance: None,
    };
    books.make(&posting.key, &body).await
}

#[derive(Deserialize)]
struct ModeOfPayment {
    #[serde(default)]
    accounts: Vec<ModeAccount>,
}

#[derive(Deserialize)]
struct ModeAccount {
    company: String,
    default_account: Option<String>,
}

/// Where the money is: the account of the payment's method, of the settings, or the company's cash.
async fn account(books: &Books<'_>, method: Option<&str>) -> Result<String, Failure> {
    let lacking =
        |message: String, fix: String| Failure::refused(message, fix).because(Reason::MissingAccount);
    if let Some(method) = method {
        let mode: Option<ModeOfPayment> = books.client.document("Mode of Payment", method).await?;
        let Some(mode) = mode else {
            let fix = "create that Mode of Payment in ERPNext, or correct its name".to_owned();
            return Err(lacking(format!("ERPNext has no Mode of Payment `{method}`"), fix));
        };
        let own = mode.accounts.into_iter().find(|account| account.company == books.company.name);
        if let Some(account) = own.and_then(|account| account.default_account) {
            return Ok(account);
        }
    }
    let usual = books.settings.deposit_account.as_ref().or(books.company.default_cash_account.as_ref());
    usual.or(books.company.default_bank_account.as_ref()).cloned().ok_or_else(|| {
        let company = &books.company.name;
        lacking(
            format!("no account for deposits is set for {company}"),
            format!(
                "set a Default Cash Account for {company} in ERPNext, or name an account in the settings"
            ),
        )
    })
}

/// What one unit of a foreign currency is worth; none in the company's own.
async fn rate(
    books: &Books<'_>,
    posting: &Posting,
    asked: &Advance,
    order: Option<&Order>,
) -> Result<Option<Decimal>, Failure> {
    let own = &books.company.default_currency;
    if asked.currency == *own {
        return Ok(None);
    }
    if let Some(order) = order.filter(|order| order.currency == asked.currency) {
        return Ok(Some(order.conversion_rate.0));
    }
    let day = posting.date.to_string();
    let arguments = [
        ("from_currency", asked.currency.as_str()),
        ("to_currency", own.as_str()),
        ("transaction_date", day.as_str()),
        ("args", "for_selling"),
    ];
    let found: Exact = books.client.ask("erpnext.setup.utils.get_exchange_rate", &arguments).await?;
    if found.0.is_zero() {
        let message = format!("ERPNext has no exchange rate from {} to {own} for {day}", asked.currency);
        let fix = "record a Currency Exchange for that day or an earlier one in ERPNext";
        return Err(Failure::refused(message, fix).because(Reason::MissingRate));
    }
    Ok(Some(found.0))
}

/// What of an advance was settled with invoices that still stand, or paid back.
async fn spent(books: &Books<'_>, payment: &Payment, key: &Key) -> Result<Decimal, Failure> {
    let invoices: Vec<&mapping::PaymentRow> =
        payment.references.iter().filter(|row| row.reference_doctype == "Sales Invoice").collect();
    let mut spent = refunded(books, key).await?;
    if invoices.is_empty() {
        return Ok(spent);
    }
    let names: Vec<&str> = invoices.iter().map(|row| row.reference_name.as_str()).collect();
    let filters = [("name", "in", json!(names))];
    let fields = ["name", "outstanding_amount"];
    let owed: Vec<Owed> = books.client.list("Sales Invoice", &filters, &fields, FOUND).await?;
    for row in invoices {
        let outstanding = owed.iter().find(|owed| owed.name == row.reference_name);
        // An invoice that was credited after it was paid owes the customer: that much is free again.
        let free = outstanding.map(|owed| -owed.outstanding_amount.0).unwrap_or_default();
        spent += row.allocated_amount.0 - free.clamp(Decimal::ZERO, row.allocated_amount.0);
    }
    Ok(spent)
}

async fn refunded(books: &Books<'_>, key: &Key) -> Result<Decimal, Failure> {
    let filters = [("slotledger_advance", "=", json!(key)), ("docstatus", "=", json!(1))];
    let fields = ["name", "received_amount", "payment_type"];
    let found: Vec<Payment> = books.client.list("Payment Entry", &filters, &fields, FOUND).await?;
    Ok(found.iter().map(|payment| payment.received_amount.0).sum())
}

pub(super) async fn pay_back(
    books: &Books<'_>,
    posting: &Posting,
    asked: &AdvanceRefund,
) -> Result<Posted, Failure> {
    if let Some(made) = existing(books, &posting.key).await? {
        return posted(books, made, posting).await;
    }
    let advance: Payment = books.standing(&asked.advance).await?;
    let left = advance.paid_amount.0 - spent(books, &advance, &asked.advance).await?;
    if asked.amount > left {
        let message = format!("of the advance {} only {left} is left in ERPNext", advance.name);
        let fix = "credit the invoice it was settled with first, or pay back less";
        return Err(Failure::refused(message, fix).because(Reason::Conflict));
    }
    let rate = Some(advance.source_exchange_rate.0).filter(|rate| !rate.is_zero()).unwrap_or(Decimal::ONE);
    let body = NewPayment {
        docstatus: 1,
        company: &books.company.name,
        payment_type: "Pay",
        party_type: "Customer",
        party: &advance.party,
        posting_date: posting.date,
        mode_of_payment: None,
        paid_from: Some(&advance.paid_to),
        paid_to: Some(&advance.paid_from),
        paid_amount: Exact(mapping::money(asked.amount * rate)),
        received_amount: Exact(asked.amount),
        source_exchange_rate: None,
        target_exchange_rate: (rate != Decimal::ONE).then_some(Exact(rate)),
        reference_no: format!("{}, {}", posting.subject, advance.name),
        reference_date: posting.date,
        references: Vec::new(),
        slotledger_key: posting.key.as_str(),
        slotledger_advance: Some(asked.advance.as_str()),
    };
    let made = books.make(&posting.key, &body).await?;
    posted(books, made, posting).await
}
