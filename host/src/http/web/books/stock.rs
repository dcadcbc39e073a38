//! The stock of a company whose books are built in: what there is, and goods that come in.
//!
//! Invariants: as for the journal, books that several companies share are shown to whoever may see the books of all of them.
//! A form that is sent twice takes in nothing twice: its key is the receipt's.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::Uri;
use axum::response::Response;
use rust_decimal::Decimal;
use slotledger_erp::OnHand;

use super::super::door::Desk;
use super::super::entry::Entry;
use super::super::form::Form;
use super::super::setup;
use super::super::trouble::Trouble;
use super::super::words::{self, Choice, Shell, address};
use super::super::wrong::Wrong;
use super::super::{Need, Pages};
use super::{one_of, zone};
use crate::app::{self, App, Goods, OwnBooks};
use crate::codes;
use crate::http::auth::Caller;
use crate::http::gate::{self, Pin};
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::{CompanyId, FieldError, Scope};

const PATH: &str = "/books/stock";

/// The page, and its form.
pub(super) fn routes() -> Pages {
    Pages::default().get(PATH, Need::list(Scope::BooksRead, &[Pin::Company]), index).post(
        PATH,
        Need::body(Scope::BooksWrite),
        receive,
    )
}

/// What one place has of an item.
struct Line {
    item: String,
    /// What it is called, where that is not its code.
    name: String,
    place: String,
    quantity: String,
    unit: String,
    value: String,
    is_out: bool,
}

/// The stock of a company's books.
struct Shown {
    currency: String,
    lines: Vec<Line>,
    next: Option<String>,
    /// The form, for whoever may take something in.
    receipt: Option<Receipt>,
}

/// The form by which goods come in.
struct Receipt {
    key: String,
    entries: Vec<Entry>,
    items: Vec<(String, String)>,
    places: BTreeSet<String>,
}

#[derive(Template)]
#[template(path = "books/stock.html")]
struct StockPage {
    shell: Shell,
    companies: Vec<Choice>,
    company: CompanyId,
    journal: String,
    wrong: Wrong,
    shown: What,
}

/// What there is to show of a company.
enum What {
    Stock(Box<Shown>),
    /// An ERP keeps the books.
    Elsewhere,
    /// The company's connection is not configured: another company can be chosen all the same.
    Missing(Trouble),
}

async fn index(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let (companies, company) = one_of(&app, &desk, query.read("company")?).await?;
    page(&app, &desk, (companies, company), &query, Wrong::default()).await
}

async fn receive(
    extract::State(app): extract::State<State>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let none = || Problem::new(codes::BAD_QUERY, "The form names no company.");
    let company = form.read::<CompanyId>("company")?.ok_or_else(none)?;
    gate::shares_books(&app, &desk.identity, Scope::BooksWrite, company).await?;
    let key = App::receipt_key(company, &setup::key(&desk, &form)?);
    let (connection, _) = app.connection(company).await?;
    let done = match goods(&form, key) {
        Ok(goods) => app.receive(&connection, goods, &by).await,
        Err(errors) => Err(app::Error::Invalid(errors)),
    };
    match done {
        Ok(_) => {
            let company = company.to_string();
            Ok(words::to(&address(PATH, &[("company", &company), ("done", "received")])))
        }
        Err(error) => {
            let (companies, company) = one_of(&app, &desk, Some(company)).await?;
            page(&app, &desk, (companies, company), &form, Wrong::of(plainly(error))).await
        }
    }
}

/// Nobody sees the form's key: that it was used says that the form was sent before, with something else in it.
fn plainly(error: app::Error) -> app::Error {
    let is_key = |fault: &FieldError| fault.field == "key";
    let was_used = matches!(&error, app::Error::Invalid(faults) if faults.iter().any(is_key));
    if was_used { app::Error::KeyReused } else { error }
}

/// The page; after the form was refused, with what was typed and what is wrong with it.
async fn page(
    app: &App,
    desk: &Desk,
    (companies, company): (Vec<Choice>, CompanyId),
    form: &Form,
    wrong: Wrong,
) -> Result<Response, Problem> {
    let shown = match app.own_books_of(company).await {
        Ok(Some((books, _))) => {
            gate::shares_books(app, &desk.identity, Scope::BooksRead, company).await?;
            What::Stock(Box::new(shown(app, desk, company, &books, form, &wrong).await?))
        }
        Ok(None) => What::Elsewhere,
        Err(error @ app::Error::NoConnection(_)) => What::Missing(Trouble::from(&Problem::from(error))),
        Err(error) => return Err(error.into()),
    };
    let receipt = if let What::Stock(shown) = &shown { shown.receipt.as_ref() } else { None };
    let entries = receipt.into_iter().flat_map(|receipt| &receipt.entries);
    let wrong = wrong.called(entries.map(|entry| (entry, entry.label.to_owned())));
    let journal = address("/books/journal", &[("company", &company.to_string())]);
    let shell = desk.shell("Stock", "/books");
    Ok(words::html(wrong.status(), &StockPage { shell, companies, company, journal, wrong, shown }))
}

