//! The document at `/openapi.json`: what no single operation says.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Info, License, OpenApi};

use super::{operation, problem, schema};

/// Completes the description gathered from the operations.
pub(super) fn document(mut api: OpenApi) -> OpenApi {
    let mut info = Info::new("Slotledger", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Service appointments decided by a WebAssembly component and delivered to the books exactly once. \
         Amounts and quantities are strings, moments are RFC 3339, times of day are local to the branch. \
         Whatever is not a success is a problem by RFC 9457; its `type` names a page of the error documentation."
            .to_owned(),
    );
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    api.info = info;
    api.security = Some(vec![SecurityRequirement::new("key", Vec::<String>::new())]);
    let components = api.components.get_or_insert_with(Components::new);
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API key. What it may do follows from its roles and scopes; each operation states in `x-slotledger-needs` \
                   what it needs, and which roles come with it."))
        .build();
    components.security_schemes.insert("key".to_owned(), SecurityScheme::Http(key).into());
    let mut schemas = Vec::new();
    schema::component::<problem::Details>(&mut schemas);
    components.schemas.extend(schemas);
    components.responses.extend(operation::refusals().map(|(name, response)| (name, response.into())));
    api
}

/// The document as it is sent. Handlers are copied with their routes and for each request: a copy of this shares it, and one
/// of the document itself would be some megabytes.
pub(super) fn rendered(document: &OpenApi) -> Bytes {
    serde_json::to_vec(document).unwrap_or_default().into()
}

/// The document as an answer.
pub(super) fn answer(rendered: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], rendered).into_response()
}
