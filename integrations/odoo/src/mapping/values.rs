//! What is written: the rows of new records, and the changes of standing ones.
//!
//! Invariant: a new record carries our key from its first moment, once in a field that people see and once as its
//! external identifier. Taxes are left to Odoo's own rules, except on a counter-document, which repeats them.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use slotledger_erp::{CommissionEarned, Key, Kind, Line, Party, Posting};

use super::{
    Fields, MoveLine, OrderLine, Rows,
    keys::{external_id, party_id},
};

/// What an order has besides its lines.
#[derive(Debug)]
pub(crate) struct OrderHead {
    pub(crate) partner: i64,
    /// Decides the currency; none leaves the company's.
    pub(crate) pricelist: Option<i64>,
    pub(crate) origin: String,
    pub(crate) start: DateTime<Utc>,
}

/// A line with the product it names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Billed<'a> {
    pub(crate) line: &'a Line,
    pub(crate) product: i64,
    /// The line of an order that it bills.
    pub(crate) order_line: Option<i64>,
}

/// What an invoice has besides its lines.
#[derive(Debug, Default)]
pub(crate) struct InvoiceHead {
    pub(crate) partner: i64,
    pub(crate) currency: i64,
    pub(crate) journal: Option<i64>,
    pub(crate) fiscal_position: Option<i64>,
    pub(crate) payment_term: Option<i64>,
    pub(crate) origin: String,
}

/// What a payment is.
#[derive(Debug)]
pub(crate) struct PaymentHead {
    pub(crate) partner: i64,
    pub(crate) currency: i64,
    pub(crate) journal: i64,
    pub(crate) amount: Decimal,
    pub(crate) memo: String,
}

