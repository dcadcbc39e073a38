//! `slotledger accounts` and `slotledger keys`: who may come in, from the machine that the server runs on.
//!
//! It is the way back in for an installation whose administrators have all forgotten their passwords.

use anyhow::{Context, anyhow};
use chrono::{TimeDelta, Utc};
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::serve::Host;
use super::{ConfigFile, Person, load};
use crate::app::{Error, NewAccount, NewKey};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::model::{AccountId, BranchId, CompanyId, CustomerId, Grant, ProviderId, Role, Scope};
use crate::store::Page;

/// Entries that are listed at most; there are as many accounts as people.
const LISTED: u32 = 1000;

#[derive(Debug, Args)]
pub(super) struct AccountsCommand {
    #[command(flatten)]
    file: ConfigFile,
    #[command(subcommand)]
    act: AccountAct,
}

#[derive(Debug, Subcommand)]
enum AccountAct {
    /// Lists accounts.
    List,
    /// Makes an account, and prints a link with which its owner sets the password, once, within a day.
    Add {
        /// Their e-mail address.
        login: String,
        /// Their name.
        #[arg(long)]
        name: String,
        #[command(flatten)]
        grant: GrantArguments,
        #[command(flatten)]
        person: Person,
    },
    /// Prints a link with which an account's owner sets a new password.
    Invite {
        /// The account's identifier.
        id: AccountId,
        #[command(flatten)]
        person: Person,
    },
    /// Forgets what providers of OpenID Connect call an account's owner: the next time it is found by its address.
    Forget {
        /// The account's identifier.
        id: AccountId,
        #[command(flatten)]
        person: Person,
    },
    /// Ends all sessions of an account.
    LogOut {
        /// The account's identifier.
        id: AccountId,
        #[command(flatten)]
        person: Person,
    },
}

#[derive(Debug, Args)]
pub(super) struct KeysCommand {
    #[command(flatten)]
    file: ConfigFile,
    #[command(subcommand)]
    act: KeyAct,
}

#[derive(Debug, Subcommand)]
enum KeyAct {
    /// Lists API keys.
    List,
    /// Makes an API key and prints it, once.
    Add {
        /// What it is called, as trails show it.
        label: String,
        #[command(flatten)]
        grant: GrantArguments,
        /// Limits it to a scope of the role, such as `openings:read`; may be repeated.
        #[arg(long = "scope", value_parser = scope)]
        scopes: Vec<Scope>,
        /// Has it end by itself after so many days.
        #[arg(long)]
        days: Option<u16>,
        #[command(flatten)]
        person: Person,
    },
    /// Has an API key let nobody in any longer.
    Revoke {
        /// The key's identifier.
        id: Uuid,
        #[command(flatten)]
        person: Person,
    },
}

/// What somebody may do, and where.
#[derive(Debug, Args)]
struct GrantArguments {
    /// administrator, accountant, dispatcher, front_desk, technician, rule_author or customer.
    #[arg(long, value_parser = role)]
    role: Role,
    /// Only in this company.
    #[arg(long)]
    company: Option<CompanyId>,
    /// Only at this branch.
    #[arg(long, requires = "company")]
    branch: Option<BranchId>,
    /// Of a technician, who they are.
    #[arg(long, requires = "company")]
    provider: Option<ProviderId>,
    /// Of a customer, who they are.
    #[arg(long, requires = "company")]
    customer: Option<CustomerId>,
}

impl GrantArguments {
    const fn grant(&self) -> Grant {
        let Self { role, company, branch, provider, customer } = *self;
        Grant { role, company, branch, provider, customer }
    }
}

fn role(text: &str) -> Result<Role, String> {
    let known = Role::ALL.into_iter().find(|role| role.as_str() == text);
    known.ok_or_else(|| format!("roles are {}", Role::ALL.map(Role::as_str).join(", ")))
}

fn scope(text: &str) -> Result<Scope, String> {
    let known = Scope::ALL.into_iter().find(|scope| scope.as_str() == text);
    known.ok_or_else(|| format!("scopes are {}", Scope::ALL.map(Scope::as_str).join(", ")))
}

