//! Rows of accounts, keys and what goes with them.

use super::Columns;
use crate::model::{Account, AccountEvent, ApiKey, Invitation, Session as LoggedIn, Signature};
use crate::store::words::from_json;
use crate::store::{Error, Means};

pub(in crate::store) fn account(row: &impl Columns) -> Result<Account, Error> {
    Ok(Account {
        id: row.id("id")?,
        login: row.text("login")?.to_owned(),
        name: row.text("name")?.to_owned(),
        grants: from_json("grants", row.text("grants")?)?,
        active: row.flag("active")?,
        version: row.integer("version")?,
        created_at: row.instant("created_at")?,
        updated_at: row.instant("updated_at")?,
    })
}

pub(in crate::store) fn api_key(row: &impl Columns) -> Result<ApiKey, Error> {
    let scopes = row.optional_text("scopes")?.map(|scopes| from_json("scopes", scopes)).transpose()?;
    Ok(ApiKey {
        id: row.id("id")?,
        hash: row.text("hash")?.to_owned(),
        label: row.text("label")?.to_owned(),
        grants: from_json("grants", row.text("grants")?)?,
        scopes,
        created_at: row.instant("created_at")?,
        expires_at: row.optional_instant("expires_at")?,
        used_at: row.optional_instant("used_at")?,
        revoked_at: row.optional_instant("revoked_at")?,
    })
}

/// The columns of a session; where its account's are beside them, they have names of their own.
pub(in crate::store) fn logged_in(row: &impl Columns) -> Result<LoggedIn, Error> {
    Ok(LoggedIn {
        id: row.id("session_id")?,
        account: row.id("account")?,
        hash: row.text("hash")?.to_owned(),
        agent: row.text("agent")?.to_owned(),
        created_at: row.instant("begun_at")?,
        used_at: row.instant("used_at")?,
        expires_at: row.instant("expires_at")?,
    })
}

pub(in crate::store) fn invitation(row: &impl Columns) -> Result<Invitation, Error> {
    Ok(Invitation {
        hash: row.text("hash")?.to_owned(),
        account: row.optional_id("account")?,
        created_at: row.instant("created_at")?,
        expires_at: row.instant("expires_at")?,
    })
}

pub(in crate::store) fn means(row: &impl Columns) -> Result<Means, Error> {
    Ok(Means {
        account: row.id("id")?,
        has_password: row.flag("has_password")?,
        is_known: row.flag("is_known")?,
        invited_until: row.optional_instant("invited_until")?,
        came_at: row.optional_instant("came_at")?,
    })
}

pub(in crate::store) fn account_event(row: &impl Columns) -> Result<AccountEvent, Error> {
    Ok(AccountEvent {
        id: row.integer("id")?,
        at: row.instant("happened_at")?,
        by: row.text("actor")?.to_owned(),
        name: row.text("name")?.to_owned(),
        subject: row.optional_id("subject")?,
        message: row.text("message")?.to_owned(),
    })
}

pub(in crate::store) fn signature(row: &impl Columns) -> Result<Signature, Error> {
    Ok(Signature {
        appointment: row.id("appointment")?,
        revision: row.count("revision")?,
        name: row.text("name")?.to_owned(),
        drawing: row.optional_text("drawing")?.map(str::to_owned),
        at: row.instant("signed_at")?,
    })
}
