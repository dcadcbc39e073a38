//! Answers that were recorded, and what is made of them.

use serde_json::json;

use super::*;

/// The body of an exception, as Frappe writes it.
fn said(exc_type: &str, exception: &str, message: &str) -> String {
    let mut body = json!({"exc_type": exc_type, "exc": "[\"Traceback\"]"});
    if !exception.is_empty() {
        body["exception"] = exception.into();
    }
    if !message.is_empty() {
        let message = json!({"message": message, "title": "Message"}).to_string();
        body["_server_messages"] = json!([message]).to_string().into();
    }
    body.to_string()
}

fn judge(status: u16, body: &str, effect: Effect) -> String {
    let Err(trouble) = answer(&Answer { status, retry_after: None, body: body.as_bytes() }, effect) else {
        return "result".into();
    };
    let word = match trouble {
        Trouble::Duplicate(_) => "duplicate, ",
        Trouble::Missing(_) => "missing, ",
        Trouble::Failed(_) => "",
    };
    let Failure { class, message } = trouble.into();
    let class = match class {
        Class::Retry { .. } => "retry".into(),
        Class::Throttled { .. } => "throttled".into(),
        Class::Busy { .. } => "busy".into(),
        Class::Ambiguous => "ambiguous".into(),
        Class::Reauthenticate => "reauthenticate".into(),
        Class::Bug => "bug".into(),
        Class::Refused { reason, fix } => format!("refused, {}: {fix}", reason.as_str()),
    };
    format!("{word}{class}\n    {message}")
}

const PAGE: &str = "<html>\n <head>\n <title>Internal Server Error</title>\n </head>\n <body>\n <h1><p>Internal Server \
                    Error</p></h1>\n </body>\n</html>";

