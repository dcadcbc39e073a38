//! Errors in the shape Frappe gives them.
//!
//! Invariant: the status of an answer says little; what went wrong is the exception's type.

use serde_json::{Value, json};

/// Why a request was not carried out. The transaction is rolled back.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) exc_type: &'static str,
    /// The exception in words; none where Frappe leaves it out.
    exception: Option<String>,
    messages: Vec<Value>,
    no_permission: Option<String>,
}

const FRAPPE: &str = "frappe.exceptions.";

impl Refusal {
    fn new(status: u16, module: &'static str, exc_type: &'static str, text: String) -> Self {
        let said = json!({"message": text, "title": "Message", "indicator": "red", "raise_exception": 1});
        let exception = match text.is_empty() {
            true => format!("{module}{exc_type}"),
            false => format!("{module}{exc_type}: {text}"),
        };
        Self { status, exc_type, exception: Some(exception), messages: vec![said], no_permission: None }
    }

    /// A business rule.
    pub(crate) fn validation(text: impl Into<String>) -> Self {
        Self::new(417, FRAPPE, "ValidationError", text.into())
    }

    /// One of Frappe's own kinds of 417.
    pub(crate) fn frappe(exc_type: &'static str, text: impl Into<String>) -> Self {
        Self::new(417, FRAPPE, exc_type, text.into())
    }

    /// One of ERPNext's own kinds of 417.
    pub(crate) fn erpnext(module: &'static str, exc_type: &'static str, text: impl Into<String>) -> Self {
        Self::new(417, module, exc_type, text.into())
    }

    /// Refused without a word to the user.
    pub(crate) fn silent(mut self) -> Self {
        self.messages.clear();
        self
    }

    /// Refused after having said something else first.
    pub(crate) fn after_saying(mut self, text: &str) -> Self {
        self.messages.insert(0, json!({"message": text, "title": "Message"}));
        self
    }

    /// With another title than `Message`.
    pub(crate) fn titled(mut self, title: &str) -> Self {
        if let Some(Value::Object(said)) = self.messages.last_mut() {
            said.insert("title".into(), title.into());
        }
        self
    }

    /// A field without its value.
    pub(crate) fn mandatory(doctype: &str, name: &str, fields: &str, message: &str) -> Self {
        let text = format!("[{doctype}, {name}]: {fields}");
        let mut refusal = Self::new(417, FRAPPE, "MandatoryError", text);
        refusal.messages = vec![json!({"message": message, "title": "Message"})];
        refusal
    }

    /// A value that another document has in a unique field.
    pub(crate) fn duplicate(doctype: &str, name: &str, field: &str, label: &str, value: &str) -> Self {
        let text = format!(
            "('{doctype}', '{name}', IntegrityError(1062, \"Duplicate entry '{value}' for key '{field}'\"))"
        );
        let mut refusal = Self::new(417, FRAPPE, "UniqueValidationError", text);
        refusal.messages = vec![json!({"message": format!("{label} must be unique"), "title": "Message"})];
        refusal
    }

    /// A name that is taken.
    pub(crate) fn name_taken(doctype: &str, name: &str) -> Self {
        let text = format!(
            "('{doctype}', '{name}', IntegrityError(1062, \"Duplicate entry '{name}' for key 'PRIMARY'\"))"
        );
        Self::new(409, FRAPPE, "DuplicateEntryError", text).titled("Duplicate Name")
    }

    /// Not there.
    pub(crate) fn missing(what: &str) -> Self {
        let mut refusal = Self::new(404, FRAPPE, "DoesNotExistError", format!("{what} not found"));
        refusal.exception = None;
        refusal
    }

    /// The token is none.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(401, FRAPPE, "AuthenticationError", String::new()).silent()
    }

    /// The user may not.
    pub(crate) fn forbidden(user: &str, doctype: &str) -> Self {
        let text = format!(
            "User <strong>{user}</strong> does not have doctype access via role permission for document \
             <strong>{doctype}</strong>"
        );
        let mut refusal = Self::new(403, FRAPPE, "PermissionError", String::new());
        refusal.exception = None;
        refusal.messages = vec![json!({"message": text, "title": "Message"})];
        refusal.no_permission = Some(format!("No permission for {doctype}"));
        refusal
    }

    /// Nobody logged in, and the method is not for everybody.
    pub(crate) fn guest(method: &str) -> Self {
        let text = format!(
            "<details><summary>You are not permitted to access this resource. Login to access</summary>Function \
             <strong>{method}</strong> is not whitelisted.</details>"
        );
        Self::new(403, FRAPPE, "PermissionError", text).titled("Method Not Allowed")
    }

    /// A Python exception nobody caught. Permanent, though a 500.
    pub(crate) fn python(module: &'static str, exc_type: &'static str, text: impl Into<String>) -> Self {
        Self::new(500, module, exc_type, text.into()).silent()
    }

    /// A lock was not obtained in time. Transient, and a 500 too.
    pub(crate) fn lock_wait() -> Self {
        let text = "(1205, 'Lock wait timeout exceeded; try restarting transaction')";
        Self::new(500, FRAPPE, "QueryTimeoutError", text.into()).silent()
    }

    /// Another status with one of Frappe's kinds, and nothing said.
    pub(crate) fn status(status: u16, exc_type: &'static str, text: &str) -> Self {
        Self::new(status, FRAPPE, exc_type, text.into()).silent()
    }

    /// The body of the answer.
    pub(crate) fn body(&self) -> Value {
        let mut body =
            json!({"exc_type": self.exc_type, "exc": "[\"Traceback (most recent call last):\\n\"]"});
        if let Some(exception) = &self.exception {
            body["exception"] = exception.as_str().into();
        }
        if !self.messages.is_empty() {
            body["_server_messages"] = server_messages(&self.messages);
        }
        if let Some(text) = &self.no_permission {
            body["_error_message"] = text.as_str().into();
        }
        body
    }
}

/// JSON in JSON: a text that holds a list of texts.
pub(crate) fn server_messages(messages: &[Value]) -> Value {
    let texts: Vec<String> = messages.iter().map(Value::to_string).collect();
    Value::String(Value::from(texts).to_string())
}
