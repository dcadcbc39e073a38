//! Who we are in an Odoo database, and which Odoo it is.
//!
//! Invariant: every call names the company and the language, so that nothing depends on what a person last chose in
//! Odoo's screens, and messages are in English.

use serde_json::{Map, Value, json};
use slotledger_erp::{Class, Failure, Reason};

use crate::{
    Protocol, Settings,
    classify::Effect,
    client::{Call, Client, Login, read},
    mapping::{Company, CompanyRecord, Currencies, CurrencyRecord, Fields, UserRecord, Version},
};

/// A login to one company.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) login: Login,
    pub(crate) version: Version,
    pub(crate) company: Company,
    pub(crate) currencies: Currencies,
    /// How this version names things.
    pub(crate) fields: Fields,
    /// The user's own identifier.
    pub(crate) user: i64,
}

impl Session {
    /// The context of every call, with `more` in it.
    pub(crate) fn context(&self, more: &[(&str, Value)]) -> Map<String, Value> {
        let mut context = bare_context();
        context.insert("allowed_company_ids".to_owned(), json!([self.company.id]));
        for (name, value) in more {
            context.insert((*name).to_owned(), value.clone());
        }
        context
    }
}

fn bare_context() -> Map<String, Value> {
    let pairs = [("lang", json!("en_US")), ("tz", json!("UTC"))];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Logs in and looks round.
pub(crate) async fn open(client: &Client, settings: &Settings) -> Result<Session, Failure> {
    let version = client.version().await?;
    if !version.is_supported() {
        return Err(Failure::refused(
            format!("the server is Odoo {}", version.text),
            "connect Odoo 14 or a later one",
        )
        .because(Reason::Setup));
    }
    let login = match settings.protocol.unwrap_or_else(|| version.protocol()) {
        Protocol::Json2 => Login::Key,
        Protocol::JsonRpc => client.authenticate().await?,
    };
    let fields = Fields::of(&version);
    if fields.refusals_need_one_database {
        names_refusals(client, login).await?;
    }
    let user = match login {
        Login::Key => user_of_key(client).await?,
        Login::User(user) => user,
    };
    let user_record = user_record(client, login, user).await?;
    let currencies = currencies(client, login).await?;
    let company = company(client, login, &user_record, &currencies, settings.company.as_deref()).await?;
    Ok(Session { login, fields, version, company, currencies, user })
}

/// No model of Odoo has this name, so that every server refuses it.
const NO_MODEL: &str = "slotledger.nothing";

/// Refuses a server that says of each refusal only that something went wrong: a document would be tried for ever. Nothing
/// can be posted meanwhile, so it is as if Odoo were down.
async fn names_refusals(client: &Client, login: Login) -> Result<(), Failure> {
    match client.send(login, &Call::of(NO_MODEL, "search_read"), Effect::Reads).await {
        Ok(_) | Err(Failure { class: Class::Refused { .. }, .. }) => Ok(()),
        Err(Failure { class: class @ Class::Retry { .. }, message }) => {
            let fix =
                "where the Odoo server has several databases, let its dbfilter leave one at this address";
            Err(Failure { class, message: format!("{message}; {fix}") })
        }
        Err(failure) => Err(failure),
    }
}

async fn user_of_key(client: &Client) -> Result<i64, Failure> {
    #[derive(serde::Deserialize)]
    struct Context {
        uid: i64,
    }
    let call = Call::of("res.users", "context_get");
    let context: Context = read(&client.send(Login::Key, &call, Effect::Reads).await?)?;
    Ok(context.uid)
}

async fn user_record(client: &Client, login: Login, user: i64) -> Result<UserRecord, Failure> {
    let call = Call::on("res.users", "read", &[user])
        .with("fields", json!(UserRecord::FIELDS))
        .in_context(bare_context());
    let users: Vec<UserRecord> = read(&client.send(login, &call, Effect::Reads).await?)?;
    users.into_iter().next().ok_or_else(|| Failure::bug("Odoo does not show its user to itself"))
}

async fn currencies(client: &Client, login: Login) -> Result<Currencies, Failure> {
    let call = Call::of("res.currency", "search_read")
        .with("domain", json!([]))
        .with("fields", json!(CurrencyRecord::FIELDS))
        .in_context(bare_context());
    let found: Vec<CurrencyRecord> = read(&client.send(login, &call, Effect::Reads).await?)?;
    Ok(Currencies(found.into_iter().map(Into::into).collect()))
}

async fn company(
    client: &Client,
    login: Login,
    user: &UserRecord,
    currencies: &Currencies,
    name: Option<&str>,
) -> Result<Company, Failure> {
    let call = Call::on("res.company", "read", &user.company_ids)
        .with("fields", json!(CompanyRecord::FIELDS))
        .in_context(bare_context());
    let companies: Vec<CompanyRecord> = read(&client.send(login, &call, Effect::Reads).await?)?;
    let own = user.company_id.id;
    let wanted = |company: &CompanyRecord| name.map_or(company.id == own, |name| company.name == name);
    let chosen = companies.into_iter().find(wanted).ok_or_else(|| {
        let name = name.unwrap_or("of its own");
        Failure::refused(
            format!("the Odoo user {} has no company {name}", user.login),
            "give the connector's user in Odoo the company, or correct the company's name in the settings",
        )
        .because(Reason::WrongCompany)
    })?;
    let currency = currencies.0.iter().find(|currency| currency.id == chosen.currency_id.id);
    let currency = currency.ok_or_else(|| Failure::bug("the company's currency is not in use"))?;
    Ok(Company { id: chosen.id, name: chosen.name, currency: currency.clone() })
}