#[test]
fn recorded_answers() {
    let frappe = |kind: &str, text: &str| said(kind, &format!("frappe.exceptions.{kind}: {text}"), text);
    let validation = |text: &str| frappe("ValidationError", text);
    let erpnext = |kind: &str, text: &str| said(kind, &format!("erpnext.exceptions.{kind}: {text}"), text);
    let python = |kind: &str, text: &str| said(kind, &format!("{kind}: {text}"), "");
    let no_permission =
        json!({"exc_type": "PermissionError", "_error_message": "No permission for Sales Order"});
    let cases: Vec<(u16, String)> = vec![
        (200, r#"{"data":{}}"#.into()),
        (200, "<html>Login</html>".into()),
        (302, "<a href=\"/login\">Found</a>".into()),
        (403, "<h1>Forbidden</h1>".into()),
        (403, r#"{"message":"Missing Authentication Token"}"#.into()),
        (404, r#"{"message":"Not Found"}"#.into()),
        (502, r#"{"error":"upstream"}"#.into()),
        (401, frappe("AuthenticationError", "")),
        (403, frappe("PermissionError", "You are not permitted to access this resource. Login to access")),
        (403, no_permission.to_string()),
        (404, said("DoesNotExistError", "", "Customer Nobody not found")),
        (404, said("DoesNotExistError", "", "Item NOPE not found")),
        (404, said("DoesNotExistError", "", "DocType Sales Order not found")),
        (404, "<h1>Not Found</h1>".into()),
        (
            409,
            frappe(
                "DuplicateEntryError",
                "('Sales Order', 'SAL-ORD-2026-00041-1', IntegrityError(1062, ...))",
            ),
        ),
        (417, frappe("UniqueValidationError", "Slotledger Key must be unique")),
        (417, frappe("MandatoryError", "Error: Value missing for Sales Order: Customer")),
        (417, frappe("LinkValidationError", "Could not find Company: Nope Inc")),
        (417, frappe("LinkValidationError", "Could not find Row #1: Source Warehouse: Nope - WP")),
        (417, frappe("LinkValidationError", "Could not find Debit To: Nope - WP")),
        (417, frappe("LinkValidationError", "Could not find Currency: XYZ")),
        (417, frappe("DataError", "Field not permitted in query: slotledger_key")),
        (
            417,
            frappe(
                "LinkExistsError",
                "Cannot delete or cancel because Sales Order X is linked with Sales Invoice Y",
            ),
        ),
        (417, frappe("TimestampMismatchError", "Error: Document has been modified after you have opened it")),
        (417, frappe("DocumentLockedError", "This document is currently locked and queued for execution.")),
        (417, frappe("UpdateAfterSubmitError", "Not allowed to change Date after submission")),
        (417, validation("Cannot edit cancelled document")),
        (417, validation("You are not authorized to add or update entries before 10-31-2026")),
        (
            417,
            validation("Books have been closed till the period ending on 09-30-2026.</br >You cannot create"),
        ),
        (
            417,
            validation(
                "Exchange Rate is mandatory. Maybe Currency Exchange record is not created for EUR to USD.",
            ),
        ),
        (417, validation("Item SVC-COLOR is disabled")),
        (417, validation("Sales Person <b>Bob Colorist</b> is disabled.")),
        (417, validation("NOPE is not a stock Item")),
        (
            417,
            validation(
                "Sales Invoice ACC-SINV-2026-00084 must be deleted before cancelling this Sales Order",
            ),
        ),
        (417, validation("Credit limit has been crossed for customer Lim Ited (150.0/100.0)")),
        (417, validation("Please enter Delivery Date")),
        (417, erpnext("PartyDisabled", "Customer Walk-in is disabled")),
        (417, erpnext("PartyFrozen", "Customer Min Imal is frozen")),
        (
            417,
            erpnext("InvalidAccountCurrency", "Customer Euro Client has accounting entries in currency USD"),
        ),
        (
            417,
            erpnext(
                "NegativeStockError",
                "<strong>9505.0</strong> units of <a href=\"/x\">Item S</a> needed",
            ),
        ),
        (
            417,
            erpnext(
                "ClosedAccountingPeriod",
                "You cannot create a Sales Invoice within the closed Accounting Period",
            ),
        ),
        (417, erpnext("StockFreezeError", "Stock transactions before 11-21-2026 are frozen")),
        (
            417,
            erpnext("OverAllowanceError", "This document is over limit by Amount 80.0 for item SVC-HAIRCUT."),
        ),
        (417, erpnext("StockOverReturnError", "Row # 1: Cannot return more than 0.0 for Item SVC-HAIRCUT")),
        (417, erpnext("UOMMustBeIntegerError", "Row 1: Quantity (0.5) cannot be a fraction.")),
        (429, frappe("TooManyRequestsError", "")),
        (
            500,
            frappe("QueryTimeoutError", "(1205, 'Lock wait timeout exceeded; try restarting transaction')"),
        ),
        (500, python("TypeError", "unsupported operand type(s) for *: 'NoneType' and 'float'")),
        (500, python("JSONDecodeError", "Expecting value: line 1 column 1 (char 0)")),
        (500, python("AttributeError", "'NoneType' object has no attribute 'payment_terms'")),
        (500, python("OperationalError", "(1292, \"Incorrect date value: '21/11/2026' for column\")")),
        (500, python("OperationalError", "(2006, 'MySQL server has gone away')")),
        (500, PAGE.into()),
        (502, "<h1>Bad Gateway</h1>".into()),
        (503, frappe("SessionStopped", "Session Stopped")),
        (301, String::new()),
    ];
    let lines: Vec<String> = cases
        .iter()
        .map(|(status, body)| {
            let (reads, writes) = (judge(*status, body, Effect::Reads), judge(*status, body, Effect::Writes));
            match reads == writes {
                true => format!("{status} {reads}"),
                false => format!("{status} read: {reads}\n{status} write: {writes}"),
            }
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_cut_write_is_ambiguous_only_after_it_was_sent() {
    assert_eq!(cut("reset", false, Effect::Writes).class, Class::Retry { after: None });
    assert_eq!(cut("reset", true, Effect::Reads).class, Class::Retry { after: None });
    assert_eq!(cut("reset", true, Effect::Writes).class, Class::Ambiguous);
}

#[test]
fn the_site_may_name_a_time() {
    let body = said("TooManyRequestsError", "frappe.exceptions.TooManyRequestsError", "");
    let after = Some(Duration::from_secs(7));
    let answered = answer(&Answer { status: 429, retry_after: after, body: body.as_bytes() }, Effect::Writes);
    let Err(Trouble::Failed(failure)) = answered else { panic!("not a failure") };
    assert_eq!(failure.class, Class::Throttled { after });
}

#[test]
fn long_messages_are_cut() {
    let body = said("ValidationError", "", &"x".repeat(60_000));
    let Err(Trouble::Failed(failure)) =
        answer(&Answer { status: 417, retry_after: None, body: body.as_bytes() }, Effect::Writes)
    else {
        panic!("not a failure")
    };
    assert!(failure.message.len() < MESSAGE_CHARS + 100);
}
