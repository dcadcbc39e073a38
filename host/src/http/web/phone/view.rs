//! Jobs as the page's template shows them: each with what can be done now, and what could be after that.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use url::form_urlencoded;

use super::acts::{ACTS, NOTE, SIGN};
use super::{Wrong, acting};
use crate::app::{self, Ahead, App, Job, Prospect, Workday};
use crate::http::problem::Problem;
use crate::http::web::appointment;
use crate::http::web::appointments::instant;
use crate::http::web::commands::{Act, MINUTES};
use crate::http::web::door::Desk;
use crate::http::web::form::Form;
use crate::http::web::materials::{self, MaterialRow};
use crate::http::web::trouble::Trouble;
use crate::http::web::visits::{self, Record, Signed};
use crate::http::web::words;
use crate::model::{Acting, Appointment, Status};

/// A map in the browser: an address is looked up there by whoever taps it. The script has the phone's own map opened.
const MAP: &str = "https://www.openstreetmap.org/search?";

/// A job.
pub(super) struct Card {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) revision: u32,
    pub(super) status: &'static str,
    pub(super) tone: &'static str,
    pub(super) from: String,
    pub(super) to: String,
    /// Where its clocks show another time than the page's.
    pub(super) zone: Option<String>,
    pub(super) customer: String,
    pub(super) service: String,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) address: Option<Address>,
    pub(super) phone: Option<Phone>,
    pub(super) remarks: String,
    pub(super) notes: String,
    pub(super) successor: Option<Successor>,
    pub(super) signed: Option<Signed>,
    pub(super) groups: Vec<Group>,
    pub(super) record: Record,
    pub(super) day: String,
    pub(super) trouble: Option<Trouble>,
    /// Whether something can be done with it.
    pub(super) is_ahead: bool,
}

/// Where a job is.
pub(super) struct Address {
    pub(super) text: String,
    pub(super) map: String,
}

/// What came after a job.
pub(super) struct Successor {
    pub(super) label: &'static str,
    /// Where it is; none where it is a colleague's.
    pub(super) path: Option<String>,
}

/// How a customer is called up.
pub(super) struct Phone {
    pub(super) text: String,
    pub(super) link: String,
}

/// What can be done in a status: the present one, or one that something done on the page leads to.
pub(super) struct Group {
    pub(super) status: &'static str,
    pub(super) label: &'static str,
    pub(super) is_now: bool,
    pub(super) offers: Vec<Offer>,
    /// The key of the form for signing, where the work is done and nobody has signed.
    pub(super) sign: Option<Sign>,
}

/// Something that can be done.
pub(super) struct Offer {
    act: Act,
    pub(super) key: String,
    /// The status it leads to, as far as the rules say so now.
    pub(super) next: &'static str,
    pub(super) is_first: bool,
    pub(super) is_open: bool,
    /// From when on it is offered, where the rules do not take it yet.
    pub(super) from: Option<String>,
    pub(super) rows: Vec<MaterialRow>,
    pub(super) signer: String,
}

/// A form for signing.
pub(super) struct Sign {
    pub(super) key: String,
    pub(super) signer: String,
    pub(super) is_open: bool,
}

impl Offer {
    pub(super) const fn name(&self) -> &'static str {
        self.act.name()
    }

    pub(super) const fn label(&self) -> &'static str {
        if matches!(self.act, Act::Depart) {
            "On my way"
        } else if matches!(self.act, Act::NoShow) {
            "Nobody there"
        } else {
            self.act.label()
        }
    }

    pub(super) const fn is_complete(&self) -> bool {
        matches!(self.act, Act::Complete)
    }

    /// Whether it asks once more: it is not taken back from here.
    pub(super) const fn is_harsh(&self) -> bool {
        matches!(self.act, Act::NoShow)
    }

    /// In how many minutes somebody can say to be there, by tapping that instead of its button.
    pub(super) const fn minutes(&self) -> &'static [u32] {
        if matches!(self.act, Act::Depart) { &MINUTES } else { &[] }
    }

    /// Whether it is done on the appointment's own page.
    pub(super) const fn is_elsewhere(&self) -> bool {
        matches!(self.act, Act::FollowUp)
    }
}