async fn shown(
    app: &App,
    desk: &Desk,
    company: CompanyId,
    books: &OwnBooks,
    form: &Form,
    wrong: &Wrong,
) -> Result<Shown, Problem> {
    let after = Some(form.text("after")).filter(|after| !after.is_empty());
    let found = books.on_hand(after, limits::PAGE).await?;
    let currency = books.stock_currency()?.to_owned();
    let next = found.next.map(|after| address(PATH, &[("company", &company.to_string()), ("after", &after)]));
    let may = gate::shares_books(app, &desk.identity, Scope::BooksWrite, company).await.is_ok();
    let receipt = if may { Some(receipt(app, company, books, form, wrong).await?) } else { None };
    Ok(Shown { lines: found.entries.into_iter().map(line).collect(), currency, next, receipt })
}

fn line(one: OnHand) -> Line {
    let OnHand { item, warehouse, quantity, unit, value } = one;
    Line {
        name: if item.name == item.code { String::new() } else { item.name },
        item: item.code,
        place: warehouse,
        quantity: quantity.to_string(),
        unit,
        value: value.to_string(),
        is_out: quantity.is_zero(),
    }
}

async fn receipt(
    app: &App,
    company: CompanyId,
    books: &OwnBooks,
    form: &Form,
    wrong: &Wrong,
) -> Result<Receipt, Problem> {
    let (items, places) = books.stocked().await?;
    let today = app.now().with_timezone(&zone(app, company).await?).date_naive().to_string();
    let usual = |name: &str, usual: &str| match form.text(name) {
        "" => usual.to_owned(),
        text => text.to_owned(),
    };
    let optional = |max: &'static str| vec![("maxlength", max), ("autocomplete", "off")];
    let chosen = |list: &'static str| {
        vec![("required", "required"), ("maxlength", "100"), ("autocomplete", "off"), ("list", list)]
    };
    let only = if places.len() == 1 { places.first().map_or("", String::as_str) } else { "" };
    let entries = vec![
        Entry::line("item", "Item", form.text("item"), wrong)
            .with(chosen("stock-items"))
            .hinted("Its code, as services name it."),
        Entry::number("quantity", "Quantity", form.text("quantity"), wrong).with(numeric()),
        Entry::number("unit_cost", "Cost of one", form.text("unit_cost"), wrong)
            .with(numeric())
            .hinted("In the currency of the books, without tax."),
        Entry::line("warehouse", "Location", &usual("warehouse", only), wrong)
            .with(chosen("stock-places"))
            .hinted("The warehouse or van, as services name it."),
        Entry::line("reference", "Reference", form.text("reference"), wrong)
            .with(optional("200"))
            .hinted("Such as the number of the delivery note; the journal shows it."),
        Entry {
            kind: "date",
            ..Entry::line("date", "Day", &usual("date", &today), wrong).with(vec![("required", "required")])
        },
        Entry::line("name", "Name", form.text("name"), wrong)
            .with(optional("200"))
            .hinted("Only of an item that is new here."),
        Entry::line("unit", "Unit", form.text("unit"), wrong)
            .with(optional("100"))
            .hinted("Only of an item that is new here."),
    ];
    Ok(Receipt { key: setup::kept_key(form)?, entries, items, places })
}

fn numeric() -> Vec<(&'static str, &'static str)> {
    vec![("required", "required"), ("inputmode", "decimal"), ("maxlength", "20"), ("autocomplete", "off")]
}

/// The goods that a form says came in, or what of it cannot be read.
fn goods(form: &Form, key: String) -> Result<Goods, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    };
    let mut number = |field: &str| {
        let read = form.number(field).parse::<Decimal>();
        read.unwrap_or_else(|_| {
            wrong(field, "must be a number, such as 12.5");
            Decimal::ONE
        })
    };
    let (quantity, unit_cost) = (number("quantity"), number("unit_cost"));
    let date = form.text("date");
    let day = date.parse().ok();
    if day.is_none() && !date.is_empty() {
        wrong("date", "must be a day, such as 2026-03-09");
    }
    let told = |name: &str| Some(form.text(name).to_owned()).filter(|text| !text.is_empty());
    let goods = Goods {
        key,
        item: form.text("item").to_owned(),
        name: told("name"),
        quantity,
        unit: told("unit"),
        unit_cost,
        warehouse: form.text("warehouse").to_owned(),
        reference: told("reference"),
        date: day,
    };
    errors.extend(goods.check());
    if errors.is_empty() { Ok(goods) } else { Err(errors) }
}
