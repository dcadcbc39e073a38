//! Invoices: from orders, or of a fee; and the advances that are settled with them.
//!
//! Invariant: an invoice's lines name the orders' lines they bill, so that Odoo counts them as invoiced.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use slotledger_erp::{
    Document, Failure, Finish, Invoice as Asked, Key, Kind, Posted, Posting, Reason, State,
};

use super::{
    Books, Round,
    orders::{self, Standing},
    periods::Side,
    settle, taxes,
};
use crate::{
    client::Call,
    mapping::{self, Billed, InvoiceHead, Move, MoveLine, MoveState, OrderLine, Partial, Payment},
};

/// What changes with each step: the state, and what is still open.
type Stage = Option<(MoveState, Decimal)>;

pub(super) async fn find(books: &Books<'_>, key: &Key, asked: &Asked) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for record in books.moves(Kind::SalesInvoice, key).await? {
        documents.push(document(books, &record, key, &asked.advances).await?);
    }
    Ok(documents)
}

pub(super) async fn read_as(
    books: &Books<'_>,
    key: &Key,
    asked: &Asked,
    id: i64,
) -> Result<Option<Document>, Failure> {
    match books.moves_where(Kind::SalesInvoice, json!(["id", "=", id])).await?.first() {
        Some(record) => document(books, record, key, &asked.advances).await.map(Some),
        None => Ok(None),
    }
}

pub(super) async fn post(books: &Books<'_>, posting: &Posting, asked: &Asked) -> Result<Posted, Failure> {
    settle(|| round(books, posting, asked)).await
}

async fn round(books: &Books<'_>, posting: &Posting, asked: &Asked) -> Result<Round<Stage>, Failure> {
    let Some(invoice) = books.move_by_key(Kind::SalesInvoice, &posting.key).await? else {
        return Ok(Round::Tried(None, create(books, posting, asked).await.map(drop)));
    };
    let stage = Some((invoice.state, invoice.amount_residual));
    match (invoice.state(), asked.finish) {
        (State::Draft, finish) => {
            if let Some(command) = taxes::correction(books, &invoice).await? {
                return Ok(Round::Tried(stage, books.write(Move::MODEL, invoice.id, command).await));
            }
            if finish == Finish::Posted {
                books.open(posting.date, Side::Sales).await?;
                return Ok(Round::Tried(stage, books.post_move(invoice.id).await));
            }
        }
        (State::Posted, Finish::Posted | Finish::Draft) => {
            if let Some(settled) = settle_advance(books, &invoice, asked).await? {
                return Ok(Round::Tried(stage, settled));
            }
        }
        (State::Submitted | State::Cancelled | State::Closed, Finish::Posted | Finish::Draft) => {}
    }
    Ok(Round::Stands(document(books, &invoice, &posting.key, &asked.advances).await?))
}

async fn create(books: &Books<'_>, posting: &Posting, asked: &Asked) -> Result<i64, Failure> {
    books.open(posting.date, Side::Sales).await?;
    let mut billed = books.billed(&asked.lines).await?;
    let orders = ordered(books, asked).await?;
    pair(&mut billed, asked, &orders)?;
    for advance in &asked.advances {
        books.standing_advance(advance).await?;
    }
    let numbers = asked.lines.iter().flat_map(|line| [(0, line.quantity), (1, line.unit_price)]);
    books
        .fit(MoveLine::MODEL, &[("quantity", "Product Unit"), ("price_unit", "Product Price")], numbers)
        .await?;
    let currency = books.currency(&asked.currency, posting.date).await?;
    let journal = books.journal(books.settings.sales_journal.as_deref(), "sale").await?;
    let head = match orders.first() {
        Some((_, Standing { order, .. })) => InvoiceHead {
            partner: order.partner_invoice_id.id,
            fiscal_position: order.fiscal_position_id.as_ref().map(|link| link.id),
            payment_term: order.payment_term_id.as_ref().map(|link| link.id),
            origin: names(&orders),
            currency,
            journal,
        },
        None => {
            let partner = books.party(&asked.customer).await?;
            let fiscal_position = taxes::position_of(books, partner).await?;
            let origin = posting.subject.clone();
            InvoiceHead { partner, fiscal_position, origin, currency, journal, ..InvoiceHead::default() }
        }
    };
    books.load(Move::MODEL, &mapping::invoice_rows(posting, &head, &billed)).await
}

/// The orders that the invoice bills, which all have to be confirmed and in its currency.
async fn ordered(books: &Books<'_>, asked: &Asked) -> Result<Vec<(Key, Standing)>, Failure> {
    let mut orders = Vec::new();
    for key in asked.orders() {
        let standing = orders::existing(books, key).await?;
        let number = &standing.order.name;
        if standing.order.state() != State::Submitted {
            return Err(Failure::refused(
                format!("order {number} is not confirmed in Odoo"),
                format!("confirm order {number} in Odoo, or leave this delivery parked"),
            )
            .because(Reason::MissingDocument));
        }
        if standing.order.currency_id.name != asked.currency {
            let currency = &standing.order.currency_id.name;
            return Err(Failure::refused(
                format!("order {number} is in {currency}, its invoice shall be in {}", asked.currency),
                "invoice it by hand in Odoo and leave this delivery parked",
            )
            .because(Reason::Conflict));
        }
        orders.push((key.clone(), standing));
    }
    Ok(orders)
}

