//! One operation: what `/openapi.json` says of it and the handler that carries it out, written down in one place.
//!
//! Invariant: what every operation can answer (no key, a body too large, a store that does not answer) is documented
//! here once, so that none forgets it.

use std::sync::Arc;

use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem, Paths,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, Ref, RefOr, Required};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::UtoipaMethodRouter;

use super::gate::{self, Need};
use super::problem::{Details, MEDIA_TYPE};
use super::{limits, schema};
use crate::app::App;
use crate::model::Role;
use crate::model::fields::CODE;

/// What handlers work on.
pub(super) type State = Arc<App>;

/// An operation being described.
pub(super) struct Operation {
    path: String,
    method: HttpMethod,
    filter: MethodFilter,
    builder: OperationBuilder,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Operation {
    /// An operation that reads.
    pub(super) fn get(path: &str, id: &str, summary: &str) -> Self {
        Self::new(path, HttpMethod::Get, MethodFilter::GET, id, summary)
    }

    /// An operation that adds or commands. It takes an `Idempotency-Key`.
    pub(super) fn post(path: &str, id: &str, summary: &str) -> Self {
        let key = text(1, limits::KEY).pattern(Some("^[!-~]+$")).build();
        Self::new(path, HttpMethod::Post, MethodFilter::POST, id, summary).header(
            "Idempotency-Key",
            Required::False,
            "Makes the request safe to repeat: with the same key and body it is carried out once, and answered the \
             same way each time. Keys are kept for a week.",
            key,
        )
    }

    /// An operation whose answer is not kept to be given again: it holds a secret, or doing it twice is harmless.
    pub(super) fn act(path: &str, id: &str, summary: &str) -> Self {
        Self::new(path, HttpMethod::Post, MethodFilter::POST, id, summary)
    }

    /// An operation that replaces.
    pub(super) fn put(path: &str, id: &str, summary: &str) -> Self {
        Self::new(path, HttpMethod::Put, MethodFilter::PUT, id, summary)
    }

    /// An operation that takes something away.
    pub(super) fn delete(path: &str, id: &str, summary: &str) -> Self {
        Self::new(path, HttpMethod::Delete, MethodFilter::DELETE, id, summary)
    }

    fn new(path: &str, method: HttpMethod, filter: MethodFilter, id: &str, summary: &str) -> Self {
        let builder = OperationBuilder::new().operation_id(Some(id)).summary(Some(summary));
        let operation = Self { path: path.to_owned(), method, filter, builder, schemas: Vec::new() };
        let operation = operation.refuses(&[401, 500, 503]);
        if path.contains('{') { operation.refuses(&[400, 404]) } else { operation }
    }

    /// Puts it into a chapter of the documentation.
    pub(super) fn tag(mut self, tag: &str) -> Self {
        self.builder = self.builder.tag(tag);
        self
    }

    /// Says more about it.
    pub(super) fn says(mut self, description: &str) -> Self {
        self.builder = self.builder.description(Some(description));
        self
    }

    /// The path holds a UUID.
    pub(super) fn identified(self) -> Self {
        self.path_id(SchemaFormat::KnownFormat(KnownFormat::Uuid), Type::String)
    }

    /// The path holds another UUID behind it.
    pub(super) fn within(self, name: &str, text: &str) -> Self {
        let uuid = SchemaFormat::KnownFormat(KnownFormat::Uuid);
        let schema = ObjectBuilder::new().schema_type(Type::String).format(Some(uuid)).build();
        self.parameter(name, ParameterIn::Path, Required::True, text, schema)
    }

    /// The path holds a number.
    pub(super) fn numbered(self) -> Self {
        self.path_id(SchemaFormat::KnownFormat(KnownFormat::Int64), Type::Integer)
    }

    /// The path holds a component's SHA-256.
    pub(super) fn digested(self) -> Self {
        let schema = text(64, 64).pattern(Some("^[0-9a-f]{64}$")).build();
        self.parameter("id", ParameterIn::Path, Required::True, "Its SHA-256.", schema)
    }

    /// The path holds the name of a connection.
    pub(super) fn named(self) -> Self {
        let schema = text(1, CODE).build();
        self.parameter("name", ParameterIn::Path, Required::True, "Its name.", schema)
    }

    fn path_id(self, format: SchemaFormat, kind: Type) -> Self {
        let schema = ObjectBuilder::new().schema_type(kind).format(Some(format)).build();
        self.parameter("id", ParameterIn::Path, Required::True, "Its identifier.", schema)
    }

    /// Takes these query parameters.
    pub(super) fn query<P: IntoParams>(mut self) -> Self {
        for parameter in P::into_params(|| Some(ParameterIn::Query)) {
            self.builder = self.builder.parameter(parameter);
        }
        self.refuses(&[400])
    }

    /// Takes a header.
    pub(super) fn header(self, name: &str, required: Required, text: &str, schema: Object) -> Self {
        self.parameter(name, ParameterIn::Header, required, text, schema).refuses(&[400])
    }

    /// Takes `If-Match`.
    pub(super) fn if_match(self, required: Required) -> Self {
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(r#"^(\*|(W/)?"[!#-~]*")$"#))
            .examples(["\"3\""])
            .build();
        let text = "The ETag of the version that is meant, or * for whichever is present.";
        let missing: &[u16] = if matches!(required, Required::True) { &[412, 428] } else { &[412] };
        self.header("If-Match", required, text, schema).refuses(missing)
    }

    /// Takes the header that says on whose behalf a command comes.
    pub(super) fn actor(self) -> Self {
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(["customer", "provider", "staff"]))
            .default(Some("staff".into()))
            .build();
        let text = "On whose behalf the command comes; the rules decide what each may do. Whoever is a customer or a technician \
                    speaks as that, and everybody else as staff unless they say otherwise.";
        self.header("Slotledger-Actor", Required::False, text, schema)
    }

    /// Takes a JSON body.
    pub(super) fn takes<T: ToSchema>(mut self, required: Required) -> Self {
        schema::component::<T>(&mut self.schemas);
        let content = Content::new(Some(Ref::from_schema_name(T::name())));
        let body = RequestBodyBuilder::new().content("application/json", content).required(Some(required));
        self.builder = self.builder.request_body(Some(body.build()));
        self.refuses(&[400, 413, 415, 422])
    }

    /// Takes a picture as its body, of one of these media types.
    pub(super) fn takes_picture(mut self, media_types: &[&str]) -> Self {
        let body = RequestBodyBuilder::new().required(Some(Required::True));
        let body = media_types.iter().fold(body, |body, name| body.content(*name, bytes()));
        self.builder = self.builder.request_body(Some(body.build()));
        self.refuses(&[400, 413, 415, 422])
    }

    /// Answers with a picture, or with nothing where it is known already.
    pub(super) fn gives_picture(mut self, media_type: &str, text: &str) -> Self {
        let tag = || Header::new(ObjectBuilder::new().schema_type(Type::String).build());
        let known = ResponseBuilder::new().description("It is the one whose tag `If-None-Match` names.");
        let picture = ResponseBuilder::new().description(text).content(media_type, bytes());
        self.builder = self.builder.response("200", picture.header("ETag", tag()).build());
        self.builder = self.builder.response("304", known.header("ETag", tag()).build());
        self
    }

    /// Answers with JSON.
    pub(super) fn gives<T: ToSchema>(self, status: u16, text: &str) -> Self {
        self.answers::<T>(status, text, &[])
    }

    /// Answers with JSON that has a version, and after an addition an address.
    pub(super) fn gives_versioned<T: ToSchema>(self, status: u16, text: &str) -> Self {
        let headers: &[&str] = if status == 201 { &["ETag", "Location"] } else { &["ETag"] };
        self.answers::<T>(status, text, headers)
    }

    fn answers<T: ToSchema>(mut self, status: u16, text: &str, headers: &[&str]) -> Self {
        schema::component::<T>(&mut self.schemas);
        let mut response = ResponseBuilder::new()
            .description(text)
            .content("application/json", Content::new(Some(Ref::from_schema_name(T::name()))));
        for name in headers {
            let schema = ObjectBuilder::new().schema_type(Type::String).build();
            response = response.header(*name, Header::new(schema));
        }
        self.builder = self.builder.response(status.to_string(), response.build());
        self
    }

    /// Can be refused with these statuses.
    pub(super) fn refuses(mut self, statuses: &[u16]) -> Self {
        for (status, name, _) in REFUSALS.iter().filter(|(status, ..)| statuses.contains(status)) {
            self.builder = self.builder.response(status.to_string(), Ref::from_response_name(*name));
        }
        self
    }

    /// Needs this of whoever sends it. An operation that states nothing is refused to everybody.
    pub(super) fn needs(mut self, need: &Need) -> Self {
        let roles = Role::ALL.into_iter().filter(|role| role.may(need.scope));
        let roles: Vec<_> = roles.map(Role::as_str).collect();
        let mut stated = serde_json::to_value(need).unwrap_or_default();
        stated["roles"] = roles.into();
        let extensions = Extensions::builder().add(gate::EXTENSION, stated).build();
        self.builder = self.builder.extensions(Some(extensions));
        self.refuses(&[403])
    }

    /// Needs no API key.
    pub(super) fn open(mut self) -> Self {
        let nobody: [SecurityRequirement; 0] = [];
        self.builder = self.builder.securities(Some(nobody));
        self
    }

    /// Is carried out by this handler.
    pub(super) fn to<H: Handler<T, State>, T: 'static>(self, handler: H) -> UtoipaMethodRouter<State> {
        let mut paths = Paths::new();
        paths.paths.insert(self.path, PathItem::new(self.method, self.builder));
        (self.schemas, paths, on(self.filter, handler))
    }

