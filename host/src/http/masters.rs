//! Master records: added, read, listed, replaced. One handler each for all kinds; [`Resource`] says where they live.
//!
//! Deliberately absent: deleting. A record that appointments refer to is switched off with `active`.

use axum::Json;
use axum::extract;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::Required;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::answer::{added, found};
use super::auth::Caller;
use super::body::{Body, Input, typed};
use super::extract::{Checked, Id, Query};
use super::gate::{self, Need, Pin, Subject};
use super::headers::{Expected, IfMatch};
use super::limits;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{FieldsOf, NewOf, Page, PageOf, StoredOf};
use crate::app::Identity;
use crate::codes;
use crate::model::master::{Kind, Master};
use crate::model::{CompanyId, FieldError, Scope, Stored};
use crate::store;

/// A kind of master record as the API shows it.
pub(super) trait Resource: Master + ToSchema {
    /// Its collection.
    const PATH: &'static str;
    /// What one is called in a sentence: `a branch`.
    const ONE: &'static str;
    /// What several are called: `branches`.
    const MANY: &'static str;

    /// The connection that it has documents go to, where it is such a record.
    fn books(&self) -> Option<&str> {
        None
    }
}

/// The four operations on a kind of record.
pub(super) fn routes<T: Resource>() -> OpenApiRouter<State> {
    let one = format!("{}/{{id}}", T::PATH);
    let name = <T as ToSchema>::name();
    // A company uses an extension once.
    let once = T::KIND == Kind::Extension;
    let add = Operation::post(T::PATH, &format!("add{name}"), &format!("Add {}", T::ONE))
        .gives_versioned::<StoredOf<T>>(201, "It was added.")
        .refuses(if once { &[404, 409] } else { &[404] });
    let add = if T::KIND == Kind::Company {
        add.takes::<FieldsOf<T>>(Required::True)
    } else {
        add.takes::<NewOf<T>>(Required::True)
    };
    let list = Operation::get(T::PATH, &format!("list{name}"), &format!("List {}", T::MANY))
        .query::<Filter>()
        .gives::<PageOf<StoredOf<T>>>(200, "A page, in the order they were added in.");
    let read = Operation::get(&one, &format!("read{name}"), &format!("Read {}", T::ONE))
        .identified()
        .gives_versioned::<StoredOf<T>>(200, "It, with its version.");
    let replace = Operation::put(&one, &format!("replace{name}"), &format!("Change {}", T::ONE))
        .says("Replaces all fields; one left out takes its default.")
        .identified()
        .if_match(Required::True)
        .takes::<FieldsOf<T>>(Required::True)
        .gives_versioned::<StoredOf<T>>(200, "It, as it is now.");
    let replace = if once { replace.refuses(&[409]) } else { replace };
    let (to_list, to_read, to_write) = scopes(T::KIND);
    let one = Subject::from(T::KIND);
    let adding = if T::KIND == Kind::Company { Need::everywhere(to_write) } else { Need::body(to_write) };
    OpenApiRouter::default()
        .routes(add.tag(T::MANY).needs(&adding).to(create::<T>))
        .routes(list.tag(T::MANY).needs(&Need::list(to_list, &[Pin::Company])).to(index::<T>))
        .routes(read.tag(T::MANY).needs(&Need::of(to_read, one)).to(show::<T>))
        .routes(replace.tag(T::MANY).needs(&Need::of(to_write, one)).to(update::<T>))
}

/// What it takes to list, to read and to write records of a kind.
const fn scopes(kind: Kind) -> (Scope, Scope, Scope) {
    match kind {
        Kind::Company | Kind::Branch | Kind::Service | Kind::Provider | Kind::Unit => {
            (Scope::CatalogueRead, Scope::CatalogueRead, Scope::CatalogueWrite)
        }
        Kind::Customer | Kind::Case => (Scope::CustomersList, Scope::CustomersRead, Scope::CustomersWrite),
        Kind::Extension => (Scope::RulesRead, Scope::RulesRead, Scope::RulesWrite),
    }
}

async fn create<T: Resource>(
    extract::State(app): extract::State<State>,
    extract::Extension(Caller(by)): extract::Extension<Caller>,
    Body { value: New { company, data }, request }: Body<New<T>>,
) -> Result<Response, Problem> {
    Ok(added(app.create_by(Some(&by), (company, data), request.as_ref()).await?))
}

async fn index<T: Resource>(
    extract::State(app): extract::State<State>,
    Query(filter): Query<Filter>,
) -> Result<Response, Problem> {
    let limit = filter.limit.unwrap_or(limits::PAGE);
    let page = store::Page { after: filter.after, limit: limit + 1 };
    let records: Vec<Stored<T>> = app.list(filter.company, page).await?;
    Ok(Json(Page::cut(records, limit, |record| record.id)).into_response())
}

async fn show<T: Resource>(
    extract::State(app): extract::State<State>,
    Id(id): Id<Uuid>,
) -> Result<Response, Problem> {
    Ok(found(&app.get::<T>(id).await?))
}

async fn update<T: Resource>(
    extract::State(app): extract::State<State>,
    Id(id): Id<Uuid>,
    IfMatch(expected): IfMatch,
    extract::Extension(Caller(by)): extract::Extension<Caller>,
    extract::Extension(identity): extract::Extension<Identity>,
    Body { value: Whole(data), request: _ }: Body<Whole<T>>,
) -> Result<Response, Problem> {
    if let Some(connection) = data.books() {
        gate::joins_books(&app, &identity, CompanyId(id), connection).await?;
    }
    let version = match expected {
        None => return Err(Problem::new(codes::IF_MATCH_MISSING, "The request has no If-Match header.")),
        Some(Expected::Version(version)) => i64::from(version),
        Some(Expected::Any) => app.get::<T>(id).await?.version,
    };
    Ok(found(&app.replace_by(Some(&by), (id, version), data).await?))
}

/// Which records to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only of this company.
    company: Option<CompanyId>,
    /// Only what comes after this: `next` of the page before.
    after: Option<Uuid>,
    /// How many at most; 50 if it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Checked for Filter {
    fn limit(&self) -> Option<u32> {
        self.limit
    }
}

/// A record to be added: its fields, and its company beside them.
struct New<T> {
    company: Option<CompanyId>,
    data: T,
}

impl<T: Master> Input for New<T> {
    fn read(mut value: Value) -> Result<Self, Vec<FieldError>> {
        let company = match value.as_object_mut() {
            Some(fields) if T::KIND != Kind::Company => Some(company(fields.remove("company"))?),
            Some(_) | None => None,
        };
        Ok(Self { company, data: typed(value)? })
    }
}

fn company(value: Option<Value>) -> Result<CompanyId, Vec<FieldError>> {
    let wrong = |message: String| vec![FieldError { field: "company".to_owned(), message }];
    let value = value.ok_or_else(|| wrong("must be the company's identifier".to_owned()))?;
    serde_json::from_value(value).map_err(|error| wrong(error.to_string()))
}

/// All fields of a record that is to be changed.
struct Whole<T>(T);

impl<T: Master> Input for Whole<T> {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value).map(Self)
    }
}
