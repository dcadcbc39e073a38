//! Links with which a customer answers without an account: each for one purpose, one appointment as it stands, and a time.
//!
//! Invariants: what a link says is signed with the installation's secret, which the store keeps, so that every host on it
//! takes the links of every other. A link is for a revision of its appointment: whatever happens to it, the link's own use
//! included, ends the link, and of two uses at once one succeeds. A link that was not signed here is looked up nowhere.
//!
//! Deliberately absent: what a customer may do at that moment, which the rules decide.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ring::hmac;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{App, Error, Reply, Result, portal};
use super::secrets;
use crate::model::fields::{Fields, LINE, TEXT};
use crate::model::{Actor, Appointment, AppointmentId, CompanyId, FieldError, Service, Signature, Status};

/// How long a link holds if nothing else is asked for, and at most.
const HOURS: u32 = 14 * 24;
const MOST_HOURS: u32 = 90 * 24;

/// What the store calls the secret.
const SECRET: &str = "links";

/// Something that a link says under the installation's secret.
pub(in crate::app) trait Sealed: Serialize + DeserializeOwned {
    /// Keeps signatures under these links apart from all others that the secret makes.
    const CONTEXT: &'static str;
}

/// Bytes of the longest link that is looked at.
const LONGEST: usize = 600;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To acknowledge the appointment.
    Accept,
    /// To refuse it.
    Decline,
    /// To move it.
    Reschedule,
    /// To call it off.
    Cancel,
    /// To sign for work that is done.
    Sign,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 5] = [Self::Accept, Self::Decline, Self::Reschedule, Self::Cancel, Self::Sign];

    /// As the API calls it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Reschedule => "reschedule",
            Self::Cancel => "cancel",
            Self::Sign => "sign",
        }
    }
}

/// A link to be made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// What for.
    pub purpose: Purpose,
    /// For how many hours; 336 if it is left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 2160)]
    pub hours: Option<u32>,
}

impl NewLink {
    /// What is wrong with its values.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.within("hours", self.hours.unwrap_or(HOURS), 1..=MOST_HOURS);
        fields.into_errors()
    }
}

/// What is sent with a link.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    /// What the link carries.
    #[schema(min_length = 1, max_length = 600)]
    pub token: String,
    /// To decline, to cancel and to reschedule: why.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    pub reason: Option<String>,
    /// To reschedule: when the visit shall start.
    #[serde(default)]
    pub start: Option<DateTime<Utc>>,
    /// To sign: the name.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub name: Option<String>,
}

impl LinkBody {
    /// What is wrong with its values.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut fields = Fields::default();
        fields.text("reason", self.reason.as_deref().unwrap_or_default(), TEXT);
        fields.optional_line("name", self.name.as_deref(), LINE);
        if let Some(start) = self.start {
            fields.instant("start", start);
        }
        fields.into_errors()
    }
}

/// What a link shows of its appointment: nothing that staff keep to themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LinkView {
    /// What the link is for.
    pub purpose: Purpose,
    /// The appointment's number and title.
    pub name: String,
    /// Its company.
    pub company: CompanyId,
    /// The service's name.
    pub service: String,
    /// When it starts.
    pub start: DateTime<Utc>,
    /// When it ends.
    pub end: DateTime<Utc>,
    /// How it stands.
    pub status: Status,
    /// What is said to the customer.
    pub remarks: String,
    /// When the link ends.
    pub expires_at: DateTime<Utc>,
}

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::app) struct Said {
    purpose: Purpose,
    appointment: AppointmentId,
    revision: u32,
    expires: i64,
}

impl Said {
    /// What the link is for.
    pub(in crate::app) const fn purpose(self) -> Purpose {
        self.purpose
    }
}

impl Sealed for Said {
    const CONTEXT: &'static str = "slotledger link 1\n";
}

impl App {
    /// Makes a link; gives what it carries, and when it ends.
    pub async fn make_link(
        &self,
        id: AppointmentId,
        wanted: &NewLink,
        by: &str,
    ) -> Result<(String, DateTime<Utc>)> {
        let appointment = self.appointment(id).await?;
        let expires_at = self.ports.clock.now() + TimeDelta::hours(wanted.hours.unwrap_or(HOURS).into());
        let said = Said {
            purpose: wanted.purpose,
            appointment: id,
            revision: appointment.revision,
            expires: expires_at.timestamp(),
        };
        let token = sealed(&self.link_secret().await?, &said)?;
        let message = format!("A link to {} {} was made.", wanted.purpose.as_str(), appointment.name);
        self.note(by, "link.made", Some(id.0), message).await?;
        Ok((token, DateTime::from_timestamp(said.expires, 0).unwrap_or(expires_at)))
    }

    /// Shows what a link is for.
    pub async fn read_link(&self, token: &str) -> Result<LinkView> {
        let (said, appointment) = self.followed(token, None).await?;
        self.shown(said, &appointment).await
    }

