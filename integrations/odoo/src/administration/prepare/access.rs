//! Who the connection is to Odoo, and what it may do there.

use serde::Deserialize;
use serde_json::json;
use slotledger_erp::{Check, Class, Failure, Standing};

use crate::{
    classify::Effect,
    client::{Call, read},
    mapping::{Access, Cost, optional},
    steps::Books,
};

/// A model, what has to be possible with it, and who gets the right to it.
const RIGHTS: [(&str, &[&str], &str, &str); 7] = [
    ("sale.order", &["read", "create", "write"], "orders", "Sales / User: All Documents"),
    ("account.move", &["read", "create", "write"], "invoices, credit notes and commissions", "Invoicing"),
    ("account.payment", &["read", "create", "write"], "deposits", "Invoicing"),
    ("account.partial.reconcile", &["read"], "what invoices are settled with", "Invoicing"),
    ("stock.picking", &["read", "create", "write"], "materials", "Inventory / User"),
    ("res.partner", &["read", "create"], "customers and providers", "Contact / Creation"),
    ("product.product", &["read"], "products", "Sales / User: All Documents"),
];

/// Besides those, where the cost of materials stands in records of its own.
const RIGHT_TO_COSTS: (&str, &[&str], &str, &str) =
    ("stock.valuation.layer", &["read"], "what materials cost", "Inventory / Administrator");

/// An API key that ends sooner is worth a word.
const KEY_DAYS: u32 = 21;

#[derive(Deserialize)]
struct User {
    login: String,
    #[serde(deserialize_with = "optional")]
    email: Option<String>,
    #[serde(deserialize_with = "optional")]
    tz: Option<String>,
}

/// The user of the connection.
pub(super) async fn user(books: &Books<'_>) -> Result<Vec<Check>, Failure> {
    let call =
        Call::on("res.users", "read", &[books.session.user]).with("fields", json!(["login", "email", "tz"]));
    let users: Vec<User> = read(&books.call(call, &[], Effect::Reads).await?)?;
    let Some(user) = users.into_iter().next() else { return Ok(Vec::new()) };
    let email = match user.email {
        Some(email) => Check::ready("user", format!("{}, {email}", user.login)),
        None => Check::wrong(
            "user",
            format!("{} has no e-mail address, without which Odoo makes no credit notes", user.login),
            format!("give the user {} an e-mail address in Odoo", user.login),
        ),
    };
    let zone = Check::ready(
        "zone",
        format!("UTC; the user's own zone {} is not used", user.tz.as_deref().unwrap_or("is not set and")),
    );
    Ok(vec![email, zone])
}

#[derive(Deserialize)]
struct ApiKey {
    name: String,
    #[serde(deserialize_with = "optional")]
    expiration_date: Option<String>,
}

/// Keys of people who are no administrators last three months at most. Which of several is in use Odoo does not say.
pub(super) async fn key(books: &Books<'_>) -> Result<Option<Check>, Failure> {
    if !books.session.fields.keys_expire {
        return Ok(None);
    }
    let fields = &["name", "expiration_date"];
    let domain = json!([["user_id", "=", books.session.user]]);
    let keys: Vec<ApiKey> = books.search("res.users.apikeys", domain, fields).await?;
    // Odoo knows the time; we do not look at ours.
    let soon = json!([["user_id", "=", books.session.user], ["expiration_date", "!=", false]]);
    let ends: Vec<ApiKey> = books.search("res.users.apikeys", soon, fields).await?;
    if keys.is_empty() || ends.is_empty() {
        return Ok(Some(Check::ready("API key", "does not end")));
    }
    let said: Vec<String> = ends
        .iter()
        .filter_map(|key| Some(format!("`{}` ends on {}", key.name, key.expiration_date.as_ref()?)))
        .collect();
    Ok(Some(Check {
        name: "API key".to_owned(),
        standing: Standing::Doubtful,
        detail: said.join(", "),
        fix: Some(format!(
            "replace the key before that day: Odoo does not renew it ({KEY_DAYS} days are a good lead)"
        )),
    }))
}

/// What the user may do.
pub(super) async fn rights(books: &Books<'_>) -> Result<Vec<Check>, Failure> {
    let mut checks = Vec::new();
    let costs = (books.session.fields.cost == Cost::InLayers).then_some(RIGHT_TO_COSTS);
    for (model, operations, what, group) in RIGHTS.into_iter().chain(costs) {
        let name = format!("right to {what}");
        let mut lacking = Vec::new();
        for operation in operations {
            match may(books, model, operation).await {
                Ok(true) => {}
                Ok(false) => lacking.push(*operation),
                Err(Failure { class: Class::Refused { fix, .. }, message }) => {
                    checks.push(Check::wrong(name.clone(), message, fix));
                    lacking.clear();
                    break;
                }
                Err(failure) => return Err(failure),
            }
        }
        if lacking.is_empty() {
            if checks.last().is_none_or(|check: &Check| check.name != name) {
                checks.push(Check::ready(name, operations.join(", ")));
            }
        } else {
            let detail = format!("the user may not {} {model}", lacking.join(" or "));
            checks.push(Check::wrong(
                name,
                detail,
                format!("give the connector's user in Odoo the group {group}"),
            ));
        }
    }
    Ok(checks)
}

async fn may(books: &Books<'_>, model: &'static str, operation: &str) -> Result<bool, Failure> {
    let call = match books.session.fields.access {
        Access::HasAccess => Call::on(model, "has_access", &[]).with("operation", json!(operation)),
        Access::CheckAccessRights => Call::of(model, "check_access_rights")
            .with("operation", json!(operation))
            .with("raise_exception", json!(false)),
    };
    read(&books.call(call, &[], Effect::Reads).await?)
}
