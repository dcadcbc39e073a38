//! Taking slots for somebody: the first step of every booking.

use chrono::{DateTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::alternatives::Near;
use super::beside::Beside;
use super::bundle::Bundle;
use super::error::Refusal;
use super::extensions::Granted;
use super::openings::Place;
use super::outcome::Decided;
use super::snapshot::{Calendars, Scene, When, any_provider, day_grid, one_provider};
use super::{App, Error, Reply, Request, Result, TRIES, translate};
use crate::model::{
    Acting, Appointment, Branch, BranchId, Case, CaseId, CustomerId, Kind, Preference, ProviderId, Service,
    ServiceId, UnitId,
};
use crate::store::{self, Change};
use crate::wasm::bindings::slotledger::rules::decisions;

/// The years that visits can lie in. Outside of them a date is a slip of the pen, and calendars are guesswork.
const YEARS: (i32, i32) = (2000, 2200);

/// What somebody wants to book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Booking {
    /// The service.
    pub service: ServiceId,
    /// For whom; may be left out where a case is named.
    #[serde(default)]
    pub customer: Option<CustomerId>,
    /// The case it belongs to, which says for whom and where it is.
    #[serde(default)]
    pub case: Option<CaseId>,
    /// When the visit starts.
    pub start: DateTime<Utc>,
    /// When the visit ends, as the customer was shown. It follows from the service: another end is refused.
    #[serde(default)]
    pub end: Option<DateTime<Utc>>,
    /// With whom; none means anybody who offers it.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// Where; none means at any branch that offers it, the oldest that can going first.
    #[serde(default)]
    pub branch: Option<BranchId>,
    /// How many guests; none means one.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10_000)]
    pub guests: Option<u32>,
    /// Units that have to be among those used; the rules choose the others.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub units: Vec<UnitId>,
    /// What the customer would like, where no provider is named.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub preferences: Vec<Preference>,
    /// The currency the customer was shown; another than the company's is refused.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub currency: Option<String>,
    /// The coupon that the customer names.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub coupon: Option<String>,
    /// What stands behind the number; none takes the service's name.
    #[serde(default)]
    pub title: Option<String>,
    /// Where the visit is, if neither where the case says nor at the customer's address.
    #[serde(default)]
    pub location: Option<String>,
    /// Internal notes.
    #[serde(default)]
    pub notes: Option<String>,
    /// Notes for the customer.
    #[serde(default)]
    pub remarks: Option<String>,
}

impl App {
    /// Takes slots for a short time. The answer is the appointment, open.
    pub async fn hold(
        &self,
        booking: Booking,
        actor: impl Into<Acting> + Send,
        request: Option<&Request>,
    ) -> Result<Reply<Appointment>> {
        let actor = actor.into();
        sensible("start", booking.start)?;
        let mut taken = false;
        for _ in 0..TRIES {
            match self.unless_answered(request, self.try_hold(&booking, actor, request).await).await? {
                Ok(reply) => return Ok(reply),
                // Somebody was faster: the rules see that now, and say so or find another provider.
                Err(Error::Taken(_)) => taken = true,
                Err(Error::Store(store::Error::Stale(_) | store::Error::AnswerExists)) => taken = false,
                Err(other) => return Err(self.with_alternatives(other, &Near::of(&booking)).await),
            }
        }
        if !taken {
            return Err(Error::Busy);
        }
        Err(self.with_alternatives(Error::Taken(Vec::new()), &Near::of(&booking)).await)
    }

    async fn try_hold(
        &self,
        booking: &Booking,
        actor: Acting,
        request: Option<&Request>,
    ) -> Result<Appointment> {
        let (scene, booking) = self.scene_for(booking, actor).await?;
        let change = self.decide_new(&scene, &booking, self.ports.clock.new_id(), &[], None).await?;
        self.settle(Bundle::of(&scene, vec![change]), 201, request).await
    }

    /// Decides a hold on top of what is taken `ahead`; it runs out after the company's hold time, or after so many
    /// minutes.
    ///
    /// Where any branch will do, the rules are asked about one after the other until they grant it at one. If they do at
    /// none, each reason is told once.
    pub(super) async fn decide_new(
        &self,
        scene: &Scene,
        booking: &Booking,
        new_id: Uuid,
        ahead: &[Appointment],
        minutes: Option<u32>,
    ) -> Result<Change> {
        let mut refused = Refusal::default();
        for place in places(scene, booking)? {
            let mut input = self.hold_input(scene, booking, &place, new_id, ahead).await?;
            let company = &mut input.snapshot.company;
            company.hold_minutes = minutes.unwrap_or(company.hold_minutes);
            match Box::pin(self.decided(scene, input, None)).await? {
                Ok(granted) => return self.new_change(scene, booking, new_id, granted),
                Err(findings) => refused.add(findings.into_iter()),
            }
        }
        Err(Error::Refused(refused))
    }

