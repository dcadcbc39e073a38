//! Reconciliation: what the books say against what was asked of them, and putting it right.

use axum::Json;
use axum::extract::{self, Extension};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use slotledger_erp::Days;
use utoipa::openapi::Required;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::answer::repeated_plainly;
use super::auth::Caller;
use super::body::{Body, Input, typed};
use super::extract::{Checked, Id, Query};
use super::gate::{Need, Pin, Subject};
use super::limits;
use super::operation::{Operation, State};
use super::problem::Problem;
use super::schema::{Page, PageOf};
use crate::app::{FindingStory, RepairRequest, Reply, Voice, advice, remedies};
use crate::model::fields::{Fields, LINE, TEXT};
use crate::model::reconcile::{BooksFinding, FindingAct, FindingKind, FindingState, Remedy, Run, RunState};
use crate::model::{CompanyId, FieldError, Scope};
use crate::store::FindingFilter;

const PATH: &str = "/api/v1/reconciliation";
const TAG: &str = "reconciliation";

/// The operations.
pub(super) fn routes() -> OpenApiRouter<State> {
    let ask = Operation::post(PATH, "reconcile", "Compare a company's documents with its books")
        .says(
            "Both ways: documents of ours that are missing, doubled, changed or withdrawn in the books, and documents \
             there that carry a key nobody asked for or were made by hand. It is done by one host, soon; the run's \
             `state` tells when. Every night has a run of its own.",
        )
        .takes::<Span>(Required::True)
        .gives::<RunView>(202, "It is in line.")
        .refuses(&[404]);
    let list =
        Operation::get(PATH, "listFindings", "List what was found")
            .query::<Filter>()
            .gives::<PageOf<FindingView>>(200, "A page, in the order they were found in.");
    let runs = Operation::get("/api/v1/reconciliation/runs", "listReconciliations", "List runs")
        .query::<RunFilter>()
        .gives::<PageOf<RunView>>(200, "A page, the newest first.");
    let read = Operation::get("/api/v1/reconciliation/{id}", "readFinding", "Read a finding")
        .says("With what became of it.")
        .numbered()
        .gives::<StoryView>(200, "The finding.");
    let repair =
        Operation::post("/api/v1/reconciliation/{id}/repair", "repairFinding", "Put a finding right")
            .numbered()
            .takes::<Wanted>(Required::True)
            .gives::<FindingView>(200, "The finding, as it is now.")
            .refuses(&[409, 502]);
    OpenApiRouter::default()
        .routes(ask.tag(TAG).needs(&Need::body(Scope::BooksWrite)).to(start))
        .routes(list.tag(TAG).needs(&Need::list(Scope::BooksRead, &[Pin::Company])).to(index))
        .routes(runs.tag(TAG).needs(&Need::list(Scope::BooksRead, &[Pin::Company])).to(past))
        .routes(read.tag(TAG).needs(&Need::of(Scope::BooksRead, Subject::Finding)).to(show))
        .routes(repair.tag(TAG).needs(&Need::of(Scope::BooksWrite, Subject::Finding)).to(mend))
}

async fn start(
    extract::State(app): extract::State<State>,
    Extension(Caller(by)): Extension<Caller>,
    Body { value: span, request }: Body<Span>,
) -> Result<Response, Problem> {
    let written = |run: &Run| serde_json::to_string(&run_view(run.clone())).unwrap_or_default();
    let ask = app.ask_reconciliation(span.company, span.days(), &by);
    let status = StatusCode::ACCEPTED;
    Ok(match app.repeatable(request.as_ref(), status.as_u16(), written, ask).await? {
        Reply::Fresh(run) => (status, Json(run_view(run))).into_response(),
        Reply::Replayed(answer) => repeated_plainly(answer),
    })
}

