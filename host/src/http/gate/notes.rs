//! Notes that staff keep to themselves.

use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;

use crate::codes;
use crate::http::problem::Problem;

/// What staff keep to themselves, taken out of an answer to a customer.
pub(in crate::http) async fn for_customers(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let Ok(body) = body.collect().await else {
        return Problem::new(codes::UNFORESEEN, "The answer broke off.").into();
    };
    let bytes = body.to_bytes();
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, bytes.into());
    };
    without_notes(&mut value);
    Response::from_parts(parts, value.to_string().into())
}

fn without_notes(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(notes) = fields.get_mut("notes").filter(|notes| notes.is_string()) {
                *notes = Value::String(String::new());
            }
            fields.values_mut().for_each(without_notes);
        }
        Value::Array(items) => items.iter_mut().for_each(without_notes),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
