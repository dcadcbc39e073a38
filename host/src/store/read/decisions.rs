//! Rows of decisions, and of the extensions that had a say in them.

use serde_json::Value;

use super::Columns;
use crate::model::decision::Decision;
use crate::model::extension::{Component, ExtensionAnswer, ExtensionChange};
use crate::store::Error;
use crate::store::decisions::{KeptAnswer, KeptDecision};
use crate::store::words::{from_json, from_word};

pub(in crate::store) fn component(row: &impl Columns) -> Result<Component, Error> {
    Ok(Component {
        digest: row.text("digest")?.to_owned(),
        name: row.text("name")?.to_owned(),
        version: row.text("version")?.to_owned(),
        description: from_json("component", row.text("description")?)?,
        origin: row.text("origin")?.to_owned(),
        signer: row.optional_text("signer")?.map(str::to_owned),
        by: row.text("actor")?.to_owned(),
        installed_at: row.instant("installed_at")?,
    })
}

pub(in crate::store) fn kept_decision(row: &impl Columns) -> Result<KeptDecision, Error> {
    Ok(KeptDecision { decision: decision(row)?, record: row.bytes("record")?.to_vec() })
}

pub(in crate::store) fn decision(row: &impl Columns) -> Result<Decision, Error> {
    Ok(Decision {
        id: row.integer("id")?,
        company: row.id("company")?,
        appointment: row.optional_id("appointment")?,
        point: row.text("point")?.to_owned(),
        outcome: from_word("outcome", row.text("outcome")?)?,
        digest: row.text("digest")?.to_owned(),
        fuel: fuel(row)?,
        decided_at: row.instant("decided_at")?,
    })
}

pub(in crate::store) fn extension_answer(row: &impl Columns) -> Result<KeptAnswer, Error> {
    let answer = ExtensionAnswer {
        id: row.integer("id")?,
        decision: row.integer("decision")?,
        company: row.id("company")?,
        appointment: row.optional_id("appointment")?,
        extension: row.text("extension")?.to_owned(),
        digest: row.text("digest")?.to_owned(),
        hook: row.text("hook")?.to_owned(),
        mode: from_word("mode", row.text("mode")?)?,
        outcome: from_word("outcome", row.text("outcome")?)?,
        fuel: fuel(row)?,
        input: Value::Null,
        answer: Value::Null,
        asked_at: row.instant("asked_at")?,
    };
    let place = usize::try_from(row.integer("place")?);
    let place = place.map_err(|error| Error::Corrupt("place", Box::new(error)))?;
    Ok(KeptAnswer { answer, place, record: row.bytes("record")?.to_vec() })
}

pub(in crate::store) fn extension_change(row: &impl Columns) -> Result<ExtensionChange, Error> {
    let now = row.optional_text("data")?.map(|data| from_json("change", data)).transpose()?;
    Ok(ExtensionChange {
        id: row.integer("id")?,
        company: row.optional_id("company")?,
        extension: row.text("extension")?.to_owned(),
        digest: row.text("digest")?.to_owned(),
        what: from_word("what", row.text("what")?)?,
        by: row.optional_text("actor")?.map(str::to_owned),
        changed_at: row.instant("changed_at")?,
        now,
    })
}

fn fuel(row: &impl Columns) -> Result<u64, Error> {
    u64::try_from(row.integer("fuel")?).map_err(|error| Error::Corrupt("fuel", Box::new(error)))
}