pub(super) async fn accounts(command: AccountsCommand) -> anyhow::Result<()> {
    let config = load(&command.file)?;
    let app = Host::open(&config).await?.app;
    match command.act {
        AccountAct::List => {
            for account in app.accounts(Page { after: None, limit: LISTED }).await? {
                let active = if account.active { "" } else { "  (off)" };
                println!(
                    "{}  {:<32} {:<24} {}{active}",
                    account.id,
                    account.login,
                    account.name,
                    roles(&account.grants)
                );
            }
        }
        AccountAct::Add { login, name, grant, person } => {
            let wanted = NewAccount { login, name, grants: vec![grant.grant()], active: true };
            sensible(&wanted.check())?;
            let (account, token) = app.add_account(wanted, &person.name()).await.map_err(explained)?;
            println!("account        {}", account.id);
            print_link(&config, &token);
        }
        AccountAct::Invite { id, person } => {
            print_link(&config, &app.invite(Some(id), &person.name()).await?)
        }
        AccountAct::Forget { id, person } => {
            app.account(id).await?;
            app.forget_identities(id, &person.name()).await?;
        }
        AccountAct::LogOut { id, person } => {
            app.account(id).await?;
            app.end_sessions(id, None, &person.name()).await?;
        }
    }
    Ok(())
}

pub(super) async fn keys(command: KeysCommand) -> anyhow::Result<()> {
    let config = load(&command.file)?;
    let app = Host::open(&config).await?.app;
    match command.act {
        KeyAct::List => {
            let now = SystemClock.now();
            for key in app.api_keys(Page { after: None, limit: LISTED }).await? {
                let used = key.used_at.map_or_else(
                    || "never used".to_owned(),
                    |at| at.format("used %Y-%m-%d %H:%M UTC").to_string(),
                );
                let over = if key.holds(now) { "" } else { "  (over)" };
                println!("{}  {:<24} {}  {used}{over}", key.id, key.label, roles(&key.grants));
            }
        }
        KeyAct::Add { label, grant, scopes, days, person } => {
            let end = |days: u16| SystemClock.now() + TimeDelta::days(days.into());
            let expires_at = days.map(end).map(whole_second).transpose()?;
            let scopes = Some(scopes).filter(|scopes| !scopes.is_empty());
            let wanted = NewKey { label, grants: vec![grant.grant()], scopes, expires_at };
            sensible(&wanted.check())?;
            let (key, secret) = app.add_api_key(wanted, &person.name()).await.map_err(explained)?;
            println!("key            {}", key.id);
            println!("API key        {secret}");
            println!("It is kept only as a hash: note it now.");
        }
        KeyAct::Revoke { id, person } => app.revoke_api_key(id, &person.name()).await?,
    }
    Ok(())
}

fn whole_second(at: chrono::DateTime<Utc>) -> anyhow::Result<chrono::DateTime<Utc>> {
    chrono::DateTime::from_timestamp(at.timestamp(), 0).context("it would end later than can be written")
}

fn roles(grants: &[Grant]) -> String {
    let word = |grant: &Grant| {
        let place = grant.company.map_or_else(String::new, |company| format!(" of {company}"));
        format!("{}{place}", grant.role.as_str())
    };
    grants.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn print_link(config: &Config, token: &str) {
    let url = config
        .server
        .url
        .as_ref()
        .map_or_else(|| format!("http://{}/", config.server.listen), ToString::to_string);
    println!("link           {}/welcome?token={token}", url.trim_end_matches('/'));
    println!("It is good once, for a day.");
}

fn sensible(errors: &[crate::model::FieldError]) -> anyhow::Result<()> {
    match errors.first() {
        None => Ok(()),
        Some(error) => Err(anyhow!("{}: {}", error.field, error.message)),
    }
}

fn explained(error: Error) -> anyhow::Error {
    if let Error::Invalid(errors) = &error
        && let Err(first) = sensible(errors)
    {
        return first;
    }
    error.into()
}
