//! What was noted and photographed at visits.
//!
//! Invariants: notes only grow. A photo is one entry and one picture, written together; the picture may go, the entry stays and
//! says who removed it. None of it is part of an appointment: its revision does not count them.
//!
//! Deliberately absent: what a picture looks like, and who may see it.

use async_trait::async_trait;

use super::{Answer, Error};
use crate::model::{AppointmentId, Note, Photo, PhotoId, Picture, PictureSize, Removed};

/// What was noted and photographed at visits.
#[async_trait]
pub trait Visits: Send + Sync + 'static {
    /// Adds a note, and keeps the answer to the request that asked for it. Gives whether the visit had fewer than `most`.
    ///
    /// Fails with [`Error::AnswerExists`] if the answer's key was used meanwhile.
    async fn add_note(&self, note: &Note, most: u32, answer: Option<&Answer>) -> Result<bool, Error>;

    /// The notes of an appointment, oldest first.
    async fn notes(&self, appointment: AppointmentId) -> Result<Vec<Note>, Error>;

    /// Adds a photo, and keeps the answer to the request that sent it. Gives whether the visit had fewer than `most`, those
    /// not counted whose picture was removed.
    ///
    /// Fails with [`Error::AnswerExists`] if the answer's key was used meanwhile.
    async fn add_photo(
        &self,
        photo: &Photo,
        picture: &Picture,
        most: u32,
        answer: Option<&Answer>,
    ) -> Result<bool, Error>;

    /// The photos of an appointment, oldest first, those included whose picture was removed.
    async fn photos(&self, appointment: AppointmentId) -> Result<Vec<Photo>, Error>;

    /// One of an appointment's photos.
    async fn photo(&self, appointment: AppointmentId, id: PhotoId) -> Result<Option<Photo>, Error>;

    /// A photo's picture; none where it was removed.
    async fn picture(&self, id: PhotoId, size: PictureSize) -> Result<Option<Vec<u8>>, Error>;

    /// Removes the picture of one of an appointment's photos, and notes who did. Gives whether it was there.
    async fn remove_photo(
        &self,
        appointment: AppointmentId,
        id: PhotoId,
        removed: &Removed,
    ) -> Result<bool, Error>;
}