async fn index(
    extract::State(app): extract::State<State>,
    Query(query): Query<Filter>,
) -> Result<Json<Page<FindingView>>, Problem> {
    let Filter { company, state, kind, after, limit } = query;
    let limit = limit.unwrap_or(limits::PAGE);
    let found = app.findings(FindingFilter { company, state, kind }, after.unwrap_or(0), limit + 1).await?;
    Ok(Json(Page::cut(found.into_iter().map(view).collect(), limit, |finding| finding.id)))
}

async fn past(
    extract::State(app): extract::State<State>,
    Query(RunFilter { company, after, limit }): Query<RunFilter>,
) -> Result<Json<Page<RunView>>, Problem> {
    let limit = limit.unwrap_or(limits::PAGE);
    let runs = app.reconciliations(company, after, limit + 1).await?;
    Ok(Json(Page::cut(runs.into_iter().map(run_view).collect(), limit, |run| run.id)))
}

async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
) -> Result<Json<StoryView>, Problem> {
    let FindingStory { finding, acts } = app.finding(id).await?;
    let history = acts.into_iter().map(|FindingAct { number, at, by, act, reason }| ActView {
        number,
        at,
        by,
        act,
        reason,
    });
    Ok(Json(StoryView { finding: view(finding), history: history.collect() }))
}

async fn mend(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(Caller(by)): Extension<Caller>,
    Body { value: Wanted { repair, reference, delivery, reason }, request }: Body<Wanted>,
) -> Result<Response, Problem> {
    let wanted = RepairRequest { remedy: repair, reference, delivery };
    let written = |finding: &BooksFinding| serde_json::to_string(&view(finding.clone())).unwrap_or_default();
    let act = app.repair_finding(id, &wanted, Voice { by: &by, reason: &reason });
    Ok(match app.repeatable(request.as_ref(), 200, written, act).await? {
        Reply::Fresh(finding) => Json(view(finding)).into_response(),
        Reply::Replayed(answer) => repeated_plainly(answer),
    })
}

/// Which documents to compare.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewReconciliation)]
pub(super) struct Span {
    /// Whose.
    pub(super) company: CompanyId,
    /// The first day that documents belong to.
    from: NaiveDate,
    /// The last day: at most 92 days in all.
    to: NaiveDate,
}

impl Span {
    /// The days.
    pub(super) const fn days(&self) -> Days {
        Days { from: self.from, to: self.to }
    }
}

impl Input for Span {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.date("from", self.from);
        fields.date("to", self.to);
        fields.into_errors()
    }
}

/// Which findings to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only of this company.
    company: Option<CompanyId>,
    /// Only those that stand like this.
    #[param(inline)]
    state: Option<FindingState>,
    /// Only of this kind.
    #[param(inline)]
    kind: Option<FindingKind>,
    /// Only what comes after this: `next` of the page before.
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

/// Which runs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct RunFilter {
    /// Only of this company.
    company: Option<CompanyId>,
    /// Only what comes after this: `next` of the page before.
    after: Option<i64>,
    /// How many at most; 50 if it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Checked for RunFilter {
    fn limit(&self) -> Option<u32> {
        self.limit
    }
}

/// What shall be done about a finding.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FindingRepair)]
pub(super) struct Wanted {
    /// One of the finding's `repairs`.
    pub(super) repair: Remedy,
    /// For `adopt` of one that is missing or withdrawn: the document's number in the books, or what the ERP knows it by. For
    /// `credit` of one that is doubled: the one to take back; all but the one that was posted from here, if it is left out.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub(super) reference: Option<String>,
    /// For `adopt` of a document made by hand: the parked delivery that it is taken for.
    #[serde(default)]
    pub(super) delivery: Option<i64>,
    /// Why; `accept` needs it.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    pub(super) reason: String,
}

impl Input for Wanted {
    fn read(value: Value) -> Result<Self, Vec<FieldError>> {
        typed(value)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.optional_line("reference", self.reference.as_deref(), LINE);
        fields.text("reason", &self.reason, TEXT);
        fields.into_errors()
    }
}

