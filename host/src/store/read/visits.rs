//! Rows of notes and photos.

use super::{Columns, by};
use crate::model::{By, Note, Photo, Removed};
use crate::store::Error;
use crate::store::words::from_word;

pub(in crate::store) fn note(row: &impl Columns) -> Result<Note, Error> {
    Ok(Note {
        id: row.id("id")?,
        appointment: row.id("appointment")?,
        text: row.text("text")?.to_owned(),
        actor: from_word("actor", row.text("actor")?)?,
        by: by(row)?,
        at: row.instant("written_at")?,
    })
}

pub(in crate::store) fn photo(row: &impl Columns) -> Result<Photo, Error> {
    Ok(Photo {
        id: row.id("id")?,
        appointment: row.id("appointment")?,
        media_type: Photo::MEDIA_TYPE.to_owned(),
        width: row.count("width")?,
        height: row.count("height")?,
        bytes: row.count("bytes")?,
        sha256: row.text("sha256")?.to_owned(),
        actor: from_word("actor", row.text("actor")?)?,
        by: by(row)?,
        at: row.instant("taken_at")?,
        removed: removed(row)?,
    })
}

fn removed(row: &impl Columns) -> Result<Option<Removed>, Error> {
    let Some(at) = row.optional_instant("removed_at")? else { return Ok(None) };
    let name = row.optional_text("remover_name")?.map(str::to_owned);
    let by = row.optional_id("remover_id")?.map(|id| By { id, name });
    Ok(Some(Removed { by, at }))
}
