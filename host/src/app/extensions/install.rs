//! Installing components, and checking where they are put to use.

use serde_json::Value;

use super::loaded::Missing;
use crate::app::{App, Error, Result};
use crate::extension::admission::Admitted;
use crate::extension::{self, answer};
use crate::model::{CompanyId, Component, Extension, FieldError, Settings};

/// A component to be installed. There is no other way in: what nobody signed or named is no [`Admitted`].
#[derive(Debug, Clone)]
pub struct NewComponent {
    /// It itself.
    pub admitted: Admitted,
    /// Who installs it.
    pub by: String,
}

impl App {
    /// Installs a component: compiles it, asks it what it is, and keeps it under its digest. Once more is no harm.
    pub async fn install_component(&self, new: NewComponent) -> Result<Component> {
        let NewComponent { admitted, by } = new;
        let (digest, origin) = (admitted.digest().to_owned(), admitted.origin().to_owned());
        let components = &self.extensions.components;
        let cache = self.ports.rules.cache_dir().map(std::path::Path::to_owned);
        let loaded =
            components.of(&origin, &digest, admitted.bytes().to_vec(), cache).await.map_err(failed)?;
        let about = loaded.description();
        let component = Component {
            digest,
            name: about.id.clone(),
            version: about.version.clone(),
            description: serde_json::to_value(about).unwrap_or_default(),
            origin,
            signer: admitted.signer().map(str::to_owned),
            by,
            installed_at: self.ports.clock.now(),
        };
        self.ports.store.keep_component(&component, admitted.bytes()).await?;
        Ok(component)
    }

    /// What is installed.
    pub async fn components(&self) -> Result<Vec<Component>> {
        Ok(self.ports.store.components().await?)
    }

    /// The installed component of this digest, loaded.
    pub(in crate::app) async fn installed(&self, digest: &str) -> Result<extension::Extension> {
        let cache = self.ports.rules.cache_dir().map(std::path::Path::to_owned);
        self.extensions.components.get(&self.ports.store, digest, cache).await.map_err(failed)
    }

    /// What is wrong with an extension that is to be used at a company.
    pub(in crate::app) async fn check_extension(
        &self,
        company: CompanyId,
        data: &Value,
    ) -> Result<Vec<FieldError>> {
        let Ok(extension) = serde_json::from_value::<Extension>(data.clone()) else { return Ok(Vec::new()) };
        let field = |field: &str, message: String| FieldError { field: field.to_owned(), message };
        let cache = self.ports.rules.cache_dir().map(std::path::Path::to_owned);
        let loaded = self.extensions.components.get(&self.ports.store, &extension.digest, cache).await;
        let loaded = match loaded {
            Ok(loaded) => loaded,
            Err(Missing::NotInstalled(_)) => {
                let message = "no component with this digest is installed".to_owned();
                return Ok(vec![field("digest", message)]);
            }
            Err(other) => return Err(failed(other)),
        };
        let about = loaded.description();
        let mut errors = Vec::new();
        if about.id != extension.name {
            errors.push(field("name", format!("the component calls itself «{}»", about.id)));
        }
        if !extension.services.is_empty() || !extension.service_settings.is_empty() {
            let catalog = self
                .catalogs
                .at(&*self.ports.store, company, self.ports.store.catalog_version(company).await?)
                .await?;
            let named = extension.services.iter().chain(extension.service_settings.keys());
            for service in named.filter(|service| !catalog.services.contains_key(&service.0)) {
                errors.push(field("services", format!("the company has no service {service}")));
            }
        }
        unfit("settings", &extension.settings, &about.settings, &mut errors);
        for (service, own) in &extension.service_settings {
            unfit(&format!("service_settings.{service}"), own, &about.settings, &mut errors);
        }
        for setting in about.settings.iter().filter(|setting| setting.default.is_none()) {
            if !extension.settings.contains_key(&setting.name) {
                errors.push(field(&format!("settings.{}", setting.name), "must be set".to_owned()));
            }
        }
        Ok(errors)
    }
}

fn unfit(at: &str, set: &Settings, declared: &[extension::words::Setting], errors: &mut Vec<FieldError>) {
    for (name, value) in set {
        let message = match declared.iter().find(|setting| setting.name == *name) {
            None => "the extension has no such setting".to_owned(),
            Some(setting) if !answer::fits(setting.kind, value) => {
                format!("has to be a {}", answer::setting_kind(setting.kind))
            }
            Some(_) => continue,
        };
        errors.push(FieldError { field: format!("{at}.{name}"), message });
    }
}

fn failed(missing: Missing) -> Error {
    match missing {
        Missing::Store(error) => error.into(),
        Missing::Extension(error) => Error::Extension(error),
        Missing::NotInstalled(digest) => Error::missing("component", digest),
        Missing::Interrupted => Error::Busy,
    }
}