/// A comparison of a company's documents with its books.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reconciliation)]
struct RunView {
    /// Numbered in the order they were asked for.
    id: i64,
    /// Whose books.
    company: CompanyId,
    /// The first day that documents belong to.
    from: NaiveDate,
    /// The last day.
    to: NaiveDate,
    /// The only document looked at; null for all of these days.
    key: Option<String>,
    /// Whether it is the one that every night has.
    nightly: bool,
    /// Who asked for it.
    by: String,
    /// When.
    asked_at: DateTime<Utc>,
    /// How it stands.
    state: RunState,
    /// When it came to its end, or broke off.
    finished_at: Option<DateTime<Utc>>,
    /// Documents of ours that were compared.
    #[schema(minimum = 0)]
    compared: u32,
    /// Documents that the books listed.
    #[schema(minimum = 0)]
    listed: u32,
    /// How many of these were made by hand.
    #[schema(minimum = 0)]
    by_hand: u32,
    /// Why it broke off.
    message: Option<String>,
}

fn run_view(run: Run) -> RunView {
    RunView {
        id: run.id,
        company: run.company,
        from: run.days.from,
        to: run.days.to,
        key: run.only.map(|key| key.to_string()),
        nightly: run.nightly,
        by: run.by,
        asked_at: run.asked_at,
        state: run.state,
        finished_at: run.finished_at,
        compared: run.seen.compared,
        listed: run.seen.listed,
        by_hand: run.seen.by_hand,
        message: run.message,
    }
}

/// Something in the books that is not as it was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BooksFinding)]
struct FindingView {
    /// Numbered in the order they were found.
    id: i64,
    /// Whose books.
    company: CompanyId,
    /// The connection they were reached by.
    connection: String,
    /// What it is.
    kind: FindingKind,
    /// Whether it is told for information, and nothing is wrong.
    information: bool,
    /// The document's key; of one that has none, its kind and what the ERP knows it by.
    subject: String,
    /// The delivery that asked for the document.
    delivery: Option<i64>,
    /// The day the document belongs to.
    day: NaiveDate,
    /// What is wrong.
    message: String,
    /// The documents, as they were and as they are.
    #[schema(value_type = Object)]
    details: Value,
    /// How it stands.
    state: FindingState,
    /// How it can be put right, the likeliest first; empty once it is closed.
    repairs: Vec<Remedy>,
    /// What a person has to do, or to know.
    advice: &'static str,
    /// When it was found first.
    found_at: DateTime<Utc>,
    /// When it was seen last.
    seen_at: DateTime<Utc>,
    /// When it was put right or accepted.
    closed_at: Option<DateTime<Utc>>,
}

fn view(finding: BooksFinding) -> FindingView {
    FindingView {
        repairs: remedies(&finding),
        advice: advice(&finding),
        id: finding.id,
        company: finding.found.company,
        connection: finding.found.connection,
        kind: finding.found.kind,
        information: finding.found.kind.is_information(),
        subject: finding.found.subject,
        delivery: finding.found.delivery,
        day: finding.found.day,
        message: finding.found.words,
        details: finding.found.details,
        state: finding.state,
        found_at: finding.found_at,
        seen_at: finding.seen_at,
        closed_at: finding.closed_at,
    }
}

/// A finding with what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FindingStory)]
struct StoryView {
    /// The finding.
    #[serde(flatten)]
    finding: FindingView,
    /// What became of it, in order.
    history: Vec<ActView>,
}

/// Something that became of a finding.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FindingAct)]
struct ActView {
    /// Counts them.
    #[schema(minimum = 1)]
    number: u32,
    /// When.
    at: DateTime<Utc>,
    /// Who.
    by: String,
    /// What: `found`, `changed`, `gone`, or a repair.
    act: String,
    /// Why.
    reason: String,
}
