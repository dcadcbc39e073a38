//! What is done on the page, as forms: a command each, the customer's signature, notes and photos.

use axum::extract::{self, Extension};
use axum::response::Response;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{PATH, Wrong, acting, own, page};
use crate::app::{Command, Complete, Error, Ink};
use crate::codes;
use crate::http::extract::Id;
use crate::http::gate::Subject;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::web::commands::Act;
use crate::http::web::door::Desk;
use crate::http::web::form::Form;
use crate::http::web::trouble::Trouble;
use crate::http::web::{Need, Pages, visits, words};
use crate::model::fields::{Fields, LINE};
use crate::model::{AppointmentId, Scope};

/// What a technician does with a job, in the order it is offered in. The rules say which of it fits.
pub(super) const ACTS: [Act; 8] = [
    Act::Confirm,
    Act::Depart,
    Act::Start,
    Act::Resume,
    Act::Complete,
    Act::Pause,
    Act::FollowUp,
    Act::NoShow,
];

/// What signing is called in addresses.
pub(super) const SIGN: &str = "sign";

/// What noting something is called in addresses.
pub(super) const NOTE: &str = "note";

/// What adding a photo is called in addresses.
pub(super) const PHOTO: &str = "photos";

/// Rows of materials of a form: as many as a service can list, and some more.
pub(super) const ROWS: usize = 60;

/// Something that a form asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Command(Act),
    Signature,
    Note,
    Photo,
}

impl Wanted {
    const fn name(self) -> &'static str {
        match self {
            Self::Command(act) => act.name(),
            Self::Signature => SIGN,
            Self::Note => NOTE,
            Self::Photo => PHOTO,
        }
    }

    const fn scope(self) -> Scope {
        match self {
            Self::Command(act) => act.scope(),
            Self::Signature => Scope::AppointmentsWork,
            Self::Note | Self::Photo => Scope::VisitsWrite,
        }
    }
}

/// A path for each. What is left over after a pause is booked on the appointment's own page, which looks for times.
pub(super) fn routes() -> Pages {
    let commands = ACTS.into_iter().filter(|act| *act != Act::FollowUp).map(Wanted::Command);
    commands.chain([Wanted::Signature, Wanted::Note, Wanted::Photo]).fold(
        Pages::default(),
        |pages, wanted| {
            let path = format!("{PATH}/{{id}}/{}", wanted.name());
            let need = Need::of(wanted.scope(), Subject::Appointment);
            pages.post(
                &path,
                need,
                async move |extract::State(app): extract::State<State>,
                            Id(id): Id<AppointmentId>,
                            Extension(desk): Extension<Desk>,
                            Extension(form): Extension<Form>|
                            -> Result<Response, Problem> {
                    let day = form.read::<NaiveDate>("day")?;
                    match done(&app, &desk, wanted, id, &form).await {
                        Ok(()) => {
                            let day = day.map(|day| format!("day={day}&")).unwrap_or_default();
                            Ok(words::to(&format!("{PATH}?{day}done={}#job-{id}", wanted.name())))
                        }
                        Err(problem) => {
                            let trouble = told(&problem);
                            page(&app, &desk, day, Some(Wrong { id, name: wanted.name(), trouble, form }))
                                .await
                        }
                    }
                },
            )
        },
    )
}

/// What went wrong, in words for whoever stands at a customer's door.
fn told(problem: &Problem) -> Trouble {
    let trouble = Trouble::from(problem);
    if trouble.code != codes::STALE.code {
        return trouble;
    }
    Trouble {
        detail: "Somebody else has changed the job meanwhile.".to_owned(),
        hint: "Look at how it stands now, and do it again if it still fits.".to_owned(),
        ..trouble
    }
}