    fn parameter(
        mut self,
        name: &str,
        place: ParameterIn,
        required: Required,
        text: &str,
        schema: Object,
    ) -> Self {
        let parameter: Parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(place)
            .required(required)
            .description(Some(text))
            .schema(Some(schema))
            .build();
        self.builder = self.builder.parameter(parameter);
        self
    }
}

/// The statuses of problems: how `/openapi.json` names them, and what they mean.
const REFUSALS: &[(u16, &str, &str)] = &[
    (400, "BadRequest", "The request cannot be read: its path, query, a header or its JSON."),
    (401, "Unauthorized", "The request has no API key, or one that is not known."),
    (403, "Forbidden", "The role or the key does not allow it."),
    (404, "NotFound", "It, or something the request names, does not exist."),
    (409, "Conflict", "The present state does not allow it: a slot is taken, a status does not fit."),
    (410, "Gone", "The link does not hold, or no longer."),
    (412, "PreconditionFailed", "It has changed since the version that the request names."),
    (413, "ContentTooLarge", "The body is larger than 1 MiB, or a photo larger than 10 MB."),
    (
        415,
        "UnsupportedMediaType",
        "The body is not declared as JSON, or is no picture of a kind that is taken.",
    ),
    (422, "UnprocessableContent", "Fields are not as they should be, or the booking rules refuse."),
    (428, "PreconditionRequired", "The request has to name the version it changes."),
    (429, "TooManyRequests", "There were too many tries; `Retry-After` says when the next one is possible."),
    (500, "InternalServerError", "Something failed inside; nothing has changed."),
    (502, "BadGateway", "The ERP refused, or gave an answer that is not understood."),
    (503, "ServiceUnavailable", "It cannot be done just now; the same request may succeed later."),
];

/// The responses that [`Operation::refuses`] refers to.
pub(super) fn refusals() -> impl Iterator<Item = (String, Response)> {
    REFUSALS.iter().map(|(status, name, text)| {
        let content = Content::new(Some(Ref::from_schema_name(Details::name())));
        let mut response = ResponseBuilder::new().description(*text).content(MEDIA_TYPE, content);
        for (_, header) in
            [(401, "WWW-Authenticate"), (429, "Retry-After")].iter().filter(|(of, _)| of == status)
        {
            let schema = ObjectBuilder::new().schema_type(Type::String).build();
            response = response.header(*header, Header::new(schema));
        }
        ((*name).to_owned(), response.build())
    })
}

/// Bytes that are no text.
fn bytes() -> Content {
    let binary = SchemaFormat::KnownFormat(KnownFormat::Binary);
    Content::new(Some(ObjectBuilder::new().schema_type(Type::String).format(Some(binary)).build()))
}

fn text(min: usize, max: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).min_length(Some(min)).max_length(Some(max))
}
