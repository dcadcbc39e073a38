//! The waitlist: who would take a time if there were one.
//!
//! Invariant: a place is offered a hold like any other, for the company's offer time; what becomes of that hold becomes
//! of the place, in the same transaction. Whoever lets an offer pass has had their turn.
//!
//! Deliberately absent: whether a time fits, which the rules say.

mod offers;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bundle::check_version;
use super::hold::sensible;
use super::openings::MAX_RANGE_DAYS;
use super::request::earlier;
use super::snapshot::Scene;
use super::{App, Error, Reply, Request, Result};
use crate::model::{
    Actor, AppointmentId, BranchId, CompanyId, CustomerId, Preference, ProviderId, ServiceId, WaitId,
    WaitState,
};
use crate::store::{self, Answer, Page, Wait, WaitFilter};

/// What somebody waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitRequest {
    /// The service.
    pub service: ServiceId,
    /// Who waits.
    pub customer: CustomerId,
    /// The visit starts at or after this.
    pub from: DateTime<Utc>,
    /// The visit ends at or before this, no more than 62 days later.
    pub to: DateTime<Utc>,
    /// With whom; none means anybody who offers it.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// Where; none means at any branch.
    #[serde(default)]
    pub branch: Option<BranchId>,
    /// How many guests; none means one.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10_000)]
    pub guests: Option<u32>,
    /// What the customer would like, where no provider is named.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub preferences: Vec<Preference>,
}

/// A place on the waitlist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitView {
    /// Its identifier. Places are in line in the order they were taken in.
    pub id: WaitId,
    /// Whose.
    pub company: CompanyId,
    /// For what.
    pub service: ServiceId,
    /// Who waits.
    pub customer: CustomerId,
    /// The visit starts at or after this.
    pub from: DateTime<Utc>,
    /// The visit ends at or before this.
    pub to: DateTime<Utc>,
    /// With whom; none means anybody who offers it.
    pub provider: Option<ProviderId>,
    /// Where; none means at any branch.
    pub branch: Option<BranchId>,
    /// How many guests.
    pub guests: u32,
    /// What the customer would like.
    pub preferences: Vec<Preference>,
    /// Where it stands.
    pub state: WaitState,
    /// The hold it was offered: confirming it takes the offer, declining it passes the offer on.
    pub appointment: Option<AppointmentId>,
    /// When it was taken.
    pub created_at: DateTime<Utc>,
    /// When it last moved on.
    pub updated_at: DateTime<Utc>,
}

impl WaitView {
    /// Counts its changes: a place goes from one state to the next, and never back.
    #[must_use]
    pub const fn version(&self) -> i64 {
        match self.state {
            WaitState::Waiting => 1,
            WaitState::Offered | WaitState::Withdrawn => 2,
            WaitState::Booked | WaitState::Lapsed => 3,
        }
    }
}

/// What nobody searches places by.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Details {
    provider: Option<ProviderId>,
    branch: Option<BranchId>,
    guests: u32,
    preferences: Vec<Preference>,
}

impl App {
    /// Takes a place on the waitlist.
    pub async fn wait_for(&self, wanted: WaitRequest, request: Option<&Request>) -> Result<Reply<WaitView>> {
        if let Some(answer) = earlier(&*self.ports.store, request).await? {
            return Ok(Reply::Replayed(answer));
        }
        let now = self.ports.clock.now();
        check(&wanted, now)?;
        let scene = self.scene(wanted.service, Some(wanted.customer), Actor::Customer.into()).await?;
        possible(&scene, &wanted)?;
        let WaitRequest { service, customer, from, to, provider, branch, guests, preferences } = wanted;
        let details = Details { provider, branch, guests: guests.unwrap_or(1), preferences };
        let wait = Wait {
            id: WaitId(self.ports.clock.new_id()),
            company: scene.company,
            service,
            customer,
            from,
            to,
            state: WaitState::Waiting,
            appointment: None,
            created_at: now,
            updated_at: now,
            details: serde_json::to_value(&details).map_err(corrupt)?,
        };
        let view = view(wait.clone())?;
        let answer = request.map(|request| answer_of(request, 201, &view)).transpose()?;
        match self.ports.store.add_wait(&wait, answer.as_ref()).await {
            Ok(()) => Ok(Reply::Fresh(view)),
            Err(store::Error::AnswerExists) => self.replay(request).await,
            Err(other) => Err(other.into()),
        }
    }

    /// One place on the waitlist.
    pub async fn place_in_line(&self, id: WaitId) -> Result<WaitView> {
        let wait = self.ports.store.wait(id).await?;
        view(wait.ok_or_else(|| Error::missing("place on the waitlist", id))?)
    }

