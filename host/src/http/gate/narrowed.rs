//! Lists, narrowed to what their reader may see.
//!
//! Invariant: what is looked at here is what the list is of: a parameter that is there twice is refused.

use std::collections::HashMap;

use axum::http::Uri;
use url::form_urlencoded;
use uuid::Uuid;

use super::need::Pin;
use crate::codes;
use crate::http::problem::Problem;
use crate::model::{Grant, Scope};

/// The query of a list with what its sender is limited to; none if they may not see lists of this kind.
pub(super) fn narrowed(
    grants: &[Grant],
    scope: Scope,
    pins: &[Pin],
    uri: &Uri,
) -> Result<Option<Uri>, Problem> {
    let mut asked: HashMap<String, String> = HashMap::new();
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned() {
        // What is looked at here has to be what the list is of.
        if asked.insert(name.clone(), value).is_some() {
            return Err(Problem::new(codes::BAD_QUERY, format!("{name} is named twice.")));
        }
    }
    let mut able = grants.iter().filter_map(|grant| wanted(&grant.within(scope), pins)).peekable();
    if able.peek().is_none() {
        return Ok(None);
    }
    let is_asked_for = |(pin, id): &(Pin, Uuid)| {
        let asked = asked.get(pin.as_str());
        asked.is_none_or(|asked| asked.parse() == Ok(*id) || asked.parse::<Uuid>().is_err())
    };
    let mut fitting: Vec<Vec<(Pin, Uuid)>> = able.filter(|wanted| wanted.iter().all(is_asked_for)).collect();
    fitting.sort_unstable();
    fitting.dedup();
    match fitting.as_slice() {
        [] => Err(Problem::new(codes::REACH_UNNAMED, "What the query names is not yours to see.")),
        [wanted] => {
            let missing = wanted.iter().filter(|(pin, _)| !asked.contains_key(pin.as_str()));
            Ok(Some(with(uri, missing)?))
        }
        _ => Err(Problem::new(codes::REACH_UNNAMED, "Several would fit: the query has to say which.")),
    }
}

/// What a list has to be narrowed to for a grant; none if it has no such parameter.
fn wanted(grant: &Grant, pins: &[Pin]) -> Option<Vec<(Pin, Uuid)>> {
    let all = [
        (Pin::Company, grant.company.map(Uuid::from)),
        (Pin::Branch, grant.branch.map(Uuid::from)),
        (Pin::Provider, grant.provider.map(Uuid::from)),
        (Pin::Customer, grant.customer.map(Uuid::from)),
    ];
    let wanted = all.into_iter().filter_map(|(pin, id)| id.map(|id| (pin, id)));
    wanted.map(|pair| pins.contains(&pair.0).then_some(pair)).collect()
}

fn with<'p>(uri: &Uri, more: impl Iterator<Item = &'p (Pin, Uuid)>) -> Result<Uri, Problem> {
    let mut query = uri.query().unwrap_or_default().to_owned();
    for (pin, id) in more {
        let joint = if query.is_empty() { "" } else { "&" };
        query.push_str(&format!("{joint}{}={id}", pin.as_str()));
    }
    let text = if query.is_empty() { uri.path().to_owned() } else { format!("{}?{query}", uri.path()) };
    text.parse().map_err(|_| Problem::new(codes::BAD_QUERY, "The query is too long."))
}
