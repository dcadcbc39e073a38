//! The account at a registry, the password of a secret key, and how what goes wrong, or comes from others, is told.

use std::env;

use clap::Args;
use secrecy::SecretString;

use crate::codes::Code;
use crate::extension::source::{self, Credentials};
use crate::extension::trust::signing::Password;
use crate::extension::{self, trust};

/// Where the password of a secret key may stand, for machines that sign.
const SIGNING_PASSWORD: &str = "SLOTLEDGER_SIGNING_PASSWORD";

/// Where the password of the registry's account stands. No option takes it: others could read it in the list of processes.
const REGISTRY_PASSWORD: &str = "SLOTLEDGER_REGISTRY_PASSWORD";

/// Who asks a registry.
#[derive(Debug, Args)]
pub(super) struct Account {
    /// The registry's account, if it wants one. Its password or token stands in SLOTLEDGER_REGISTRY_PASSWORD.
    #[arg(long, env = "SLOTLEDGER_REGISTRY_USER", value_name = "NAME")]
    user: Option<String>,
}

impl Account {
    pub(super) fn credentials(self) -> anyhow::Result<Option<Credentials>> {
        let Some(user) = self.user else { return Ok(None) };
        match env::var(REGISTRY_PASSWORD) {
            Ok(password) => Ok(Some(Credentials { user, password: password.into() })),
            Err(_) => anyhow::bail!("the password of {user} is expected in {REGISTRY_PASSWORD}"),
        }
    }
}

/// The password of a secret key: from the environment, or else asked for.
pub(super) fn signing_password() -> Password {
    env::var(SIGNING_PASSWORD)
        .map_or(Password::Asked, |password| Password::Given(SecretString::from(password)))
}

/// A failure that says itself what helps, with its code.
pub(super) fn coded(code: &Code, error: &anyhow::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:#} ({})", code.code)
}

/// A component that is not taken, or did not answer.
pub(super) fn failed(error: &extension::Error) -> anyhow::Error {
    told(error.code(), error, error.hint())
}

/// A failure with its code and what helps.
pub(super) fn told(code: &str, error: &dyn std::fmt::Display, hint: &str) -> anyhow::Error {
    anyhow::anyhow!("{error} ({code})\n{hint}")
}

pub(super) fn untrusted(error: trust::Error) -> anyhow::Error {
    told(error.code(), &error, error.hint())
}

pub(super) fn unfetched(error: source::Error) -> anyhow::Error {
    told(error.code(), &error, error.hint())
}

/// The text without anything that a terminal would act on.
pub(super) fn harmless(text: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
    text.chars().map(shown).collect()
}
