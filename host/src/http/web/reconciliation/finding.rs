//! One finding: the documents as they were and as they are, and what a person does about it.

use askama::Template;
use axum::extract::{self, Extension};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::{PATH, words};
use crate::app::{App, FindingStory, RepairRequest, Voice, advice, remedies};
use crate::http::auth::Caller;
use crate::http::extract::Id;
use crate::http::limits;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::reconciliation::Wanted;
use crate::http::web::books;
use crate::http::web::door::Desk;
use crate::http::web::form::Form;
use crate::http::web::trouble::Trouble;
use crate::http::web::words::{Choice, Shell, html, kind as document, moment, to};
use crate::model::reconcile::{BooksFinding, FindingKind, Remedy};
use crate::model::{DeliveryState, Scope};
use crate::store::DeliveryFilter;

/// A document, as it was or as it is in the books.
struct Paper {
    when: &'static str,
    number: String,
    state: String,
    total: String,
    date: String,
    party: String,
}

/// A way to put it right.
struct Way {
    name: &'static str,
    title: &'static str,
    says: &'static str,
    button: &'static str,
    /// What its field for a number is called; none where it takes none.
    number: Option<&'static str>,
    needs_number: bool,
    /// Parked deliveries that it may be taken for.
    parked: Option<Vec<Choice>>,
    needs_reason: bool,
    is_wrong: bool,
}

#[derive(Template)]
#[template(path = "reconciliation/finding.html")]
struct FindingPage {
    shell: Shell,
    id: i64,
    kind: &'static str,
    state: &'static str,
    tone: &'static str,
    subject: String,
    delivery: Option<i64>,
    connection: String,
    day: String,
    found: String,
    seen: String,
    message: String,
    advice: &'static str,
    papers: Vec<Paper>,
    ways: Vec<Way>,
    acts: Vec<(String, String, String, String)>,
    form: Form,
    trouble: Option<Trouble>,
}

pub(super) async fn show(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(desk): Extension<Desk>,
) -> Result<Response, Problem> {
    page(&app, id, &desk, None).await
}

/// Puts it right as the form says.
pub(super) async fn mend(
    extract::State(app): extract::State<State>,
    Id(id): Id<i64>,
    Extension(desk): Extension<Desk>,
    Extension(Caller(by)): Extension<Caller>,
    Extension(form): Extension<Form>,
) -> Result<Response, Problem> {
    let done = match wanted(&form) {
        Ok(Wanted { repair, reference, delivery, reason }) => {
            let request = RepairRequest { remedy: repair, reference, delivery };
            let voice = Voice { by: &by, reason: &reason };
            app.repair_finding(id, &request, voice).await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) => Ok(to(&format!("{PATH}/{id}?done=repair"))),
        Err(problem) => page(&app, id, &desk, Some((problem, form))).await,
    }
}

/// The form as the body that the API takes, checked as there.
fn wanted(form: &Form) -> Result<Wanted, Problem> {
    let text = |name| Some(form.text(name)).filter(|text| !text.is_empty());
    form.checked(json!({
        "repair": form.text("repair"), "reference": text("reference"), "reason": form.text("reason"),
        "delivery": form.read::<i64>("delivery")?,
    }))
}

/// The page; after a form was refused, with what stands in the way beside it.
async fn page(app: &App, id: i64, desk: &Desk, wrong: Option<(Problem, Form)>) -> Result<Response, Problem> {
    let FindingStory { finding, acts } = app.finding(id).await?;
    let may = !desk.identity.grants_for(Scope::BooksWrite).is_empty();
    let (trouble, form) = wrong
        .map_or_else(|| (None, Form::default()), |(problem, form)| (Some(Trouble::from(&problem)), form));
    let ways = if may { ways(app, &finding, form.text("repair")).await? } else { Vec::new() };
    let found = &finding.found;
    let zone = books::zone(app, found.company).await?;
    let at = |when| moment(when, zone);
    let page = FindingPage {
        shell: desk.shell(words::kind(found.kind), "/books"),
        id,
        kind: words::kind(found.kind),
        state: words::state(finding.state),
        tone: words::tone(found.kind, finding.state),
        subject: found.subject.clone(),
        delivery: found.delivery,
        connection: found.connection.clone(),
        day: found.day.format("%-d %b %Y").to_string(),
        found: at(finding.found_at),
        seen: at(finding.seen_at),
        message: found.words.clone(),
        advice: advice(&finding),
        papers: papers(&found.details),
        ways,
        acts: acts.into_iter().map(|act| (at(act.at), act.by, act.act, act.reason)).collect(),
        form,
        trouble,
    };
    Ok(html(page.trouble.as_ref().map_or(StatusCode::OK, Trouble::status), &page))
}

