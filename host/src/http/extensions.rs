//! Extensions: components of third parties, where they are used, and what they said.

use std::str::FromStr;

use axum::Json;
use axum::extract;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::Required;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::answer::found;
use super::auth::Caller;
use super::body::{Body, Input, typed};
use super::extract::{Checked, Id, Query};
use super::gate::{Need, Pin, Subject};
use super::limits;
use super::masters::Resource;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf, StoredOf};
use crate::app::Say;
use crate::model::{
    AppointmentId, CompanyId, Component, Extension as Used, ExtensionAnswer, ExtensionChange, FieldError,
    Mode, OnFailure, Said, Scope,
};
use crate::store::{AnswerFilter, ExtensionChangeFilter};

const TAG: &str = "extensions";

impl Resource for Used {
    const PATH: &'static str = "/api/v1/extensions";
    const ONE: &'static str = "an extension in use";
    const MANY: &'static str = "extensions";
}

/// The operations beside those on extensions in use.
pub(super) fn routes() -> OpenApiRouter<State> {
    let installed = Operation::get("/api/v1/components", "listComponents", "List installed components")
        .says("Components are installed at the command line: `slotledger rules install`.")
        .gives::<Installed>(200, "All of them, the newest last.");
    let said =
        Operation::get("/api/v1/extension-answers", "listExtensionAnswers", "List what extensions said")
            .says("Each answer stands with what the extension was shown.")
            .query::<Filter>()
            .gives::<PageOf<ExtensionAnswer>>(200, "A page, the newest first.");
    let remove = Operation::delete("/api/v1/components/{id}", "removeComponent", "Remove a component")
        .says("By its SHA-256. One that a company uses is not removed. Doing so twice changes nothing more.")
        .digested()
        .gives::<Installed>(200, "What is still installed.")
        .refuses(&[409]);
    let mode = Operation::put(
        "/api/v1/extensions/{id}/mode",
        "setExtensionMode",
        "Say how much an extension decides",
    )
    .says("Or switch it off, whatever is wrong with it. Doing so twice changes nothing more.")
    .identified()
    .takes::<NewSay>(Required::True)
    .gives_versioned::<StoredOf<Used>>(200, "Its use, as it is now.")
    .refuses(&[409]);
    let changes = Operation::get(
        "/api/v1/extension-changes",
        "listExtensionChanges",
        "List what was done about extensions",
    )
    .says("Components installed and removed, and every change of their use at companies, with who did it.")
    .query::<ChangeFilter>()
    .gives::<PageOf<ExtensionChange>>(200, "A page, the newest first.");
    OpenApiRouter::default()
        .routes(installed.tag(TAG).needs(&Need::anywhere(Scope::RulesRead)).to(components))
        .routes(remove.tag(TAG).needs(&Need::everywhere(Scope::RulesWrite)).to(unkeep))
        .routes(mode.tag(TAG).needs(&Need::of(Scope::RulesWrite, Subject::Extension)).to(set_mode))
        .routes(changes.tag(TAG).needs(&Need::list(Scope::RulesRead, &[Pin::Company])).to(list_changes))
        .routes(said.tag(TAG).needs(&Need::list(Scope::RulesRead, &[Pin::Company])).to(answers))
}

async fn unkeep(
    extract::State(app): extract::State<State>,
    Id(Sha256(digest)): Id<Sha256>,
    extract::Extension(Caller(by)): extract::Extension<Caller>,
) -> Result<Json<Installed>, Problem> {
    app.remove_component(&digest, &by).await?;
    Ok(Json(Installed { items: app.components().await? }))
}

async fn set_mode(
    extract::State(app): extract::State<State>,
    Id(id): Id<Uuid>,
    extract::Extension(Caller(by)): extract::Extension<Caller>,
    Body { value: NewSay { mode, on_failure }, request: _ }: Body<NewSay>,
) -> Result<Response, Problem> {
    Ok(found(&app.set_mode(id, Say { mode: mode.into(), on_failure }, &by).await?))
}

async fn list_changes(
    extract::State(app): extract::State<State>,
    Query(query): Query<ChangeFilter>,
) -> Result<Json<Page<ExtensionChange>>, Problem> {
    let ChangeFilter { company, extension, after, limit } = query;
    let limit = limit.unwrap_or(limits::PAGE);
    let filter = ExtensionChangeFilter { company, extension };
    let changes = app.extension_changes(&filter, after, limit + 1).await?;
    Ok(Json(Page::cut(changes, limit, |change: &ExtensionChange| change.id)))
}

/// A SHA-256 as it is written.
struct Sha256(String);

impl FromStr for Sha256 {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(digit) { Ok(Self(text.to_owned())) } else { Err(()) }
    }
}

/// How much an extension is to have to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSay {
    /// The mode, or `off`.
    mode: NewMode,
    /// What becomes of a decision if it fails; as it was if this is left out.
    #[serde(default)]
    on_failure: Option<OnFailure>,
}

/// A mode, or none.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum NewMode {
    /// See [`Mode::Enforce`].
    Enforce,
    /// See [`Mode::Warn`].
    Warn,
    /// See [`Mode::Audit`].
    Audit,
    /// It is not asked.
    Off,
}

impl From<NewMode> for Option<Mode> {
    fn from(mode: NewMode) -> Self {
        match mode {
            NewMode::Enforce => Some(Mode::Enforce),
            NewMode::Warn => Some(Mode::Warn),
            NewMode::Audit => Some(Mode::Audit),
            NewMode::Off => None,
        }
    }
}

impl Input for NewSay {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }
}

/// Which changes to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ChangeFilter {
    /// Only of extensions' use at this company.
    company: Option<CompanyId>,
    /// Only of the extension with this name.
    #[param(max_length = 200)]
    extension: Option<String>,
    /// Only what comes after this on the list: `next` of the page before.
    #[param(minimum = 1)]
    after: Option<i64>,
    /// How many at most; 50 if it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Checked for ChangeFilter {
    fn limit(&self) -> Option<u32> {
        self.limit
    }
}

/// What is installed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Components)]
struct Installed {
    /// The components.
    items: Vec<Component>,
}

async fn components(extract::State(app): extract::State<State>) -> Result<Json<Installed>, Problem> {
    Ok(Json(Installed { items: app.components().await? }))
}

/// Which answers to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only about decisions of this company.
    company: Option<CompanyId>,
    /// Only about this appointment.
    appointment: Option<AppointmentId>,
    /// Only of the extension with this name.
    #[param(max_length = 200)]
    extension: Option<String>,
    /// Only those that came to this.
    #[param(inline)]
    outcome: Option<Said>,
    /// Only what comes after this on the list: `next` of the page before.
    #[param(minimum = 1)]
    after: Option<i64>,
    /// How many at most; 50 if it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Checked for Filter {
    fn limit(&self) -> Option<u32> {
        self.limit
    }
}

async fn answers(
    extract::State(app): extract::State<State>,
    Query(query): Query<Filter>,
) -> Result<Json<Page<ExtensionAnswer>>, Problem> {
    let Filter { company, appointment, extension, outcome, after, limit } = query;
    let limit = limit.unwrap_or(limits::PAGE);
    let filter = AnswerFilter { company, appointment, extension, outcome };
    Ok(Json(Page::cut(app.extension_answers(&filter, after, limit + 1).await?, limit, |said| said.id)))
}