    /// Places on the waitlist, the oldest first.
    pub async fn waitlist(&self, filter: &WaitFilter, page: Page) -> Result<Vec<WaitView>> {
        self.ports.store.waits(filter, page).await?.into_iter().map(view).collect()
    }

    /// Gives a place on the waitlist up. Doing so twice changes nothing more. `expected` is the version the caller has seen,
    /// if it says so.
    ///
    /// One that has been offered a time is at [`Error::Stale`]: declining the appointment passes the offer on.
    pub async fn withdraw(
        &self,
        id: WaitId,
        expected: Option<u32>,
        request: Option<&Request>,
    ) -> Result<Reply<WaitView>> {
        if let Some(answer) = earlier(&*self.ports.store, request).await? {
            return Ok(Reply::Replayed(answer));
        }
        check_version(expected, self.place_in_line(id).await?.version())?;
        let now = self.ports.clock.now();
        let given_up = match self.ports.store.withdraw_wait(id, now).await {
            Ok(wait) => view(wait)?,
            Err(store::Error::Missing(kind)) => return Err(Error::missing(kind, id)),
            Err(store::Error::Stale(_)) => {
                let present = self.place_in_line(id).await?;
                if present.state != WaitState::Withdrawn {
                    return Err(Error::Stale { current: present.state.as_str().to_owned() });
                }
                present
            }
            Err(other) => return Err(other.into()),
        };
        let Some(request) = request else { return Ok(Reply::Fresh(given_up)) };
        // Kept after the act, not with it: giving a place up again changes nothing.
        match self.ports.store.keep_answer(&answer_of(request, 200, &given_up)?).await {
            Ok(()) => Ok(Reply::Fresh(given_up)),
            Err(store::Error::AnswerExists) => self.replay(Some(request)).await,
            Err(other) => Err(other.into()),
        }
    }
}

fn check(wanted: &WaitRequest, now: DateTime<Utc>) -> Result<()> {
    sensible("from", wanted.from)?;
    sensible("to", wanted.to)?;
    if wanted.to <= wanted.from || wanted.to <= now {
        return Err(Error::field("to", "the end of the span has to be after its start, and to come"));
    }
    if wanted.to - wanted.from > TimeDelta::days(MAX_RANGE_DAYS) {
        return Err(Error::field(
            "to",
            format!("a place on the waitlist is for at most {MAX_RANGE_DAYS} days"),
        ));
    }
    Ok(())
}

/// Refuses a wish that no change to the diary could fulfil: the offer would never come.
fn possible(scene: &Scene, wanted: &WaitRequest) -> Result<()> {
    if let Some(provider) = wanted.provider {
        scene.same_branch(provider, wanted.branch)?;
        scene.provider(provider)?;
    } else if let Some(branch) = wanted.branch {
        scene.branch(branch)?;
    }
    let service = scene.service()?;
    if wanted.provider.is_some_and(|provider| !service.providers.contains(&provider)) {
        return Err(Error::field("provider", "the provider does not offer this service"));
    }
    let at_branch = |branch| scene.candidates().map(|all| all.iter().any(|(known, _)| *known == branch));
    if !wanted.branch.map_or(Ok(true), at_branch)? {
        return Err(Error::field("branch", "nobody at the branch offers this service"));
    }
    let minutes = service.duration_minutes;
    if wanted.to - wanted.from < TimeDelta::minutes(minutes.into()) {
        return Err(Error::field("to", format!("the visit takes {minutes} minutes: the span is too short")));
    }
    Ok(())
}

fn view(wait: Wait) -> Result<WaitView> {
    let Details { provider, branch, guests, preferences } =
        serde_json::from_value(wait.details).map_err(corrupt)?;
    Ok(WaitView {
        id: wait.id,
        company: wait.company,
        service: wait.service,
        customer: wait.customer,
        from: wait.from,
        to: wait.to,
        provider,
        branch,
        guests,
        preferences,
        state: wait.state,
        appointment: wait.appointment,
        created_at: wait.created_at,
        updated_at: wait.updated_at,
    })
}

fn answer_of(request: &Request, status: u16, view: &WaitView) -> Result<Answer> {
    Ok(Answer {
        key: request.key.clone(),
        fingerprint: request.fingerprint.clone(),
        status,
        body: serde_json::to_string(view).map_err(corrupt)?,
        at: view.updated_at,
    })
}

fn corrupt(error: serde_json::Error) -> Error {
    Error::Store(store::Error::Corrupt("place on the waitlist", Box::new(error)))
}
