//! What an appointment that is over can be corrected to. Which of it could have been, the rules say.

use crate::app::{App, Command, Correct, Prospect};
use crate::http::problem::Problem;
use crate::http::web::form::Form;
use crate::http::web::words;
use crate::model::{Acting, Appointment, Status};

/// A status to choose.
pub(super) struct Outcome {
    pub(super) value: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) is_chosen: bool,
    /// What stands in its way.
    pub(super) barred: Vec<String>,
}

/// Every status it could have had instead. Work that is completed can be completed with other material: it is done again.
pub(super) async fn outcomes(
    app: &App,
    appointment: &Appointment,
    acting: Acting,
    form: &Form,
) -> Result<Vec<Outcome>, Problem> {
    let to = |to| Command::Correct(Correct { to, reason: String::from("-"), materials: None });
    let asked: Vec<_> = words::STATUSES.into_iter().map(to).collect();
    let prospects = app.prospects(appointment, &asked, acting).await?;
    let told: Vec<_> = words::STATUSES.into_iter().zip(&prospects).collect();
    let again = told.iter().find(|(status, _)| *status == Status::InProgress).map(|(_, prospect)| *prospect);
    let mut outcomes = Vec::new();
    for (status, prospect) in told {
        let is_again = matches!(prospect, Prospect::There) && status == Status::Completed;
        let barred = match if is_again { again.unwrap_or(prospect) } else { prospect } {
            Prospect::Free => Vec::new(),
            Prospect::Barred(findings) => {
                findings.iter().map(|finding| format!("{} ({})", finding.message, finding.code)).collect()
            }
            Prospect::There | Prospect::Unfit => continue,
        };
        let (label, hint) = said(status, is_again);
        let is_chosen = form.text("to") == status.as_str() && barred.is_empty();
        outcomes.push(Outcome { value: status.as_str(), label, hint, is_chosen, barred });
    }
    // What is corrected most is what was used.
    outcomes.sort_by_key(|outcome| outcome.value != Status::Completed.as_str());
    Ok(outcomes)
}

const fn said(status: Status, is_again: bool) -> (&'static str, &'static str) {
    match status {
        Status::Completed if is_again => (
            "Completed, with other material",
            "What was posted is taken back, and posted anew with what is said below.",
        ),
        Status::Completed => {
            ("Completed", "It took place. The books get what belongs to it, with the usual material.")
        }
        Status::InProgress => {
            ("In progress", "Work goes on. What was posted is taken back until it is completed.")
        }
        Status::Confirmed => {
            ("Confirmed", "It has not taken place yet. What was posted for the work is taken back.")
        }
        Status::NoShow => {
            ("No show", "Nobody was there. What was posted for the work is taken back; a fee may follow.")
        }
        Status::Cancelled => ("Cancelled", "It was called off. What was posted is taken back."),
        Status::Open | Status::Scheduled | Status::EnRoute | Status::Paused => (words::status(status), ""),
    }
}
