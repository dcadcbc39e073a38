//! Identifiers, one type for each kind of record, so that one is never taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta] $name:ident)*) => {$(
        #[$doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

id! {
    /// A company.
    CompanyId
    /// A branch of a company.
    BranchId
    /// A service that is sold.
    ServiceId
    /// Whoever performs services.
    ProviderId
    /// A room, a vehicle, a piece of equipment.
    UnitId
    /// A customer.
    CustomerId
    /// An appointment.
    AppointmentId
    /// A case that appointments belong to.
    CaseId
    /// Appointments sold together.
    BookingId
    /// Appointments that recur.
    SeriesId
    /// A place on the waitlist.
    WaitId
    /// A person who logs in.
    AccountId
    /// A note about the work.
    NoteId
    /// A photo of the work.
    PhotoId
}
