//! What is noted and photographed at a visit, before, during and after the work.
//!
//! Invariants: it is no part of the appointment, so that nothing that waits on a phone is out of date by it, and the rules are
//! not asked. What is added under a request's key is added once. Nothing of it is shown to customers; who else sees it, the
//! gate says.
//!
//! Deliberately absent: what is agreed with the customer, and what stood on the appointment from the start.

mod picture;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::request::earlier;
use super::{App, Error, Reply, Request, Result};
use crate::codes;
use crate::model::{Acting, AppointmentId, By, Note, NoteId, Photo, PhotoId, PictureSize, Removed};
use crate::store::{self, Answer};

pub(super) use picture::Painter;

/// A note to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// What it says.
    #[schema(min_length = 1, max_length = 4_000)]
    pub text: String,
}

impl App {
    /// Adds a note to an appointment, whatever its status.
    pub async fn add_note(
        &self,
        id: AppointmentId,
        note: NewNote,
        acting: Acting,
        request: Option<&Request>,
    ) -> Result<Reply<Note>> {
        let store = &*self.ports.store;
        if let Some(answer) = earlier(store, request).await? {
            return Ok(Reply::Replayed(answer));
        }
        self.appointment(id).await?;
        let note = Note {
            id: NoteId(self.ports.clock.new_id()),
            appointment: id,
            text: note.text,
            actor: acting.actor,
            by: by(acting),
            at: self.ports.clock.now(),
        };
        let answer = request.map(|request| answer_of(request, &note, note.at)).transpose()?;
        match store.add_note(&note, Note::MOST, answer.as_ref()).await {
            Ok(true) => Ok(Reply::Fresh(note)),
            Ok(false) => Err(enough("text", "notes", Note::MOST)),
            Err(store::Error::AnswerExists) => self.replay(request).await,
            Err(other) => Err(other.into()),
        }
    }

    /// An appointment's notes, oldest first.
    pub async fn notes(&self, id: AppointmentId) -> Result<Vec<Note>> {
        self.appointment(id).await?;
        Ok(self.ports.store.notes(id).await?)
    }

    /// Adds a photo to an appointment, whatever its status. What was sent is not kept, but what can be seen on it.
    pub async fn add_photo(
        &self,
        id: AppointmentId,
        sent: Bytes,
        acting: Acting,
        request: Option<&Request>,
    ) -> Result<Reply<Photo>> {
        let store = &*self.ports.store;
        if let Some(answer) = earlier(store, request).await? {
            return Ok(Reply::Replayed(answer));
        }
        // Painting takes a while: for a photo that finds no room none is painted.
        let there = self.photos(id).await?.iter().filter(|photo| photo.removed.is_none()).count();
        if there >= Photo::MOST as usize {
            return Err(enough("photo", "photos", Photo::MOST));
        }
        let painted = self.painter.paint(sent).await?;
        let full = &painted.picture.full;
        let photo = Photo {
            id: PhotoId(self.ports.clock.new_id()),
            appointment: id,
            media_type: Photo::MEDIA_TYPE.to_owned(),
            width: painted.width,
            height: painted.height,
            bytes: u32::try_from(full.len()).unwrap_or(u32::MAX),
            sha256: Sha256::digest(full).iter().map(|byte| format!("{byte:02x}")).collect(),
            actor: acting.actor,
            by: by(acting),
            at: self.ports.clock.now(),
            removed: None,
        };
        let answer = request.map(|request| answer_of(request, &photo, photo.at)).transpose()?;
        match store.add_photo(&photo, &painted.picture, Photo::MOST, answer.as_ref()).await {
            Ok(true) => Ok(Reply::Fresh(photo)),
            Ok(false) => Err(enough("photo", "photos", Photo::MOST)),
            Err(store::Error::AnswerExists) => self.replay(request).await,
            Err(other) => Err(other.into()),
        }
    }

    /// An appointment's photos, oldest first, those included whose picture was removed.
    pub async fn photos(&self, id: AppointmentId) -> Result<Vec<Photo>> {
        self.appointment(id).await?;
        Ok(self.ports.store.photos(id).await?)
    }

    /// One of an appointment's photos; one whose picture was removed is missing.
    pub async fn photo(&self, id: AppointmentId, photo: PhotoId) -> Result<Photo> {
        let found = self.ports.store.photo(id, photo).await?;
        found.filter(|photo| photo.removed.is_none()).ok_or_else(|| Error::missing("photo", photo))
    }

    /// What can be seen on a photo: a JPEG.
    pub async fn picture(&self, photo: PhotoId, size: PictureSize) -> Result<Vec<u8>> {
        let found = self.ports.store.picture(photo, size).await?;
        found.ok_or_else(|| Error::missing("photo", photo))
    }

    /// Removes the picture of one of an appointment's photos. That it was there stays, and who removed it.
    pub async fn remove_photo(&self, id: AppointmentId, photo: PhotoId, acting: Acting) -> Result<Photo> {
        let store = &*self.ports.store;
        let removed = Removed { by: by(acting), at: self.ports.clock.now() };
        if !store.remove_photo(id, photo, &removed).await? {
            return Err(Error::missing("photo", photo));
        }
        store.photo(id, photo).await?.ok_or_else(|| Error::missing("photo", photo))
    }
}

fn by(acting: Acting) -> Option<By> {
    acting.by.map(|id| By { id, name: None })
}

fn enough(field: &'static str, things: &str, most: u32) -> Error {
    Error::Unfit { code: codes::VISIT_FULL, field, message: format!("the visit has {most} {things} already") }
}

fn answer_of(request: &Request, added: &impl Serialize, at: chrono::DateTime<chrono::Utc>) -> Result<Answer> {
    let corrupt = |error| Error::Store(store::Error::Corrupt("visit", Box::new(error)));
    Ok(Answer {
        key: request.key.clone(),
        fingerprint: request.fingerprint.clone(),
        status: 201,
        body: serde_json::to_string(added).map_err(corrupt)?,
        at,
    })
}
