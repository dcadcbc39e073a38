//! What was noted and photographed at visits.

use async_trait::async_trait;
use sqlx::{QueryBuilder, Row as _};

use super::Sqlite;
use super::error::failed;
use super::requests;
use super::rows::{Columns, micros, text};
use crate::model::{AppointmentId, Note, Photo, PhotoId, Picture, PictureSize, Removed};
use crate::store::words::actor;
use crate::store::{Answer, Error, Visits, read};

const PHOTOS: &str = "SELECT id, appointment, actor, width, height, bytes, sha256, taken_us AS taken_at, by_id,
     COALESCE((SELECT a.name FROM account a WHERE a.id = by_id), (SELECT k.label FROM api_key k WHERE k.id = by_id)) AS by_name,
     removed_us AS removed_at, remover_id,
     COALESCE((SELECT a.name FROM account a WHERE a.id = remover_id),
         (SELECT k.label FROM api_key k WHERE k.id = remover_id)) AS remover_name
     FROM visit_photo WHERE appointment = ";

#[async_trait]
impl Visits for Sqlite {
    async fn add_note(&self, note: &Note, most: u32, answer: Option<&Answer>) -> Result<bool, Error> {
        let mut transaction = self.begin().await?;
        if let Some(answer) = answer {
            requests::keep(&mut *transaction, answer).await?;
        }
        let done = sqlx::query(
            "INSERT INTO visit_note (id, appointment, actor, by_id, text, written_us) SELECT ?1, ?2, ?3, ?4, ?5, ?6
             WHERE (SELECT count(*) FROM visit_note WHERE appointment = ?2) < ?7",
        )
        .bind(text(note.id))
        .bind(text(note.appointment))
        .bind(actor(note.actor))
        .bind(note.by.as_ref().map(|by| text(by.id)))
        .bind(&note.text)
        .bind(micros(note.at))
        .bind(i64::from(most))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        let had_room = done.rows_affected() > 0;
        if had_room {
            transaction.commit().await.map_err(failed)?;
        }
        Ok(had_room)
    }

    async fn notes(&self, appointment: AppointmentId) -> Result<Vec<Note>, Error> {
        let rows = sqlx::query(
            "SELECT id, appointment, actor, text, written_us AS written_at, by_id,
                 COALESCE((SELECT a.name FROM account a WHERE a.id = by_id),
                     (SELECT k.label FROM api_key k WHERE k.id = by_id)) AS by_name
             FROM visit_note WHERE appointment = ? ORDER BY written_us, id",
        )
        .bind(text(appointment))
        .fetch_all(&self.readers)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| read::note(&Columns(row))).collect()
    }

    async fn add_photo(
        &self,
        photo: &Photo,
        picture: &Picture,
        most: u32,
        answer: Option<&Answer>,
    ) -> Result<bool, Error> {
        let mut transaction = self.begin().await?;
        if let Some(answer) = answer {
            requests::keep(&mut *transaction, answer).await?;
        }
        let done = sqlx::query(
            "INSERT INTO visit_photo (id, appointment, actor, by_id, width, height, bytes, sha256, taken_us)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
             WHERE (SELECT count(*) FROM visit_photo WHERE appointment = ?2 AND removed_us IS NULL) < ?10",
        )
        .bind(text(photo.id))
        .bind(text(photo.appointment))
        .bind(actor(photo.actor))
        .bind(photo.by.as_ref().map(|by| text(by.id)))
        .bind(i64::from(photo.width))
        .bind(i64::from(photo.height))
        .bind(i64::from(photo.bytes))
        .bind(&photo.sha256)
        .bind(micros(photo.at))
        .bind(i64::from(most))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("INSERT INTO visit_picture (photo, large, small) VALUES (?, ?, ?)")
            .bind(text(photo.id))
            .bind(&picture.full)
            .bind(&picture.small)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(true)
    }

    async fn photos(&self, appointment: AppointmentId) -> Result<Vec<Photo>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(PHOTOS);
        query.push_bind(text(appointment)).push(" ORDER BY taken_us, id");
        let rows = query.build().fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(|row| read::photo(&Columns(row))).collect()
    }

    async fn photo(&self, appointment: AppointmentId, id: PhotoId) -> Result<Option<Photo>, Error> {
        let mut query = QueryBuilder::<sqlx::Sqlite>::new(PHOTOS);
        query.push_bind(text(appointment)).push(" AND id = ").push_bind(text(id));
        let row = query.build().fetch_optional(&self.readers).await.map_err(failed)?;
        row.as_ref().map(|row| read::photo(&Columns(row))).transpose()
    }

    async fn picture(&self, id: PhotoId, size: PictureSize) -> Result<Option<Vec<u8>>, Error> {
        let statement = match size {
            PictureSize::Full => "SELECT large FROM visit_picture WHERE photo = ?",
            PictureSize::Small => "SELECT small FROM visit_picture WHERE photo = ?",
        };
        let row =
            sqlx::query(statement).bind(text(id)).fetch_optional(&self.readers).await.map_err(failed)?;
        row.map(|row| row.try_get(0).map_err(failed)).transpose()
    }

    async fn remove_photo(
        &self,
        appointment: AppointmentId,
        id: PhotoId,
        removed: &Removed,
    ) -> Result<bool, Error> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "UPDATE visit_photo SET removed_us = ?, remover_id = ?
             WHERE id = ? AND appointment = ? AND removed_us IS NULL",
        )
        .bind(micros(removed.at))
        .bind(removed.by.as_ref().map(|by| text(by.id)))
        .bind(text(id))
        .bind(text(appointment))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let statement = sqlx::query("DELETE FROM visit_picture WHERE photo = ?").bind(text(id));
        statement.execute(&mut *transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(true)
    }
}