    /// What the rules are asked for a hold at this place.
    async fn hold_input(
        &self,
        scene: &Scene,
        booking: &Booking,
        place: &Place,
        new_id: Uuid,
        ahead: &[Appointment],
    ) -> Result<decisions::TransitionInput> {
        let calendars = Calendars { beside: Beside::taking(ahead), ..calendars(scene, booking, place)? };
        Ok(decisions::TransitionInput {
            snapshot: self.snapshot(scene, &calendars).await?,
            appointment: None,
            preferences: Vec::new(),
            new_id: new_id.to_string(),
            command: decisions::Command::Hold(words(booking)),
        })
    }

    fn new_change(&self, scene: &Scene, booking: &Booking, new_id: Uuid, granted: Granted) -> Result<Change> {
        let Granted { decision, record } = granted;
        let mut decided = Decided {
            scene,
            booking: Some(booking),
            payment: None,
            arrival: None,
            old: None,
            beside: Vec::new(),
            reason: None,
            new_id,
            decision,
            record,
        };
        Ok(self.changes(&mut decided)?.remove(0))
    }

    /// What the booking is decided on, and the booking with what its case says: for whom, and where.
    pub(super) async fn scene_for(&self, booking: &Booking, actor: Acting) -> Result<(Scene, Booking)> {
        let mut booking = booking.clone();
        let Some(id) = booking.case else {
            if booking.customer.is_none() {
                return Err(Error::field("customer", "say for whom it is, or name a case"));
            }
            return Ok((self.scene(booking.service, booking.customer, actor).await?, booking));
        };
        let case = self.get::<Case>(id.0).await?;
        booking.customer = booking.customer.or(Some(case.data.customer));
        let mut scene = self.scene(booking.service, booking.customer, actor).await?;
        if case.company != scene.company.0 {
            return Err(Error::missing(Kind::Case.as_str(), id));
        }
        // Whatever changes from here on raises the catalogue's version; what changed before it was read does not.
        if self.get::<Case>(id.0).await?.version != case.version {
            return Err(Error::Store(store::Error::Stale(Kind::Case.as_str())));
        }
        booking.location = booking.location.or_else(|| case.data.location.clone());
        scene.case = Some(case.data);
        Ok((scene, booking))
    }
}

fn words(booking: &Booking) -> decisions::Request {
    decisions::Request {
        provider: booking.provider.map(|id| id.to_string()),
        start: booking.start.timestamp(),
        guests: booking.guests.unwrap_or(1),
        end: booking.end.map(|end| end.timestamp()),
        currency: booking.currency.clone(),
        units: booking.units.iter().map(ToString::to_string).collect(),
        preferences: booking.preferences.iter().map(translate::preference).collect(),
        coupon: booking.coupon.clone(),
    }
}

/// The calendars of a hold at this place.
pub(super) fn calendars<'a>(scene: &'a Scene, booking: &Booking, place: &Place) -> Result<Calendars<'a>> {
    if let Some(provider) = booking.provider {
        return one_provider(scene, provider, &When::Starting(booking.start), None);
    }
    let grid = |branch: &Branch, service: &Service| day_grid(branch, service, booking.start);
    let calendars = any_provider(scene, place.branch, &place.providers, grid)?;
    Ok(Calendars { workloads: true, ..calendars })
}

/// Where the booking could be, and with whom there. Where neither provider nor branch is named, that is every branch
/// that offers the service, the oldest first.
pub(super) fn places(scene: &Scene, booking: &Booking) -> Result<Vec<Place>> {
    if let Some(provider) = booking.provider {
        scene.same_branch(provider, booking.branch)?;
        let branch = scene.provider(provider)?.branch;
        return Ok(vec![Place { branch, providers: vec![provider] }]);
    }
    let mut offered = scene.candidates()?;
    offered.retain(|(branch, _)| booking.branch.is_none_or(|wanted| wanted == *branch));
    if offered.is_empty() {
        // Nobody offers it there: the rules say so in their own words.
        offered.push((scene.some_branch(booking.branch)?, Vec::new()));
    }
    offered.sort_unstable_by_key(|(branch, _)| *branch);
    Ok(offered.into_iter().map(|(branch, providers)| Place { branch, providers }).collect())
}

/// Refuses moments in years that no visit lies in.
pub(super) fn sensible(field: &str, at: DateTime<Utc>) -> Result<()> {
    let year = |year| Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).single();
    if year(YEARS.0).is_some_and(|first| at >= first) && year(YEARS.1).is_some_and(|last| at < last) {
        return Ok(());
    }
    Err(Error::field(field, format!("visits lie between the years {} and {}", YEARS.0, YEARS.1 - 1)))
}
