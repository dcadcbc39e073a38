//! One document on its way: its tries, and what a person does about it.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::door::Desk;
use super::super::form::Form;
use super::super::trouble::Trouble;
use super::super::words::{self, Shell};
use super::super::{Need, Pages};
use super::contents::{Contents, contents};
use super::{Entry, entry, zone};
use crate::app::{self, App, NewCode, Voice};
use crate::codes;
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::gate::{self, Subject};
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::model::fields::{Fields, TEXT};
use crate::model::{CodeKind, Delivery, DeliveryState, FieldError, Scope};

/// The page, and what can be done from it.
pub(super) fn routes() -> Pages {
    let act = || Need::of(Scope::BooksWrite, Subject::Delivery);
    Pages::default()
        .get("/books/{id}", Need::of(Scope::BooksRead, Subject::Delivery), show)
        .post("/books/{id}/retry", act(), retry)
        .post("/books/{id}/skip", act(), skip)
        .post("/books/{id}/adopt", act(), adopt)
        .post("/books/{id}/edit", act(), edit)
}

/// A code that the document names, as a field to fill in.
struct Code {
    field: String,
    label: String,
    theirs: String,
}

#[derive(Template)]
#[template(path = "books/delivery.html")]
struct DeliveryPage {
    shell: Shell,
    id: i64,
    entry: Entry,
    appointment: String,
    contents: Contents,
    key: String,
    tries: Vec<(String, String)>,
    repairs: Vec<(String, String, String, String)>,
    is_parked: bool,
    is_open: bool,
    may: bool,
    codes: Vec<Code>,
    refused: &'static str,
    trouble: Option<Trouble>,
    form: Form,
}

async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    page(&app, id, &desk, None).await
}

