//! Connections to the books: how they stand, and what our codes are called there.

use axum::Json;
use axum::extract::{self, Extension};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::Required;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::auth::Caller;
use super::body::{Body, Input, typed};
use super::extract::{Checked, Id, Query};
use super::gate::Need;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use crate::app::{ConnectionView, NewCode};
use crate::model::fields::{CODE, Fields};
use crate::model::{CodeKind, FieldError, MappedCode, Scope};

const PATH: &str = "/api/v1/connections";
const MAPPINGS: &str = "/api/v1/connections/{name}/mappings";
const TAG: &str = "connections";

/// The operations on connections.
pub(super) fn routes() -> OpenApiRouter<State> {
    let list = Operation::get(PATH, "listConnections", "List connections to the books")
        .says(
            "Whether each is reached, since when not and why, and what waits for it. The list has no pages.",
        )
        .gives::<PageOf<ConnectionView>>(200, "Every connection, by name.");
    let read = Operation::get(MAPPINGS, "listMappings", "List what codes are called in the books")
        .named()
        .gives::<PageOf<MappingView>>(200, "What holds, by kind and code. The list has no pages.");
    let map = Operation::put(MAPPINGS, "mapCodes", "Say what codes are called in the books")
        .says("It holds for whatever is sent from now on. Codes that are not named stay as they are.")
        .named()
        .takes::<NewCodes>(Required::True)
        .gives::<PageOf<MappingView>>(200, "What holds, by kind and code.");
    let unmap = Operation::delete(MAPPINGS, "unmapCode", "Have a code called what it is called here")
        .says("Doing so twice changes nothing more.")
        .named()
        .query::<OneCode>()
        .gives::<PageOf<MappingView>>(200, "What holds, by kind and code.");
    OpenApiRouter::default()
        .routes(list.tag(TAG).needs(&Need::everywhere(Scope::BooksRead)).to(index))
        .routes(read.tag(TAG).needs(&Need::books(Scope::BooksRead)).to(mappings))
        .routes(map.tag(TAG).needs(&Need::books(Scope::BooksWrite)).to(set))
        .routes(unmap.tag(TAG).needs(&Need::books(Scope::BooksWrite)).to(unset))
}

async fn index(extract::State(app): extract::State<State>) -> Result<Json<Page<ConnectionView>>, Problem> {
    Ok(Json(Page::whole(app.connections().await?)))
}

async fn mappings(
    extract::State(app): extract::State<State>,
    Id(name): Id<String>,
) -> Result<Json<Page<MappingView>>, Problem> {
    Ok(shown(app.mapped_codes(&name).await?))
}

async fn set(
    extract::State(app): extract::State<State>,
    Id(name): Id<String>,
    Extension(Caller(by)): Extension<Caller>,
    Body { value: NewCodes { codes }, request: _ }: Body<NewCodes>,
) -> Result<Json<Page<MappingView>>, Problem> {
    Ok(shown(app.map_codes(&name, codes, &by).await?))
}

async fn unset(
    extract::State(app): extract::State<State>,
    Id(name): Id<String>,
    Query(OneCode { kind, code }): Query<OneCode>,
    Extension(Caller(by)): Extension<Caller>,
) -> Result<Json<Page<MappingView>>, Problem> {
    Ok(shown(app.unmap_code(&name, kind, code, &by).await?))
}

fn shown(codes: Vec<MappedCode>) -> Json<Page<MappingView>> {
    Json(Page::whole(codes.into_iter().map(view).collect()))
}

/// What codes shall be called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCodes {
    /// The codes.
    #[schema(min_items = 1, max_items = 200)]
    codes: Vec<NewCode>,
}

impl Input for NewCodes {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        NewCode::check_all("codes", &self.codes)
    }
}

/// Which code.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct OneCode {
    /// Of what.
    #[param(inline)]
    kind: CodeKind,
    /// Ours.
    #[param(min_length = 1, max_length = 100)]
    code: String,
}

impl Checked for OneCode {
    fn limit(&self) -> Option<u32> {
        None
    }

    fn check_more(&self, fields: &mut Fields) {
        fields.line("code", &self.code, CODE);
    }
}

/// What one of our codes is called in the books.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mapping)]
struct MappingView {
    /// Of what.
    kind: CodeKind,
    /// Ours.
    code: String,
    /// Theirs.
    theirs: String,
    /// Why.
    note: String,
    /// Who said so.
    by: String,
    /// When.
    at: DateTime<Utc>,
}

fn view(code: MappedCode) -> MappingView {
    let MappedCode { kind, code, theirs, note, by, at } = code;
    MappingView { kind, theirs: theirs.unwrap_or_default(), code, note, by, at }
}