/// All jobs of a day. What follows what is the same for all in a status, and so asked once.
pub(super) async fn cards(
    app: &App,
    desk: &Desk,
    workday: &Workday,
    wrong: Option<&Wrong>,
) -> Result<Vec<Card>, Problem> {
    let mut course: HashMap<Status, Ahead> = HashMap::new();
    for job in &workday.jobs {
        if course.contains_key(&job.appointment.status) {
            continue;
        }
        let sketches = ACTS.map(|act| act.sketch(&job.appointment));
        for ahead in app.ahead(&job.appointment, &sketches, acting(desk)).await? {
            course.entry(ahead.status).or_insert(ahead);
        }
    }
    let secret = app::fresh_secret("fk_")?;
    let mut cards = Vec::with_capacity(workday.jobs.len());
    for (n, job) in workday.jobs.iter().enumerate() {
        let wrong = wrong.filter(|wrong| wrong.id == job.appointment.id);
        let after = match job.appointment.successor {
            Some(id) => appointment::link(desk, id).await?,
            None => None,
        };
        let is_early = is_early(app, job, &course, acting(desk)).await?;
        let view = View { workday, job, wrong, after, is_early, key: format!("{secret}.{n}") };
        cards.push(view.card(&course));
    }
    Ok(cards)
}

/// Whether it is too early to say of a job that nobody was there, in the first of its statuses that takes it.
async fn is_early(
    app: &App,
    job: &Job,
    course: &HashMap<Status, Ahead>,
    acting: Acting,
) -> Result<bool, Problem> {
    let takes = |ahead: &&Ahead| {
        let missed = ACTS.into_iter().zip(&ahead.prospects).find(|(act, _)| *act == Act::NoShow);
        missed.is_some_and(|(_, (prospect, _))| matches!(prospect, Prospect::Free | Prospect::Barred(_)))
    };
    let Some(ahead) = statuses(job.appointment.status, course).into_iter().find(takes) else {
        return Ok(false);
    };
    let there = Appointment { status: ahead.status, ..job.appointment.clone() };
    let prospects = app.prospects(&there, &[Act::NoShow.sketch(&there)], acting).await?;
    Ok(matches!(prospects.as_slice(), [Prospect::Barred(_)]))
}

/// What the rules say of a status, and of those that can follow it.
fn statuses(now: Status, course: &HashMap<Status, Ahead>) -> Vec<&Ahead> {
    let mut waiting = vec![now];
    let mut found = Vec::new();
    while let Some(status) = waiting.get(found.len()).copied() {
        let Some(ahead) = course.get(&status) else { break };
        found.push(ahead);
        for next in ahead.prospects.iter().filter_map(|(_, next)| *next) {
            if !waiting.contains(&next) {
                waiting.push(next);
            }
        }
    }
    found
}

/// A job on its way to a card.
struct View<'v> {
    workday: &'v Workday,
    job: &'v Job,
    wrong: Option<&'v Wrong>,
    /// Where what came after it is shown, for whoever may see that.
    after: Option<String>,
    /// Whether the rules do not take yet that nobody was there.
    is_early: bool,
    key: String,
}