/// The page; after a form was refused, with what stands in the way beside it.
async fn page(
    app: &App,
    id: i64,
    desk: &Desk,
    wrong: Option<(&'static str, Problem, Form)>,
) -> Result<Response, Problem> {
    let story = app.delivery_story(id).await?;
    let delivery = &story.delivery;
    let (refused, trouble, form) = match wrong {
        Some((act, problem, form)) => (act, Some(Trouble::from(&problem)), form),
        None => ("", None, Form::default()),
    };
    let zone = zone(app, delivery.company).await?;
    let at = |moment| words::moment(moment, zone);
    let customer = app.customer_names(&[delivery.appointment]).await?.remove(&delivery.appointment);
    let customer = customer.unwrap_or_default();
    let tries = story.attempts.iter().map(|attempt| {
        let words = attempt.message.clone().unwrap_or_else(|| "The document stands.".to_owned());
        (at(attempt.finished), words)
    });
    let repairs = story.repairs.iter().map(|repair| {
        (at(repair.at), repair.by.clone(), repair.act.as_str().to_owned(), repair.reason.clone())
    });
    let is_open = matches!(delivery.state, DeliveryState::Parked | DeliveryState::Pending);
    let keeps = gate::shares_books(app, &desk.identity, Scope::BooksWrite, delivery.company);
    let maps = is_open && keeps.await.is_ok();
    let codes = if maps { fields(app, delivery, &form).await? } else { Vec::new() };
    let page = DeliveryPage {
        shell: desk.shell_of_delivery(delivery),
        id,
        entry: entry(delivery, customer.clone(), zone),
        contents: contents(delivery, customer),
        appointment: format!("/appointments/{}", delivery.appointment),
        key: delivery.posting.key.to_string(),
        tries: tries.collect(),
        repairs: repairs.collect(),
        is_parked: delivery.state == DeliveryState::Parked,
        is_open,
        codes,
        may: !desk.identity.grants_for(Scope::BooksWrite).is_empty(),
        refused,
        form,
        trouble,
    };
    let status = page.trouble.as_ref().map_or(StatusCode::OK, Trouble::status);
    Ok(words::html(status, &page))
}

async fn retry(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let act = app.retry_delivery(id, Voice { by: &by, reason: "" }).await;
    after(&app, id, &desk, "retry", form, act).await
}

async fn skip(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let act = match reason(&form) {
        Ok(reason) => app.skip_delivery(id, Voice { by: &by, reason }).await,
        Err(error) => Err(error),
    };
    after(&app, id, &desk, "skip", form.clone(), act).await
}

async fn adopt(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let act = match reason(&form) {
        Ok(reason) => app.adopt_delivery(id, form.text("reference"), Voice { by: &by, reason }).await,
        Err(error) => Err(error),
    };
    after(&app, id, &desk, "adopt", form.clone(), act).await
}

/// Has codes called what the form says, where it says something else than holds.
async fn edit(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let delivery = app.delivery_story(id).await?.delivery;
    gate::shares_books(&app, &desk.identity, Scope::BooksWrite, delivery.company).await?;
    let named = app.named_codes(&delivery).await?.into_iter().enumerate();
    let changed = named.filter_map(|(n, code)| {
        let theirs = form.text(&field(n)).to_owned();
        (!theirs.is_empty() && theirs != code.theirs).then_some(NewCode { theirs, ..code })
    });
    let changed: Vec<NewCode> = changed.collect();
    if changed.is_empty() {
        let problem = Problem::new(
            codes::INVALID,
            "Each code is called that already: change one, or try again as it is.",
        );
        return page(&app, id, &desk, Some(("edit", problem, form))).await;
    }
    let act = match NewCode::check_all("codes", &changed) {
        errors if errors.is_empty() => {
            app.edit_delivery(id, changed, Voice { by: &by, reason: form.text("reason") }).await
        }
        errors => Err(app::Error::Invalid(errors)),
    };
    after(&app, id, &desk, "edit", form, act).await
}

/// The codes of a document as fields; after a form was refused, as they were filled in.
async fn fields(app: &App, delivery: &Delivery, form: &Form) -> Result<Vec<Code>, Problem> {
    let shown = |(n, code): (usize, NewCode)| {
        let told = form.text(&field(n));
        let theirs = if told.is_empty() { code.theirs } else { told.to_owned() };
        Code { field: field(n), label: format!("{} {}", kind(code.kind), code.code), theirs }
    };
    let named = match app.named_codes(delivery).await {
        // A company without its connection has documents to look at all the same.
        Err(app::Error::NoConnection(_)) => Vec::new(),
        named => named?,
    };
    Ok(named.into_iter().enumerate().map(shown).collect())
}

/// What the n-th code is called, in a form. A document names the same codes in the same order for ever.
fn field(n: usize) -> String {
    format!("code-{n}")
}

const fn kind(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Item => "Item",
        CodeKind::Customer => "Customer",
        CodeKind::Provider => "Provider",
        CodeKind::Warehouse => "Warehouse",
        CodeKind::Unit => "Unit",
        CodeKind::Method => "Payment method",
    }
}

/// Why: nobody does without a document for no reason.
fn reason(form: &Form) -> app::Result<&str> {
    let reason = form.text("reason");
    let mut fields = Fields::default();
    fields.text("reason", reason, TEXT);
    let mut errors = fields.into_errors();
    if reason.is_empty() {
        errors.push(FieldError { field: "reason".to_owned(), message: "must say why".to_owned() });
    }
    if errors.is_empty() { Ok(reason) } else { Err(app::Error::Invalid(errors)) }
}

async fn after(
    app: &App,
    id: i64,
    desk: &Desk,
    act: &'static str,
    form: Form,
    done: app::Result<Delivery>,
) -> Result<Response, Problem> {
    let problem = match done {
        Ok(_) => return Ok(words::to(&format!("/books/{id}?done={act}"))),
        Err(app::Error::Stale { current }) => {
            Problem::new(codes::OUT_OF_STATE, format!("The delivery is {current}."))
        }
        Err(error) => error.into(),
    };
    page(app, id, desk, Some((act, problem, form))).await
}
