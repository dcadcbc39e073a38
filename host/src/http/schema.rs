//! JSON Schemas of what is made of other things: a record to be added, a record as it is kept, a page of a list.
//!
//! Invariant: a schema is closed. A record's own fields and those around it stand in one object, because two closed
//! objects joined by `allOf` accept nothing.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::Serialize;
use utoipa::openapi::schema::{
    AdditionalProperties, Array, ArrayBuilder, KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat,
    SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::model::FieldError;

pub(super) type Schemas = Vec<(String, RefOr<Schema>)>;

/// A page of a list.
#[derive(Debug, Serialize)]
pub(super) struct Page<T> {
    /// The entries.
    pub(super) items: Vec<T>,
    /// What to send as `after` for the next page; none at the end.
    pub(super) next: Option<String>,
}

impl<T> Page<T> {
    /// A list that has no pages.
    pub(super) const fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// The first `limit` entries of a list that was asked for one more.
    pub(super) fn cut<C: ToString>(mut items: Vec<T>, limit: u32, cursor: impl Fn(&T) -> C) -> Self {
        let limit = limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| cursor(last).to_string());
        Self { items, next }
    }
}

/// Documents [`Page`] of `T`.
pub(super) struct PageOf<T>(PhantomData<T>);

impl<T: ToSchema> ToSchema for PageOf<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(schemas: &mut Schemas) {
        component::<T>(schemas);
    }
}

impl<T: ToSchema> PartialSchema for PageOf<T> {
    fn schema() -> RefOr<Schema> {
        let next = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("What to send as `after` for the next page; null at the end."));
        closed(
            ObjectBuilder::new()
                .property("items", Array::new(Ref::from_schema_name(T::name())))
                .property("next", next)
                .build(),
        )
    }
}

/// Documents the fields of a record that may be changed.
pub(super) struct FieldsOf<T>(PhantomData<T>);

impl<T: ToSchema> ToSchema for FieldsOf<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Fields", T::name()).into()
    }

    fn schemas(schemas: &mut Schemas) {
        T::schemas(schemas);
    }
}

impl<T: ToSchema> PartialSchema for FieldsOf<T> {
    fn schema() -> RefOr<Schema> {
        T::schema()
    }
}

/// Documents a record to be added to a company.
pub(super) struct NewOf<T>(PhantomData<T>);

impl<T: ToSchema> ToSchema for NewOf<T> {
    fn name() -> Cow<'static, str> {
        format!("New{}", T::name()).into()
    }

    fn schemas(schemas: &mut Schemas) {
        T::schemas(schemas);
    }
}

impl<T: ToSchema> PartialSchema for NewOf<T> {
    fn schema() -> RefOr<Schema> {
        let mut object = object::<T>();
        object.properties.insert("company".to_owned(), id("The company it belongs to."));
        object.required.push("company".to_owned());
        RefOr::T(object.into())
    }
}

/// Documents a record as it is kept: [`crate::model::Stored`].
pub(super) struct StoredOf<T>(PhantomData<T>);

impl<T: ToSchema> ToSchema for StoredOf<T> {
    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn schemas(schemas: &mut Schemas) {
        component::<FieldError>(schemas);
        T::schemas(schemas);
    }
}

impl<T: ToSchema> PartialSchema for StoredOf<T> {
    fn schema() -> RefOr<Schema> {
        let mut object = object::<T>();
        let version = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .description(Some("Counts its changes, from 1; the ETag."));
        let updated = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("When it was last changed."));
        object.properties.insert("id".to_owned(), id("Its identifier."));
        object
            .properties
            .insert("company".to_owned(), id("The company it belongs to; of a company, its own."));
        object.properties.insert("version".to_owned(), version.into());
        object.properties.insert("updated_at".to_owned(), updated.into());
        let mut object = complete(object);
        let warnings = ArrayBuilder::new().items(Ref::from_schema_name(FieldError::name())).description(
            Some("What the books will not take, as far as is known; only said when it is saved."),
        );
        object.properties.insert("warnings".to_owned(), warnings.into());
        RefOr::T(object.into())
    }
}

/// Adds a schema and those it refers to.
pub(super) fn component<T: ToSchema>(schemas: &mut Schemas) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}

/// Closes the schema of an answer: every field is there, and no other.
pub(super) fn closed(object: Object) -> RefOr<Schema> {
    RefOr::T(complete(object).into())
}

fn complete(mut object: Object) -> Object {
    object.required = object.properties.keys().cloned().collect();
    object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    object
}

fn object<T: ToSchema>() -> Object {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object,
        // Records are objects; the test of the whole document would show an empty one.
        RefOr::T(_) | RefOr::Ref(_) => Object::new(),
    }
}

fn id(description: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
        .description(Some(description))
        .into()
}
