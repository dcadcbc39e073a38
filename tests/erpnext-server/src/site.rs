//! One request, from its parts to its answer.

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use crate::{
    documents, hooks,
    listing::{self, Query},
    meta, methods,
    refusal::{Refusal, server_messages},
    store::Store,
    users::{self, Right},
    values::{Doc, text},
};

/// A request without its envelope.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: Target,
    pub(crate) query: Query,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Vec<u8>,
    /// The commit that was last when it came in.
    pub(crate) seen: u64,
}

#[derive(Debug, Clone)]
pub(crate) enum Target {
    Method(String),
    Doctype(String),
    Document(String, String),
}

/// A site's data and its clock.
pub(crate) struct Site {
    pub(crate) store: Store,
    start: NaiveDateTime,
    started: std::time::Instant,
}

impl Site {
    pub(crate) fn new(start: NaiveDateTime) -> Self {
        Self { store: Store::new(start), start, started: std::time::Instant::now() }
    }

    /// Carries a request out for whoever its token names.
    pub(crate) fn answer(&mut self, request: &Request) -> (u16, Value) {
        match users::authenticate(&self.store, request.authorization.as_deref()) {
            Ok(user) => self.answer_to(&user, request),
            Err(refusal) => (refusal.status, refusal.body()),
        }
    }

    /// Carries a request out for a user.
    pub(crate) fn answer_to(&mut self, user: &str, request: &Request) -> (u16, Value) {
        let elapsed = TimeDelta::from_std(self.started.elapsed()).unwrap_or_default();
        let store = &mut self.store;
        store.set_now(self.start + elapsed);
        store.user = user.to_owned();
        store.seen = request.seen;
        store.said.clear();
        let outcome = store.transact(|store| carry_out(store, request));
        match outcome {
            Ok((status, mut body)) => {
                if !store.said.is_empty() {
                    body["_server_messages"] = server_messages(&store.said);
                }
                (status, body)
            }
            Err(refusal) => (refusal.status, refusal.body()),
        }
    }
}

fn carry_out(store: &mut Store, request: &Request) -> Result<(u16, Value), Refusal> {
    let guest = store.user == "Guest";
    if let Target::Method(method) = &request.target {
        return match method.as_str() {
            "ping" => Ok((200, json!({"message": "pong"}))),
            _ if guest => Err(Refusal::guest(method)),
            _ => called(store, method, request),
        };
    }
    match &request.target {
        Target::Doctype(doctype) | Target::Document(doctype, _) if guest => {
            Err(Refusal::forbidden("Guest", doctype))
        }
        Target::Doctype(doctype) => of_doctype(store, doctype, request),
        Target::Document(doctype, name) => of_document(store, doctype, name, request),
        Target::Method(method) => Err(Refusal::guest(method)),
    }
}

fn called(store: &mut Store, method: &str, request: &Request) -> Result<(u16, Value), Refusal> {
    let mut args = body(request)?;
    for (name, value) in &request.query {
        args.insert(name.clone(), value.as_str().into());
    }
    let message = methods::call(store, method, &args)?;
    Ok((200, message.map_or_else(|| json!({}), |message| json!({"message": message}))))
}

fn of_doctype(store: &mut Store, doctype: &str, request: &Request) -> Result<(u16, Value), Refusal> {
    if meta::doctype(doctype).is_none() && !store.has_table(doctype) {
        return Err(Refusal::missing(&format!("DocType {doctype}")));
    }
    match request.method.as_str() {
        "GET" if meta::doctype(doctype).is_some() && is_child(doctype) => {
            Err(Refusal::status(403, "PermissionError", ""))
        }
        "GET" => {
            users::check(store, doctype, Right::Read)?;
            Ok((200, json!({"data": listing::list(store, doctype, &request.query)?})))
        }
        "POST" => Ok((200, json!({"data": documents::create(store, doctype, body(request)?)?}))),
        _ => Err(Refusal::status(405, "MethodNotAllowed", "")),
    }
}

fn is_child(doctype: &str) -> bool {
    doctype.ends_with(" Item") && doctype != "Item" || doctype == "Sales Team" || doctype.ends_with(" Detail")
}

fn of_document(
    store: &mut Store,
    doctype: &str,
    name: &str,
    request: &Request,
) -> Result<(u16, Value), Refusal> {
    match request.method.as_str() {
        "GET" => {
            users::check(store, doctype, Right::Read)?;
            Ok((200, json!({"data": store.find(doctype, name)?})))
        }
        "PUT" if is_child(doctype) => {
            Ok((200, json!({"data": hooks::child_update(store, doctype, name, &body(request)?)?})))
        }
        "PUT" => Ok((200, json!({"data": documents::update(store, doctype, name, body(request)?)?}))),
        "POST" => {
            let method = text(&body(request)?, "run_method").to_owned();
            users::check(store, doctype, Right::Submit)?;
            let doc = methods::run(store, doctype, name, &method)?;
            Ok((200, if doc.is_empty() { json!({}) } else { json!({"data": doc}) }))
        }
        "DELETE" => {
            documents::delete(store, doctype, name)?;
            Ok((202, json!({"data": "ok"})))
        }
        _ => Err(Refusal::status(405, "MethodNotAllowed", "")),
    }
}

fn body(request: &Request) -> Result<Doc, Refusal> {
    if request.body.is_empty() {
        return Ok(Doc::new());
    }
    serde_json::from_slice(&request.body).map_err(|error| {
        let text = format!("Expecting value: line {} column {}", error.line(), error.column());
        Refusal::python("json.decoder.", "JSONDecodeError", text)
    })
}
