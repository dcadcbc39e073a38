//! Whom documents name. The books make a party by themselves when a document first names it.

use slotledger_erp::Party;
use sqlx::SqliteConnection;

use crate::Error;

/// What somebody is to the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Customer,
    Provider,
}

impl Role {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Provider => "provider",
        }
    }
}

/// A party as it stands on a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) code: String,
    pub(crate) name: String,
}

/// Makes a party that the books do not know yet, and keeps the name it has now.
pub(crate) async fn know(
    connection: &mut SqliteConnection,
    role: Role,
    party: &Party,
) -> Result<Named, Error> {
    sqlx::query(
        "INSERT INTO parties (role, code, name) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET name = excluded.name WHERE name <> excluded.name",
    )
    .bind(role.as_str())
    .bind(&party.code)
    .bind(&party.name)
    .execute(connection)
    .await?;
    Ok(Named { code: party.code.clone(), name: party.name.clone() })
}