/// Where a picking goes.
#[derive(Debug)]
pub(crate) struct PickingHead {
    pub(crate) operation: i64,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// One product that changes its place.
#[derive(Debug)]
pub(crate) struct Movement {
    pub(crate) product: i64,
    pub(crate) name: String,
    pub(crate) quantity: Decimal,
    pub(crate) unit: i64,
    /// The move that it undoes.
    pub(crate) undoes: Option<i64>,
}

/// A moment as Odoo writes it: UTC without saying so.
pub(crate) fn when(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// What stands on an order about the visit, for people.
pub(crate) fn origin(subject: &str, provider: &Party, start: DateTime<Utc>, end: DateTime<Utc>) -> String {
    let window = format!("{}–{} UTC", start.format("%Y-%m-%d %H:%M"), end.format("%H:%M"));
    format!("{subject}, {}, {window}", provider.name)
}

/// The same after amendments, whose keys it keeps.
pub(crate) fn amended_origin(origin: &str, before: Option<&str>, amendment: &Key) -> String {
    let earlier = before.unwrap_or_default().split("; ").skip(1);
    let keys = earlier.map(str::to_owned).chain([amendment.to_string()]);
    keys.fold(origin.to_owned(), |text, key| format!("{text}; {key}"))
}

/// Whether an amendment's key stands on an order.
pub(crate) fn amended(origin: Option<&str>, amendment: &Key) -> bool {
    origin.unwrap_or_default().split("; ").skip(1).any(|key| key == amendment.as_str())
}

/// Price and discount in percent. A discount is shown only where it leaves exactly the price agreed.
pub(crate) fn discount(line: &Line) -> (Decimal, Decimal) {
    /// As many as Odoo keeps.
    const DIGITS: u32 = 2;
    let plain = (line.unit_price, Decimal::ZERO);
    let Some(list) = line.list_price.filter(|list| *list > line.unit_price && *list > Decimal::ZERO) else {
        return plain;
    };
    let hundred = Decimal::ONE_HUNDRED;
    let percent = ((list - line.unit_price) / list * hundred).round_dp(DIGITS).normalize();
    if list * (hundred - percent) / hundred == line.unit_price { (list, percent) } else { plain }
}

pub(crate) fn order_rows(key: &Key, head: &OrderHead, lines: &[Billed<'_>]) -> Rows {
    let lines = lines.iter().map(|billed| {
        let (price, discount) = discount(billed.line);
        vec![
            ("product_id/.id", json!(billed.product)),
            ("name", json!(billed.line.description)),
            ("product_uom_qty", text(billed.line.quantity)),
            ("price_unit", text(price)),
            ("discount", text(discount)),
        ]
    });
    Rows::new(external_id(Kind::SalesOrder, key))
        .link("partner_id", head.partner)
        .set("client_order_ref", key.as_str())
        .set("origin", head.origin.as_str())
        .set("commitment_date", when(head.start))
        // Left empty, Odoo takes the company's currency; left out, it takes the customer's list.
        .set("pricelist_id/.id", head.pricelist.map_or(json!(""), |list| json!(list)))
        .lines("order_line", lines.collect())
}

/// The commands that make an order's lines what they shall be. A confirmed order's lines cannot be removed: what is
/// too much goes to zero, and so does a line of another product.
pub(crate) fn order_commands(standing: &[OrderLine], lines: &[Billed<'_>]) -> Vec<Value> {
    let mut commands = Vec::new();
    for (position, billed) in lines.iter().enumerate() {
        let (price, discount) = discount(billed.line);
        let mut values = json!({
            "name": billed.line.description, "product_uom_qty": number(billed.line.quantity),
            "price_unit": number(price), "discount": number(discount), "sequence": position + 1,
        });
        let same = standing.get(position).filter(|line| is_product(line, billed.product));
        match same {
            Some(line) => commands.push(json!([1, line.id, values])),
            None => {
                values["product_id"] = json!(billed.product);
                commands.push(json!([0, 0, values]));
            }
        }
    }
    let left = standing.iter().enumerate().filter(|(position, line)| {
        !lines.get(*position).is_some_and(|billed| is_product(line, billed.product))
    });
    commands.extend(
        left.map(|(_, line)| json!([1, line.id, {"product_uom_qty": 0, "sequence": lines.len() + 1}])),
    );
    commands
}

/// Whether an order has exactly these lines, in this order.
pub(crate) fn same_lines(standing: &[OrderLine], lines: &[Billed<'_>]) -> bool {
    standing.len() == lines.len()
        && standing.iter().zip(lines).all(|(line, billed)| {
            is_product(line, billed.product)
                && line.product_uom_qty == billed.line.quantity
                && (line.price_unit, line.discount) == discount(billed.line)
        })
}

fn is_product(line: &OrderLine, product: i64) -> bool {
    line.product_id.as_ref().is_some_and(|link| link.id == product)
}

pub(crate) fn invoice_rows(posting: &Posting, head: &InvoiceHead, lines: &[Billed<'_>]) -> Rows {
    let linked = lines.iter().any(|billed| billed.order_line.is_some());
    let lines = lines.iter().map(|billed| {
        let (price, discount) = discount(billed.line);
        let mut cells = vec![
            ("product_id/.id", json!(billed.product)),
            ("name", json!(billed.line.description)),
            ("quantity", text(billed.line.quantity)),
            ("price_unit", text(price)),
            ("discount", text(discount)),
        ];
        if linked {
            let order_line = billed.order_line.map(|id| id.to_string()).unwrap_or_default();
            cells.push(("sale_line_ids/.id", json!(order_line)));
        }
        cells
    });
    move_head(Kind::SalesInvoice, &posting.key, "out_invoice", posting.date, head)
        .lines("invoice_line_ids", lines.collect())
}

/// The counter-document of an invoice or of a bill: the same lines, taxes and accounts.
pub(crate) fn credit_rows(posting: &Posting, head: &InvoiceHead, countered: i64, lines: &[MoveLine]) -> Rows {
    let kind = posting.kind();
    let sale = kind == Kind::CreditNote;
    let optional = |link: &Option<super::Link>| link.as_ref().map_or(json!(""), |link| json!(link.id));
    let lines = lines.iter().map(|line| {
        let mut cells = vec![
            ("product_id/.id", optional(&line.product_id)),
            ("name", json!(line.name.clone().unwrap_or_default())),
            ("account_id/.id", optional(&line.account_id)),
            ("product_uom_id/.id", optional(&line.product_uom_id)),
            ("quantity", text(line.quantity)),
            ("price_unit", text(line.price_unit)),
            ("discount", text(line.discount)),
            ("tax_ids/.id", listed(&line.tax_ids)),
        ];
        if sale {
            cells.push(("sale_line_ids/.id", listed(&line.sale_line_ids)));
        }
        cells
    });
    move_head(kind, &posting.key, if sale { "out_refund" } else { "in_refund" }, posting.date, head)
        .link("reversed_entry_id", countered)
        .lines("invoice_line_ids", lines.collect())
}

/// The provider's bill. A commission has no tax here: what the provider owes is the provider's affair.
pub(crate) fn commission_rows(
    posting: &Posting,
    head: &InvoiceHead,
    product: i64,
    earned: &CommissionEarned,
) -> Rows {
    let share = format!("{}: {} % of {}", posting.subject, earned.percent.normalize(), earned.base);
    let line = vec![
        ("product_id/.id", json!(product)),
        ("name", json!(share)),
        ("quantity", json!("1")),
        ("price_unit", text(earned.amount)),
        ("tax_ids/.id", json!("")),
    ];
    move_head(Kind::Commission, &posting.key, "in_invoice", posting.date, head)
        .lines("invoice_line_ids", vec![line])
}

fn move_head(kind: Kind, key: &Key, move_type: &str, date: NaiveDate, head: &InvoiceHead) -> Rows {
    Rows::new(external_id(kind, key))
        .set("move_type", move_type)
        .link("partner_id", head.partner)
        .set("ref", key.as_str())
        .set("invoice_date", date.to_string())
        .set("date", date.to_string())
        .set("invoice_origin", head.origin.as_str())
        .link("currency_id", head.currency)
        .link_some("journal_id", head.journal)
        .link_some("fiscal_position_id", head.fiscal_position)
        .link_some("invoice_payment_term_id", head.payment_term)
}

/// A payment by a customer, or back to one.
pub(crate) fn payment_rows(posting: &Posting, fields: &Fields, head: &PaymentHead) -> Rows {
    let kind = posting.kind();
    let direction = if kind == Kind::Advance { "inbound" } else { "outbound" };
    Rows::new(external_id(kind, &posting.key))
        .set("payment_type", direction)
        .set("partner_type", "customer")
        .link("partner_id", head.partner)
        .set("amount", text(head.amount))
        .link("currency_id", head.currency)
        .set("date", posting.date.to_string())
        .link("journal_id", head.journal)
        .set(fields.payment_key, head.memo.as_str())
}

pub(crate) fn picking_rows(
    posting: &Posting,
    fields: &Fields,
    head: &PickingHead,
    movements: &[Movement],
) -> Rows {
    let returned = movements.iter().any(|movement| movement.undoes.is_some());
    let lines = movements.iter().map(|movement| {
        let mut cells = vec![
            ("product_id/.id", json!(movement.product)),
            ("product_uom/.id", json!(movement.unit)),
            ("product_uom_qty", text(movement.quantity)),
            ("location_id/.id", json!(head.from)),
            ("location_dest_id/.id", json!(head.to)),
        ];
        if fields.move_has_name {
            cells.push(("name", json!(movement.name)));
        }
        if returned {
            let undoes = movement.undoes.map_or(json!(""), |id| json!(id));
            cells.push(("origin_returned_move_id/.id", undoes));
        }
        cells
    });
    Rows::new(external_id(posting.kind(), &posting.key))
        .link("picking_type_id", head.operation)
        .link("location_id", head.from)
        .link("location_dest_id", head.to)
        .set("origin", posting.key.as_str())
        // All or nothing: otherwise a part that could be reserved reads as if all was.
        .set("move_type", "one")
        .set("scheduled_date", format!("{} 12:00:00", posting.date))
        .lines(fields.picking_moves, lines.collect())
}

/// A party Odoo does not know yet.
pub(crate) fn party_rows(party: &Party) -> Rows {
    let mut address =
        party.address.as_deref().unwrap_or_default().lines().map(str::trim).filter(|l| !l.is_empty());
    let street = address.next().map(str::to_owned);
    let rest = address.collect::<Vec<_>>().join(", ");
    Rows::new(party_id(&party.code))
        .set("name", party.name.as_str())
        .set("ref", party.code.as_str())
        .set_some("email", party.email.as_deref())
        .set_some("phone", party.phone.as_deref())
        .set_some("street", street)
        .set_some("street2", Some(rest).filter(|rest| !rest.is_empty()))
}

/// A number for `write`, which takes no text. Its digits go through a float here and in Odoo; up to fifteen of them come
/// out as they went in.
pub(crate) fn number(number: Decimal) -> Value {
    let digits = number.normalize().to_string();
    digits.parse::<serde_json::Number>().map_or(json!(digits), Value::Number)
}

/// A number as text, for a float would round it.
fn text(number: Decimal) -> Value {
    json!(number.normalize().to_string())
}

/// Links to several records, which are one text.
fn listed(ids: &[i64]) -> Value {
    json!(ids.iter().map(i64::to_string).collect::<Vec<_>>().join(","))
}
