//! What is done on the page, as forms: a command each, the customer's signature, notes and photos.

use axum::extract::{self, Extension};
use axum::response::Response;
use chrono::NaiveDate;

use super::{PATH, Wrong, acting, own, page};
use crate::app::{Error, Ink};
use crate::codes;
use crate::http::extract::Id;
use crate::http::gate::Subject;
use crate::http::operation::State;
use crate::http::problem::Problem;
use crate::http::web::commands::{self, Act};
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
                            let trouble = Trouble::in_words(&problem, |field| called(&form, field));
                            page(&app, &desk, day, Some(Wrong { id, name: wanted.name(), trouble, form }))
                                .await
                        }
                    }
                },
            )
        },
    )
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
    let command = act.read(form, app.now())?;
    let seen = form.read::<u32>("seen")?;
    let request = visits::request(desk, form, act.name(), id)?;
    Ok(app.finish((id, seen), command, ink, acting(desk), &request).await?)
}

/// What the forms call a field; none where they have no other word for it.
fn called(form: &Form, field: &str) -> Option<String> {
    match field {
        "name" => Some("Name of whoever signs".to_owned()),
        "drawing" => Some("Signature".to_owned()),
        "text" => Some("Note".to_owned()),
        _ => commands::called(form, field),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_has_a_name() {
        assert_eq!(ink(&Form::default()).unwrap(), None);
        assert!(ink(&Form::parse(b"drawing=M1,1")).is_err());
        assert_eq!(ink(&Form::parse(b"name=Ana")).unwrap().map(|ink| ink.drawing), Some(None));
    }
}