impl View<'_> {
    fn card(&self, course: &HashMap<Status, Ahead>) -> Card {
        let (job, appointment) = (self.job, &self.job.appointment);
        let groups = self.groups(course);
        let said = words::zone(appointment.start, job.zone);
        let elsewhere = said != words::zone(appointment.start, self.workday.zone);
        let phone = job.customer.phone.as_deref();
        Card {
            id: appointment.id.to_string(),
            name: appointment.name.clone(),
            revision: appointment.revision,
            status: words::standing(appointment),
            tone: appointment.status.as_str(),
            from: words::time(appointment.start, job.zone),
            to: words::time(appointment.end, job.zone),
            zone: elsewhere.then_some(said),
            customer: job.customer.name.clone(),
            service: job.service.name.clone(),
            facts: self.facts(),
            address: job.address.as_ref().map(|text| Address { map: map(text), text: text.clone() }),
            phone: phone.map(|text| Phone { text: text.to_owned(), link: dialled(text) }),
            remarks: appointment.remarks.clone(),
            notes: appointment.notes.clone(),
            successor: appointment.successor.map(|_| self.successor()),
            signed: job.signature.clone().map(|signature| visits::signed(signature, job.zone)),
            is_ahead: groups.iter().any(|group| group.is_now && !group.offers.is_empty()),
            groups,
            record: self.record(),
            day: self.workday.day.to_string(),
            trouble: self.wrong.map(|wrong| wrong.trouble.clone()),
        }
    }

    fn successor(&self) -> Successor {
        Successor { label: words::successor(&self.job.appointment), path: self.after.clone() }
    }

    fn record(&self) -> Record {
        let job = self.job;
        let today = self.workday.now.with_timezone(&job.zone).date_naive();
        let said = |at: DateTime<Utc>| match at.with_timezone(&job.zone) {
            at if at.date_naive() == today => at.format("%H:%M").to_string(),
            at => at.format("%a %-d %b, %H:%M").to_string(),
        };
        let refused = self.wrong.filter(|wrong| wrong.name == NOTE).map(|wrong| wrong.form.text("text"));
        Record {
            notes: visits::note_lines(&job.notes, said),
            photos: visits::photo_lines(&job.photos, said),
            may_write: true,
            may_remove: false,
            key: self.key.clone(),
            text: refused.unwrap_or_default().to_owned(),
            // It stands at the job.
            trouble: None,
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let (job, appointment) = (self.job, &self.job.appointment);
        let mut facts = Vec::new();
        facts.extend(appointment.expected_arrival.map(|at| ("Expected", words::time(at, job.zone))));
        facts.extend(job.case.iter().map(|case| ("Case", case.clone())));
        if !job.units.is_empty() {
            facts.push(("With", job.units.join(", ")));
        }
        if appointment.guests > 1 {
            facts.push(("People", appointment.guests.to_string()));
        }
        if job.address.is_none() {
            facts.push(("Where", job.branch.clone()));
        }
        facts.extend(appointment.cancellation_reason.iter().map(|reason| ("Called off", reason.clone())));
        facts
    }

    /// The present status, and those that can follow it.
    fn groups(&self, course: &HashMap<Status, Ahead>) -> Vec<Group> {
        let now = self.job.appointment.status;
        statuses(now, course).into_iter().map(|ahead| self.group(ahead, ahead.status == now)).collect()
    }

    fn group(&self, ahead: &Ahead, is_now: bool) -> Group {
        let status = ahead.status.as_str();
        let key = |name: &str| format!("{}.{status}.{name}", self.key);
        let mut offers = Vec::new();
        let mut is_done = false;
        for (act, (prospect, next)) in ACTS.into_iter().zip(&ahead.prospects) {
            match prospect {
                Prospect::Free | Prospect::Barred(_) => {}
                // The work is done where completing it leads nowhere new.
                Prospect::There => {
                    is_done |= act == Act::Complete;
                    continue;
                }
                Prospect::Unfit => continue,
            }
            let wrong = self.form(is_now, act.name());
            // A phone that has no reception by then offers it all the same; the rules have the last word.
            let is_early = act == Act::NoShow && self.is_early && wrong.is_none();
            offers.push(Offer {
                act,
                from: is_early.then(|| instant(self.job.appointment.start)),
                key: key(act.name()),
                next: next.map_or("", Status::as_str),
                is_first: offers.is_empty(),
                is_open: wrong.is_some(),
                rows: if act == Act::Complete {
                    materials::rows(&self.job.service.consumables, wrong)
                } else {
                    Vec::new()
                },
                signer: wrong.map(|form| form.text("name").to_owned()).unwrap_or_default(),
            });
        }
        let wrong = self.form(is_now, SIGN);
        let sign = (is_done && self.job.signature.is_none()).then(|| Sign {
            key: key(SIGN),
            signer: wrong.map(|form| form.text("name").to_owned()).unwrap_or_default(),
            is_open: wrong.is_some(),
        });
        Group { status, label: words::status(ahead.status), is_now, offers, sign }
    }

    /// The form as it was sent and refused, to be put right.
    fn form(&self, is_now: bool, name: &str) -> Option<&Form> {
        self.wrong.filter(|wrong| is_now && wrong.name == name).map(|wrong| &wrong.form)
    }
}

fn map(address: &str) -> String {
    let one_line = address.split_whitespace().collect::<Vec<_>>().join(" ");
    form_urlencoded::Serializer::for_suffix(MAP.to_owned(), MAP.len())
        .append_pair("query", &one_line)
        .finish()
}

/// A number as telephones dial it: digits, and a plus in front.
fn dialled(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let plus = if text.trim_start().starts_with('+') { "+" } else { "" };
    format!("tel:{plus}{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_dialled_and_an_address_looked_up_whatever_is_typed() {
        assert_eq!(dialled("+49 (30) 12-34"), "tel:+49301234");
        assert_eq!(dialled("javascript:alert(1)"), "tel:1");
        let found = "https://www.openstreetmap.org/search?query=Am+Ring+4%2C+10115+Berlin+%26x%3D1";
        assert_eq!(map("Am Ring 4,\n10115 Berlin &x=1"), found);
    }
}