async fn ways(app: &App, finding: &BooksFinding, refused: &str) -> Result<Vec<Way>, Problem> {
    let mut ways = Vec::new();
    for remedy in remedies(finding) {
        let [title, says, button] = words::remedy(remedy);
        let is_by_hand = finding.found.kind == FindingKind::ByHand;
        let parked = match remedy {
            Remedy::Adopt if is_by_hand => Some(parked(app, finding).await?),
            Remedy::Adopt | Remedy::Resend | Remedy::Accept | Remedy::Credit => None,
        };
        let number = match (remedy, finding.found.kind) {
            (Remedy::Adopt, _) if !is_by_hand => Some("Number in the books"),
            (Remedy::Credit, FindingKind::Doubled) => {
                Some("Number of the one to take back (all but ours, if you leave it out)")
            }
            _ => None,
        };
        ways.push(Way {
            name: remedy.as_str(),
            title,
            says,
            button,
            number,
            needs_number: remedy == Remedy::Adopt,
            parked,
            needs_reason: remedy == Remedy::Accept,
            is_wrong: remedy.as_str() == refused,
        });
    }
    Ok(ways)
}

/// What is parked in the company, for a document that was made in its place.
async fn parked(app: &App, finding: &BooksFinding) -> Result<Vec<Choice>, Problem> {
    let company = Some(finding.found.company);
    let filter = DeliveryFilter { company, state: Some(DeliveryState::Parked), ..DeliveryFilter::default() };
    let found = app.deliveries(&filter, 0, limits::PAGE).await?;
    let choice = |delivery: crate::model::Delivery| Choice {
        value: delivery.id.to_string(),
        label: format!("{} of {}", document(delivery.posting.kind()), delivery.posting.subject),
        is_chosen: false,
    };
    Ok(found.into_iter().map(choice).collect())
}

/// The documents that a finding keeps, first as they were.
fn papers(details: &Value) -> Vec<Paper> {
    let all = |name: &str, when| {
        let found = match details.get(name) {
            Some(Value::Array(found)) => found.iter().collect(),
            Some(one @ Value::Object(_)) => vec![one],
            _ => Vec::new(),
        };
        found.into_iter().map(move |paper| of(paper, when)).collect::<Vec<_>>()
    };
    let mut papers = all("was", "When it was posted");
    papers.extend(all("is", "In the books"));
    papers
}

fn of(paper: &Value, when: &'static str) -> Paper {
    let text = |name: &str| paper[name].as_str().unwrap_or_default().to_owned();
    Paper {
        when,
        number: text("number"),
        state: text("state").replace('_', " "),
        total: format!("{} {}", text("total"), text("currency")),
        date: text("date"),
        party: text("party"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_shown_whether_a_finding_keeps_one_or_several() {
        let paper = json!({ "number": "INV-1", "state": "posted", "total": "119.00", "currency": "EUR" });
        let shown = |details: Value| -> Vec<(&str, String)> {
            papers(&details).into_iter().map(|paper| (paper.when, paper.total)).collect()
        };
        let eur = || "119.00 EUR".to_owned();
        let (was, is) = ("When it was posted", "In the books");
        assert_eq!(
            shown(json!({ "was": paper, "is": [paper, paper] })),
            [(was, eur()), (is, eur()), (is, eur())]
        );
        assert_eq!(shown(json!({ "kind": "sales_invoice", "is": paper })), [(is, eur())]);
        assert_eq!(shown(Value::Null), []);
    }
}
