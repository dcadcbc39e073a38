//! Where a store is: a file for SQLite, a server's database for PostgreSQL.
//!
//! Invariant: neither [`Display`](fmt::Display) nor [`Debug`](fmt::Debug), nor any error of this module, shows a password
//! or what may be one, so that an address can be logged.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use serde::Deserialize;
use sqlx::postgres::PgConnectOptions;

use super::postgres::{CONNECTIONS, Postgres};
use super::sqlite::Sqlite;
use super::{Error, SharedStore};

/// What may stand behind the question mark. sqlx would log others, value and all, and go on without them.
const PARAMETERS: [&str; 13] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// Where a store is.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub enum Address {
    /// `sqlite:<path>`.
    Sqlite(PathBuf),
    /// `postgres://<user>@<server>:<port>/<database>?sslmode=…`, as PostgreSQL's own programs take it. What it leaves out
    /// comes from `PGHOST`, `PGPASSWORD`, `~/.pgpass` and their like.
    Postgres(Box<PgConnectOptions>),
}

/// Why a text is no address.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// It begins with neither `sqlite:` nor `postgres:`.
    #[error("a store's address is `sqlite:<path>` or `postgres://<user>@<server>/<database>`")]
    Scheme,
    /// It has a parameter that means nothing.
    #[error("the store's address has the unknown parameter `{0}`")]
    Parameter(String),
    /// It is not written as an address is.
    #[error("the store's address cannot be read; write `%2F` for `/` and `%40` for `@` inside its parts")]
    Form,
}

impl Address {
    /// Opens the store, makes a SQLite file that is not there, and brings the schema up to date.
    ///
    /// # Errors
    ///
    /// See [`Sqlite::open`] and [`Postgres::open`].
    pub async fn open(&self) -> Result<SharedStore, Error> {
        self.open_with(CONNECTIONS).await
    }

    /// The same, with so many connections to a server at most; a file has as many as it needs.
    ///
    /// # Errors
    ///
    /// See [`Sqlite::open`] and [`Postgres::open`].
    pub async fn open_with(&self, connections: u32) -> Result<SharedStore, Error> {
        Ok(match self {
            Self::Sqlite(path) => Arc::new(Sqlite::open(path).await?),
            Self::Postgres(server) => Arc::new(Postgres::open_with(server, connections).await?),
        })
    }

    /// The same with a relative path taken from this directory.
    #[must_use]
    pub fn within(self, directory: &Path) -> Self {
        match self {
            Self::Sqlite(path) => Self::Sqlite(directory.join(path)),
            Self::Postgres(server) => Self::Postgres(server),
        }
    }
}

/// Whether the text of an address holds a password, which does not belong into a file.
#[must_use]
pub fn holds_password(address: &str) -> bool {
    let (address, parameters) = address.split_once('?').unwrap_or((address, ""));
    let user = address.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')).map(|(user, _)| user);
    user.is_some_and(|user| user.contains(':')) || keys(parameters).any(|key| key == "password")
}

/// The names of the parameters.
fn keys(parameters: &str) -> impl Iterator<Item = &str> {
    let parameters = parameters.split('&').filter(|parameter| !parameter.is_empty());
    parameters.map(|parameter| parameter.split_once('=').map_or(parameter, |(key, _)| key))
}

impl FromStr for Address {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() { Err(Invalid::Scheme) } else { Ok(Self::Sqlite(path.into())) };
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(Invalid::Scheme);
        }
        let parameters = text.split_once('?').map_or("", |(_, parameters)| parameters);
        if let Some(unknown) = keys(parameters).find(|key| !PARAMETERS.contains(key)) {
            return Err(Invalid::Parameter(unknown.to_owned()));
        }
        text.parse().map(|server| Self::Postgres(Box::new(server))).map_err(|_: sqlx::Error| Invalid::Form)
    }
}

impl TryFrom<String> for Address {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = match self {
            Self::Sqlite(path) => return path.display().fmt(f),
            Self::Postgres(server) => server,
        };
        write!(f, "postgres://{}@", server.get_username())?;
        match server.get_socket() {
            Some(socket) => write!(f, "{}", socket.display())?,
            None => write!(f, "{}:{}", server.get_host(), server.get_port())?,
        }
        write!(f, "/{}", server.get_database().unwrap_or(server.get_username()))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let secret = "postgres://desk:s3cret@db.example:5433/diary?sslmode=require";
        let address: Address = secret.parse().unwrap();
        assert_eq!(
            format!("{address} {address:?}").matches("postgres://desk@db.example:5433/diary").count(),
            2
        );
        let address: Address = "postgres://desk@db.example/diary?password=s3cret".parse().unwrap();
        assert!(!format!("{address} {address:?}").contains("s3cret"));
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        let bad = [
            ("mysql://u:s3cret@h/d", Invalid::Scheme),
            ("sqlite:", Invalid::Scheme),
            ("postgres://u@h/d?pasword=s3cret", Invalid::Parameter("pasword".to_owned())),
            ("postgres://u:s3cret@h:port/d", Invalid::Form),
            ("postgres://u:s3cret@h/d?sslmode=s3cret", Invalid::Form),
        ];
        for (text, expected) in bad {
            let error = Address::from_str(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn a_password_is_found_wherever_it_stands() {
        for text in ["postgres://u:p@h/d", "postgres://h/d?user=u&password=p", "postgres://u:@h/d"] {
            assert!(holds_password(text), "{text}");
        }
        for text in ["postgres://u@h:5432/d?sslmode=require", "postgres:///d", "sqlite:a:b"] {
            assert!(!holds_password(text), "{text}");
        }
    }

    #[test]
    fn a_file_lies_where_it_is_said_to() {
        for (text, path) in
            [("sqlite:a.db", "/d/a.db"), ("sqlite:///x/a.db", "/x/a.db"), ("sqlite:/x/a.db", "/x/a.db")]
        {
            let address = Address::from_str(text).unwrap().within(Path::new("/d"));
            assert_eq!(address.to_string(), path);
        }
    }
}
