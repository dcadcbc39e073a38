//! From the configuration to connectors: the only place in the host that knows the ERPs by name.

mod trial;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use slotledger_erp::Administration;
use slotledger_erpnext::Erpnext;
use slotledger_ledger::Ledger;
use slotledger_odoo::Odoo;
use slotledger_tryton::Tryton;

use self::trial::Trial;
use crate::app::sample::TrialBooks;
use crate::app::{Connections, Link};
use crate::config::{self, Erp, LogIn, Secret};
use crate::model::master::currency_digits;
use crate::openid::{self, OpenId};

/// Why a connection could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The built-in books could not be opened.
    #[error("the books «{name}» could not be opened")]
    Ledger {
        /// The connection.
        name: String,
        /// Why.
        #[source]
        source: slotledger_ledger::Error,
    },
    /// The connection's settings cannot be used.
    #[error("the connection «{name}» cannot be set up: {reason}")]
    Settings {
        /// The connection.
        name: String,
        /// Why, and what to do about it.
        reason: String,
    },
}

/// Sets up every configured connection. None of them is asked anything yet.
pub async fn open(
    erp: &BTreeMap<String, Erp>,
    notices: &BTreeMap<String, Secret>,
) -> Result<Connections, Error> {
    let mut links = BTreeMap::new();
    for (name, erp) in erp {
        let notices = notices.get(name).map(|named| secret(named, "notices")).transpose();
        let notices = notices.map_err(|reason| Error::Settings { name: name.clone(), reason })?;
        links.insert(name.clone(), Link { notices, ..link(name, erp).await? });
    }
    Ok(Connections::new(links))
}

/// Sets one connection up.
pub async fn link(name: &str, erp: &Erp) -> Result<Link, Error> {
    let mut trial: Option<Arc<dyn TrialBooks>> = None;
    let books: Arc<dyn Administration> = match erp {
        Erp::Ledger(settings) => {
            let ledger = ledger(name, settings).await?;
            trial = Some(Arc::new(Trial { ledger: ledger.clone(), currency: settings.currency.clone() }));
            Arc::new(ledger)
        }
        Erp::Erpnext(settings) => Arc::new(erpnext(name, settings)?),
        Erp::Odoo(settings) => Arc::new(odoo(name, settings)?),
        Erp::Tryton(settings) => Arc::new(tryton(name, settings)?),
    };
    let makes_records = matches!(erp, Erp::Ledger(_));
    Ok(Link { kind: erp.kind(), books, makes_records, trial, notices: None })
}

/// Opens the built-in books of a connection.
pub async fn ledger(name: &str, settings: &config::Ledger) -> Result<Ledger, Error> {
    let digits = currency_digits(&settings.currency).ok_or_else(|| Error::Settings {
        name: name.to_owned(),
        reason: format!("{} is no currency of ISO 4217", settings.currency),
    })?;
    let books = slotledger_ledger::Settings {
        company: settings.company.clone().unwrap_or_else(|| name.to_owned()),
        currency: settings.currency.clone(),
        currency_digits: digits.into(),
        tax_percent: settings.tax_percent,
    };
    let opened = Ledger::open(&settings.path, books).await;
    opened.map_err(|source| Error::Ledger { name: name.to_owned(), source })
}

fn erpnext(name: &str, settings: &config::Erpnext) -> Result<Erpnext, Error> {
    let wrong = |reason: String| Error::Settings { name: name.to_owned(), reason };
    let settings = erpnext_settings(settings).map_err(wrong)?;
    Erpnext::new(settings).map_err(|error| wrong(error.to_string()))
}

fn erpnext_settings(settings: &config::Erpnext) -> Result<slotledger_erpnext::Settings, String> {
    let token = secret(&settings.secret(), "token")?;
    let form = || "write its token as ERPNext does, <API key>:<API secret>".to_owned();
    let (key, secret) = token.expose_secret().split_once(':').ok_or_else(form)?;
    Ok(slotledger_erpnext::Settings {
        company: settings.company.clone(),
        tax_template: settings.tax_template.clone(),
        deposit_account: settings.deposit_account.clone(),
        time_zone: settings.time_zone,
        ..slotledger_erpnext::Settings::new(&settings.url, key, SecretString::from(secret))
    })
}

fn odoo(name: &str, settings: &config::Odoo) -> Result<Odoo, Error> {
    let wrong = |reason: String| Error::Settings { name: name.to_owned(), reason };
    let key = secret(&settings.secret(), "key").map_err(wrong)?;
    let settings = slotledger_odoo::Settings {
        user: settings.user.clone(),
        company: settings.company.clone(),
        sales_journal: settings.sales_journal.clone(),
        purchase_journal: settings.purchase_journal.clone(),
        advance_journal: settings.advance_journal.clone(),
        ..slotledger_odoo::Settings::new(&settings.url, &settings.database, key)
    };
    Odoo::new(settings).map_err(|error| wrong(error.to_string()))
}

fn tryton(name: &str, settings: &config::Tryton) -> Result<Tryton, Error> {
    let wrong = |reason: String| Error::Settings { name: name.to_owned(), reason };
    let settings = slotledger_tryton::Settings {
        url: settings.url.clone(),
        database: settings.database.clone(),
        user: settings.user.clone(),
        password: secret(&settings.secret(), "password").map_err(wrong)?,
        company: settings.company.clone(),
        consumption_location: slotledger_tryton::Settings::CONSUMPTION_LOCATION.to_owned(),
        on_shortage: if settings.force_shortage {
            slotledger_tryton::OnShortage::Force
        } else {
            slotledger_tryton::OnShortage::Refuse
        },
        payment_method: settings.payment_method.clone(),
    };
    Tryton::new(settings).map_err(|error| wrong(error.to_string()))
}