/// Gives each line the order's line that it bills: the one it names, or, where none is named, the one in its place.
fn pair(billed: &mut [Billed<'_>], asked: &Asked, orders: &[(Key, Standing)]) -> Result<(), Failure> {
    let lines_of =
        |key: &Key| orders.iter().find(|(order, _)| order == key).map(|(_, standing)| &standing.lines);
    let named = asked.lines.iter().any(|line| line.bills.is_some());
    for (position, billed) in billed.iter_mut().enumerate() {
        let found = match (&billed.line.bills, &asked.order) {
            (Some(bills), _) => {
                let line =
                    lines_of(&bills.order).and_then(|lines| lines.get(usize::try_from(bills.line).ok()?));
                Some(line.ok_or_else(|| no_such_line(&bills.order, bills.line))?)
            }
            (None, Some(order)) if !named => lines_of(order).and_then(|lines| lines.get(position)),
            (None, Some(_) | None) => None,
        };
        let same = |line: &&OrderLine| line.product_id.as_ref().is_some_and(|link| link.id == billed.product);
        let found = found.filter(same);
        if let Some(line) = found.filter(|line| line.qty_invoiced > Decimal::ZERO) {
            return Err(invoiced_before(line));
        }
        billed.order_line = found.map(|line| line.id);
    }
    Ok(())
}

fn invoiced_before(line: &OrderLine) -> Failure {
    Failure::refused(
        format!("`{}` of order {} was invoiced before", line.name, line.order_id.name),
        "credit that invoice first, or leave this delivery parked",
    )
    .because(Reason::Conflict)
}

fn no_such_line(order: &Key, line: u32) -> Failure {
    Failure::refused(
        format!("the order with the customer reference {order} has no line {} in Odoo", u64::from(line) + 1),
        "restore that order's lines in Odoo, or invoice it by hand and leave this delivery parked",
    )
    .because(Reason::Conflict)
}

fn names(orders: &[(Key, Standing)]) -> String {
    orders.iter().map(|(_, standing)| standing.order.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Settles the invoice with the next advance that has something left; none when there is nothing to settle.
async fn settle_advance(
    books: &Books<'_>,
    invoice: &Move,
    asked: &Asked,
) -> Result<Option<Result<(), Failure>>, Failure> {
    for key in &asked.advances {
        if invoice.amount_residual <= Decimal::ZERO {
            return Ok(None);
        }
        let payment = books.standing_advance(key).await?;
        let open = books.open_credit(&payment).await?;
        if let Some(line) = open {
            return Ok(Some(books.assign(invoice.id, line.id).await));
        }
    }
    Ok(None)
}

async fn document(
    books: &Books<'_>,
    invoice: &Move,
    key: &Key,
    advances: &[Key],
) -> Result<Document, Failure> {
    let lines = books.move_lines(&[invoice.id]).await?;
    let party = books.move_party(invoice).await?;
    let settled = settled(books, invoice, advances).await?;
    let currencies = &books.session.currencies;
    Ok(mapping::invoice(Kind::SalesInvoice, invoice, &lines, party, Some(settled), key, currencies))
}

/// What advances have settled of it.
async fn settled(books: &Books<'_>, invoice: &Move, advances: &[Key]) -> Result<Decimal, Failure> {
    if advances.is_empty() || invoice.state() != State::Posted {
        return Ok(Decimal::ZERO);
    }
    let mut payments = Vec::new();
    for key in advances {
        payments.extend(books.payments(Kind::Advance, key).await?.into_iter().map(|payment| payment.id));
    }
    let partials = partials(books, invoice, json!(["credit_move_id.payment_id", "in", payments])).await?;
    Ok(partials.iter().map(|partial| partial.debit_amount_currency).sum())
}

/// What the invoice is matched with.
pub(super) async fn partials(
    books: &Books<'_>,
    invoice: &Move,
    condition: Value,
) -> Result<Vec<Partial>, Failure> {
    let domain = json!([["debit_move_id.move_id", "=", invoice.id], condition]);
    books.lines(Partial::MODEL, domain, Partial::FIELDS, "id").await
}

/// Takes an invoice and a payment apart again.
pub(super) async fn unmatch(books: &Books<'_>, invoice: &Move, partial: &Partial) -> Result<(), Failure> {
    let call = Call::on(Move::MODEL, "js_remove_outstanding_partial", &[invoice.id])
        .with("partial_id", json!(partial.id));
    books.change(call, &[]).await.map(drop)
}

/// The payments, among those an invoice is matched with, that have one of our keys.
pub(super) async fn matched_advances(books: &Books<'_>, invoice: &Move) -> Result<Vec<Partial>, Failure> {
    let mut fields = Payment::FIELDS.to_vec();
    fields.push(books.session.fields.payment_key);
    let partials = partials(books, invoice, json!(["credit_move_id.payment_id", "!=", false])).await?;
    let mut ours = Vec::new();
    for partial in partials {
        let domain = json!([["move_id.line_ids.matched_debit_ids", "in", [partial.id]]]);
        let payments: Vec<Payment> = books.search(Payment::MODEL, domain, &fields).await?;
        let keyed = |payment: &Payment| payment.memo.as_deref().is_some_and(super::advances::is_ours);
        if payments.iter().any(keyed) {
            ours.push(partial);
        }
    }
    Ok(ours)
}
