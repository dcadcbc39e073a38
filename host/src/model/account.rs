//! Accounts of people, their sessions, and API keys.
//!
//! Invariant: none of these types holds a secret in the clear: of passwords, sessions, keys and invitations there are
//! hashes only.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::{Grant, Role, Scope};
use super::{AccountId, AppointmentId};

/// A person who logs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// Its identifier.
    pub id: AccountId,
    /// What they log in with: an e-mail address in lower case.
    pub login: String,
    /// Their name, as trails show it.
    pub name: String,
    /// What they may do, and where.
    pub grants: Vec<Grant>,
    /// Whether they may log in.
    pub active: bool,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Account {
    /// Whether its owner may do everything everywhere, accounts included.
    #[must_use]
    pub fn administers_everything(&self) -> bool {
        self.active && self.grants.contains(&Grant::everywhere(Role::Administrator))
    }
}

/// Somebody who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its identifier, by which it is revoked.
    pub id: Uuid,
    /// Whose it is.
    pub account: AccountId,
    /// SHA-256 of the cookie, hexadecimal.
    pub hash: String,
    /// The browser, as it called itself.
    pub agent: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to a minute.
    pub used_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

/// A program that is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its identifier, by which it is revoked.
    pub id: Uuid,
    /// SHA-256 of the key, hexadecimal.
    pub hash: String,
    /// What it is called.
    pub label: String,
    /// What it may do, and where.
    pub grants: Vec<Grant>,
    /// What of that it is limited to; none means all of it.
    pub scopes: Option<Vec<Scope>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to a minute.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// A key that may do everything, as `slotledger init` makes one.
    #[must_use]
    pub fn administrators(id: Uuid, hash: String, label: &str, at: DateTime<Utc>) -> Self {
        Self {
            id,
            hash,
            label: label.to_owned(),
            grants: vec![Grant::everywhere(Role::Administrator)],
            scopes: None,
            created_at: at,
            expires_at: None,
            used_at: None,
            revoked_at: None,
        }
    }

    /// Whether it lets anybody in at this moment.
    #[must_use]
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// A link with which somebody sets their password, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// SHA-256 of what the link carries, hexadecimal.
    pub hash: String,
    /// Whose password it sets; none makes the first administrator.
    pub account: Option<AccountId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// What was done with an account, a session or a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountEvent {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub by: String,
    /// `account.changed`, `session.begun` and the like.
    pub name: String,
    /// The account or the key that it is about; none where there is none.
    pub subject: Option<Uuid>,
    /// What happened, for a person.
    pub message: String,
}

/// A customer's signature under work that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signature {
    /// What was signed.
    pub appointment: AppointmentId,
    /// As it was when it was signed.
    pub revision: u32,
    /// The name that was signed with.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// What was drawn, as the data of an SVG path of whole numbers: `M10,20L12,24`. None where only the name was given.
    #[serde(default)]
    #[schema(max_length = 20_000)]
    pub drawing: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Signature {
    /// Characters of a drawing: some four thousand points, which a long name takes a quarter of.
    pub const DRAWING: usize = 20_000;
    /// How wide and how high what is drawn on is.
    pub const SIZE: (u32, u32) = (600, 200);

    /// Whether it is a drawing: lines between points on what is drawn on, and nothing else. It is put into pages.
    #[must_use]
    pub fn is_drawing(text: &str) -> bool {
        let (wide, high) = Self::SIZE;
        let is = |number: &str, most: u32| {
            !number.is_empty()
                && number.bytes().all(|digit| digit.is_ascii_digit())
                && number.parse().is_ok_and(|number: u32| number <= most)
        };
        let is_point = |point: &str| point.split_once(',').is_some_and(|(x, y)| is(x, wide) && is(y, high));
        text.len() <= Self::DRAWING
            && text.strip_prefix('M').is_some_and(|points| points.split(['M', 'L']).all(is_point))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_lines_on_its_ground_and_nothing_else() {
        for good in ["M0,0", "M10,20L12,24M3,4L600,200"] {
            assert!(Signature::is_drawing(good), "{good}");
        }
        let long = format!("M1,1{}", "L1,1".repeat(5_000));
        for bad in [
            "",
            "L1,1",
            "M1",
            "M1,1L",
            "M1,1Z",
            "M601,1",
            "M1,201",
            "M-1,1",
            "M1.5,1",
            "M+1,1",
            "M1,1\"/>",
            long.as_str(),
        ] {
            assert!(!Signature::is_drawing(bad), "{bad}");
        }
    }
}