/// The providers that people may log in with.
///
/// # Errors
///
/// [`Error::Settings`] with the one that is set up wrongly.
pub fn providers(configured: &BTreeMap<String, LogIn>) -> Result<OpenId, Error> {
    let mut all = BTreeMap::new();
    for (name, provider) in configured {
        let wrong = |reason| Error::Settings { name: name.clone(), reason };
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err(wrong("its name stands in addresses: use letters, digits and hyphens".to_owned()));
        }
        let place = Secret { env: provider.secret_env.clone(), file: provider.secret_file.clone() };
        let is_public = place.env.is_none() && place.file.is_none();
        let shown = if is_public { None } else { Some(secret(&place, "secret").map_err(wrong)?) };
        let settings = openid::Settings {
            label: provider.label.clone(),
            issuer: provider.issuer.clone(),
            client: provider.client_id.clone(),
            secret: shown,
            trust_email: provider.trust_email,
        };
        all.insert(name.clone(), settings);
    }
    OpenId::new(all).map_err(|(name, reason)| Error::Settings { name, reason })
}

/// A secret, from where the configuration says it is; `what` begins the names of its settings.
///
/// One that is empty is refused: with it anybody could sign notices.
fn secret(secret: &Secret, what: &str) -> Result<SecretString, String> {
    let (found, place) = match (&secret.env, &secret.file) {
        (Some(variable), None) => {
            let found = std::env::var(variable)
                .map_err(|_| format!("set the environment variable {variable} to its secret"))?;
            (found, format!("the environment variable {variable}"))
        }
        (None, Some(path)) => (read(path)?, format!("the file {}", path.display())),
        (None, None) | (Some(_), Some(_)) => {
            return Err(format!("name one of the two places that its {what} can be in, and not both"));
        }
    };
    if found.trim().is_empty() {
        return Err(format!("{place} is empty; put its secret there"));
    }
    Ok(SecretString::from(found))
}

fn read(path: &PathBuf) -> Result<String, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("the file {} cannot be read: {error}", path.display()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_to_log_in_with_is_set_up_safely_or_named() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let configured = |name: &str, issuer: &str, secret: Option<&str>| {
            let provider = LogIn {
                label: "Hafen ID".to_owned(),
                issuer: issuer.parse().expect("an address"),
                client_id: "slotledger".to_owned(),
                secret_env: secret.map(str::to_owned),
                secret_file: None,
                trust_email: false,
            };
            providers(&BTreeMap::from([(name.to_owned(), provider)])).map_err(|error| error.to_string())
        };
        let known = configured("company", "https://id.example", None).expect("it is public");
        assert_eq!(known.ways_in()[0].label, "Hafen ID");
        for (name, issuer, secret, said) in [
            ("company", "http://id.example", None, "https://"),
            ("our company", "https://id.example", None, "letters"),
            ("company", "https://id.example", Some("SLOTLEDGER_NOT_SET"), "SLOTLEDGER_NOT_SET"),
        ] {
            let error = configured(name, issuer, secret).expect_err(said);
            assert!(error.contains(name) && error.contains(said), "{error}");
        }
        assert!(configured("company", "http://localhost:3000", None).is_ok(), "to try it out");
    }

    #[test]
    fn an_erpnext_is_set_up_as_the_configuration_says() {
        let directory = tempfile::tempdir().expect("a directory");
        let token = directory.path().join("token");
        std::fs::write(&token, "key:s3cret\n").expect("it can be written");
        let file = format!("url = 'https://erp.example'\ntoken_file = '{}'", token.display());
        let read = |more: &str| {
            let text = format!("{file}\n{more}");
            let read = ::config::Config::builder()
                .add_source(::config::File::from_str(&text, ::config::FileFormat::Toml))
                .build()
                .and_then(::config::Config::try_deserialize::<config::Erpnext>);
            erpnext_settings(&read.expect("it is read")).expect("it is complete")
        };
        let plain = read("");
        assert_eq!((plain.api_key.as_str(), plain.api_secret.expose_secret()), ("key", "s3cret"));
        assert_eq!(plain.time_zone, None, "the site's own");
        let named = read("time_zone = 'Asia/Kolkata'\ncompany = 'Ours'");
        assert_eq!(named.time_zone, Some(chrono_tz::Asia::Kolkata));
        assert_eq!(named.company.as_deref(), Some("Ours"));
    }

    #[test]
    fn a_secret_that_is_empty_is_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("secret");
        let named = Secret { env: None, file: Some(path.clone()) };
        for empty in ["", "\n", " \t\r\n"] {
            std::fs::write(&path, empty).expect("it can be written");
            let refused = secret(&named, "notices").expect_err("it is empty");
            assert!(refused.ends_with("is empty; put its secret there"), "{refused}");
        }
        std::fs::write(&path, "s3cret\n").expect("it can be written");
        assert_eq!(secret(&named, "notices").expect("a secret").expose_secret(), "s3cret");
    }
}