    /// Does what a link is for. It has to be for this purpose.
    pub async fn use_link(&self, purpose: Purpose, body: LinkBody) -> Result<LinkView> {
        let (said, appointment) = self.followed(&body.token, Some(purpose)).await?;
        let Some(command) = portal::command(purpose, &body)? else {
            self.sign(&appointment, body.name, None).await?;
            return self.shown(said, &appointment).await;
        };
        let done = self.command(said.appointment, Some(said.revision), command, Actor::Customer, None).await;
        match done {
            Ok(Reply::Fresh(appointment)) => self.shown(said, &appointment).await,
            Ok(Reply::Replayed(_)) | Err(Error::Stale { .. }) => Err(Error::LinkMovedOn),
            Err(error) => Err(error),
        }
    }

    /// The signature under an appointment.
    pub async fn signature(&self, id: AppointmentId) -> Result<Signature> {
        self.appointment(id).await?;
        let found = self.signature_under(id).await?;
        found.ok_or_else(|| Error::missing("signature under the appointment", id))
    }

    /// The same, where somebody has signed.
    pub async fn signature_under(&self, id: AppointmentId) -> Result<Option<Signature>> {
        Ok(self.ports.store.signature(id).await?)
    }

    /// What a link says, and its appointment as the link knows it.
    pub(in crate::app) async fn followed(
        &self,
        token: &str,
        purpose: Option<Purpose>,
    ) -> Result<(Said, Appointment)> {
        let said = opened::<Said>(&self.link_secret().await?, token).ok_or(Error::LinkOver)?;
        let holds = purpose.is_none_or(|purpose| purpose == said.purpose);
        if !holds || self.ports.clock.now().timestamp() >= said.expires {
            return Err(Error::LinkOver);
        }
        let appointment = self.ports.store.appointment(said.appointment).await?.ok_or(Error::LinkOver)?;
        if appointment.revision != said.revision {
            return Err(Error::LinkMovedOn);
        }
        Ok((said, appointment))
    }

    async fn shown(&self, said: Said, appointment: &Appointment) -> Result<LinkView> {
        let service = self.get::<Service>(appointment.service.0).await?;
        Ok(LinkView {
            purpose: said.purpose,
            name: appointment.name.clone(),
            company: appointment.company,
            service: service.data.name,
            start: appointment.start,
            end: appointment.end,
            status: appointment.status,
            remarks: appointment.remarks.clone(),
            expires_at: DateTime::from_timestamp(said.expires, 0).unwrap_or_default(),
        })
    }

    pub(in crate::app) async fn link_secret(&self) -> Result<hmac::Key> {
        let fresh = secrets::random::<32>()?;
        let bytes = self.ports.store.secret(SECRET, &fresh, self.ports.clock.now()).await?;
        Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
    }
}

pub(in crate::app) fn sealed<T: Sealed>(key: &hmac::Key, said: &T) -> Result<String> {
    let said = serde_json::to_string(said).map_err(|error| Error::Inside(error.to_string()))?;
    let mark = hmac::sign(key, format!("{}{said}", T::CONTEXT).as_bytes());
    Ok(format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(&said), BASE64_URL_SAFE_NO_PAD.encode(mark)))
}

pub(in crate::app) fn opened<T: Sealed>(key: &hmac::Key, token: &str) -> Option<T> {
    let (said, mark) = token.split_once('.').filter(|_| token.len() <= LONGEST)?;
    let said = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(said).ok()?).ok()?;
    let mark = BASE64_URL_SAFE_NO_PAD.decode(mark).ok()?;
    hmac::verify(key, format!("{}{said}", T::CONTEXT).as_bytes(), &mark).ok()?;
    serde_json::from_str(&said).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn key(byte: u8) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &[byte; 32])
    }

    fn said() -> Said {
        Said {
            purpose: Purpose::Accept,
            appointment: Uuid::from_u128(7).into(),
            revision: 3,
            expires: 1_900_000_000,
        }
    }

    #[test]
    fn a_link_says_what_was_signed_and_only_with_its_own_secret() {
        let token = sealed(&key(1), &said()).unwrap();
        assert_eq!(opened(&key(1), &token), Some(said()));
        assert_eq!(opened::<Said>(&key(2), &token), None);
        assert!(token.len() <= LONGEST);
    }

    proptest! {
        #[test]
        fn a_link_that_was_touched_is_none(at in 0..200_usize, letter in "[A-Za-z0-9_.-]") {
            let token = sealed(&key(1), &said()).unwrap();
            let at = at % token.len();
            let touched = format!("{}{letter}{}", &token[..at], &token[at + 1..]);
            // The last letter of each part has bits to spare, which the decoder refuses or ignores: the text is what counts.
            prop_assume!(touched != token);
            prop_assert!(opened::<Said>(&key(1), &touched).is_none());
        }

        #[test]
        fn anything_else_is_none(text in ".{0,80}") {
            prop_assert!(opened::<Said>(&key(1), &text).is_none());
        }
    }
}