async fn done(
    app: &State,
    desk: &Desk,
    wanted: Wanted,
    id: AppointmentId,
    form: &Form,
) -> Result<(), Problem> {
    // Whoever may do more than their own work does it elsewhere.
    if !own(&desk.identity).contains(&app.appointment(id).await?.provider) {
        return Err(Error::missing("appointment", id).into());
    }
    let act = match wanted {
        Wanted::Command(act) => act,
        Wanted::Signature => {
            let ink = ink(form)?.ok_or_else(|| Error::field("name", "has to say who signs"))?;
            return Ok(app.sign_for(id, ink).await?);
        }
        Wanted::Note => return visits::add_note(app, desk, form, id, acting(desk)).await,
        Wanted::Photo => return visits::add_photo(app, desk, form, id, acting(desk)).await,
    };
    let ink = ink(form)?;
    let is_complete = act == Act::Complete;
    let command = if is_complete { Command::Complete(materials(form)?) } else { act.read(form, app.now())? };
    let seen = form.read::<u32>("seen")?;
    let request = visits::request(desk, form, act.name(), id)?;
    Ok(app.finish((id, seen), command, ink, acting(desk), &request).await?)
}

/// Who signs, where somebody does.
fn ink(form: &Form) -> Result<Option<Ink>, Problem> {
    let (name, drawing) = (form.text("name"), form.text("drawing"));
    if name.is_empty() && drawing.is_empty() {
        return Ok(None);
    }
    let mut fields = Fields::default();
    fields.line("name", name, LINE);
    let errors = fields.into_errors();
    if !errors.is_empty() {
        return Err(Problem::fields(codes::INVALID, errors));
    }
    let drawing = Some(drawing.to_owned()).filter(|text| !text.is_empty());
    Ok(Some(Ink { name: name.to_owned(), drawing }))
}

/// What was used up, as the rows say. Where a form has none, it is what the service lists.
fn materials(form: &Form) -> Result<Complete, Problem> {
    if form.text("rows").is_empty() {
        return Ok(Complete::default());
    }
    let rows = (0..ROWS).filter_map(|n| row(form, n)).collect::<Vec<_>>();
    form.checked(json!({ "materials": rows }))
}

/// A row that names something and how much of it; one left empty or at nothing was not used.
fn row(form: &Form, n: usize) -> Option<Value> {
    let text = |field: &str| form.text(&format!("{field}{n}"));
    // A comma is what half of Europe types.
    let quantity = text("quantity").replace(',', ".");
    let is_nothing = quantity.is_empty() || quantity.parse::<Decimal>().is_ok_and(|much| much.is_zero());
    (!is_nothing).then(|| {
        json!({
            "item": text("item"),
            "quantity": quantity,
            "unit": text("unit"),
            "warehouse": text("warehouse"),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(form: &str) -> Option<Vec<(String, String)>> {
        let complete = materials(&Form::parse(form.as_bytes())).unwrap();
        let of = |one: crate::model::Consumable| (one.item, one.quantity.to_string());
        complete.materials.map(|all| all.into_iter().map(of).collect())
    }

    #[test]
    fn what_was_used_is_what_the_rows_say() {
        let rest = "unit0=Unit&warehouse0=V&unit1=Litre&warehouse1=V";
        let two = format!("rows=2&item0=FILTER&quantity0=2&item1=OIL&quantity1=1%2C5&{rest}");
        let [filter, oil] =
            [("FILTER", "2"), ("OIL", "1.5")].map(|(item, much)| (item.to_owned(), much.to_owned()));
        assert_eq!(used(&two), Some(vec![filter, oil.clone()]));
        let one = format!("rows=2&item0=FILTER&quantity0=0&item1=OIL&quantity1=1.5&{rest}");
        assert_eq!(used(&one), Some(vec![oil]));
        assert_eq!(used("rows=2&item0=FILTER&quantity0="), Some(Vec::new()));
        // A form that does not ask leaves it to the service.
        assert_eq!(used(""), None);
    }

    #[test]
    fn a_row_that_says_half_is_refused() {
        for form in ["rows=1&quantity0=1", "rows=1&item0=FILTER&quantity0=some&unit0=Unit&warehouse0=V"] {
            assert!(materials(&Form::parse(form.as_bytes())).is_err(), "{form}");
        }
    }

    #[test]
    fn a_drawing_has_a_name() {
        assert_eq!(ink(&Form::default()).unwrap(), None);
        assert!(ink(&Form::parse(b"drawing=M1,1")).is_err());
        assert_eq!(ink(&Form::parse(b"name=Ana")).unwrap().map(|ink| ink.drawing), Some(None));
    }
}
