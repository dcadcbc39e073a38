//! What is noted and photographed at a visit.
//!
//! Invariant: staff keep it to themselves; no type here is shown to a customer. Deliberately absent: the pictures, which are
//! bytes in the store, and the time that work took, which the rules reckon with.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, AppointmentId, By, NoteId, PhotoId};

/// A note about the work. It is never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Note {
    /// Its identifier.
    pub id: NoteId,
    /// The appointment.
    pub appointment: AppointmentId,
    /// What it says.
    #[schema(min_length = 1, max_length = 4_000)]
    pub text: String,
    /// On whose behalf it was written.
    pub actor: Actor,
    /// Who wrote it.
    pub by: Option<By>,
    /// When the server was told.
    pub at: DateTime<Utc>,
}

impl Note {
    /// Characters of a note: two pages.
    pub const TEXT: usize = 4_000;
    /// Notes of a visit: more than anybody reads.
    pub const MOST: u32 = 200;
}

/// A photo of the work. Its picture can be removed; that there was one stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Photo {
    /// Its identifier.
    pub id: PhotoId,
    /// The appointment.
    pub appointment: AppointmentId,
    /// What the picture is kept as: always `image/jpeg`.
    pub media_type: String,
    /// How wide it is, in pixels.
    pub width: u32,
    /// How high it is, in pixels.
    pub height: u32,
    /// How many bytes it has.
    pub bytes: u32,
    /// SHA-256 of it as it is kept, hexadecimal.
    #[schema(min_length = 64, max_length = 64)]
    pub sha256: String,
    /// On whose behalf it was added.
    pub actor: Actor,
    /// Who added it.
    pub by: Option<By>,
    /// When the server was sent it.
    pub at: DateTime<Utc>,
    /// Who removed the picture, and when; none while it is there.
    pub removed: Option<Removed>,
}

/// The end of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Removed {
    /// Who removed it.
    pub by: Option<By>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Photo {
    /// What pictures are kept as.
    pub const MEDIA_TYPE: &str = "image/jpeg";
    /// Photos of a visit, those not counted whose picture was removed.
    pub const MOST: u32 = 20;
}

/// A picture as it is kept, both JPEG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What is shown at its full size.
    pub full: Vec<u8>,
    /// What is shown in lists.
    pub small: Vec<u8>,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PictureSize {
    /// At most 2048 pixels long.
    #[default]
    Full,
    /// At most 320 pixels long.
    Small,
}
