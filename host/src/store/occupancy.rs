//! What is taken from whom.
//!
//! Deliberately absent: writing. What is taken follows from appointments, and is written with them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Error;
use crate::model::{Claim, CustomerId, ProviderId, ServiceId, UnitClaim, UnitId};

/// Slots of a day in the [`Busy`] rows, five minutes each.
pub const SLOTS_A_DAY: u32 = 288;

/// Bytes of a layer of [`Busy`].
pub const LAYER_BYTES: usize = SLOTS_A_DAY as usize / 8;

/// What one provider or unit has given away on one day in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// The provider or the unit.
    pub resource: Uuid,
    /// Days since 1970-01-01.
    pub day: i64,
    /// Layers of [`LAYER_BYTES`] each: bit `k` of layer `n` is set where more than `n` visits have slot `k`, lowest bit
    /// first.
    pub layers: Vec<u8>,
}

/// A visit that customers share, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// With whom.
    pub provider: ProviderId,
    /// When the visit starts.
    pub start: DateTime<Utc>,
    /// Guests of all its appointments together.
    pub guests: u32,
    /// The units it uses.
    pub units: Vec<UnitId>,
}

/// How much a provider has had to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Who.
    pub provider: ProviderId,
    /// Minutes reserved on the days asked about.
    pub minutes: u64,
    /// When the provider was last booked; none means never.
    pub last_booked: Option<DateTime<Utc>>,
}

/// What is taken from whom: read for decisions. Written by [`Diary::commit`](super::Diary::commit) alone.
#[async_trait]
pub trait Occupancy: Send + Sync + 'static {
    /// Time taken from these providers that overlaps the span, in the order of provider and start.
    async fn claims(
        &self,
        providers: &[ProviderId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<Claim>, Error>;

    /// Time taken from these units that overlaps the span, in the order of unit and start.
    async fn unit_claims(
        &self,
        units: &[UnitId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<UnitClaim>, Error>;

    /// What these providers or units have given away on the days from `first` up to and with `last`, in the order of
    /// resource and day. Days with nothing given away are left out.
    async fn busy(&self, resources: &[Uuid], first: i64, last: i64) -> Result<Vec<Busy>, Error>;

    /// Visits of a service that customers share with these providers and that start in the span, in the order of
    /// provider and start.
    async fn sessions(
        &self,
        service: ServiceId,
        providers: &[ProviderId],
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Vec<Session>, Error>;

    /// What these providers have had to do on the days from `first` up to and with `last`, in the order of providers.
    async fn workloads(
        &self,
        providers: &[ProviderId],
        first: i64,
        last: i64,
    ) -> Result<Vec<Workload>, Error>;

    /// The last provider, if any, who did this service for the customer or is to do it.
    async fn last_provider(
        &self,
        customer: CustomerId,
        service: ServiceId,
    ) -> Result<Option<ProviderId>, Error>;
}
