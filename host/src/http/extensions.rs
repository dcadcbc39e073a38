//! Extensions: components of third parties, where they are used, and what they said.

use axum::Json;
use axum::extract;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::extract::{Checked, Query};
use super::gate::{Need, Pin};
use super::limits;
use super::masters::Resource;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use crate::model::{AppointmentId, CompanyId, Component, Extension, ExtensionAnswer, Said, Scope};
use crate::store::AnswerFilter;

const TAG: &str = "extensions";

impl Resource for Extension {
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
    OpenApiRouter::default()
        .routes(installed.tag(TAG).needs(&Need::anywhere(Scope::RulesRead)).to(components))
        .routes(said.tag(TAG).needs(&Need::list(Scope::RulesRead, &[Pin::Company])).to(answers))
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
