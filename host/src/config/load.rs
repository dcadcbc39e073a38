//! How a configuration is read: the file, what the environment overrides, and what cannot be meant.

use std::path::{Path, PathBuf};

use super::{Config, Erp, Error};

impl Config {
    /// Reads the file and what the environment overrides.
    pub fn load(path: &Path) -> Result<Self, Error> {
        if !path.is_file() {
            return Err(Error::Missing(path.to_owned()));
        }
        let environment = config::Environment::with_prefix("SLOTLEDGER")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true);
        let source = config::Config::builder()
            .add_source(config::File::from(path).format(config::FileFormat::Toml))
            .add_source(environment)
            .build()?;
        let mut config: Self = source.try_deserialize()?;
        if config.relay.in_flight == 0 {
            let advice = "relay.in_flight is at least 1; to send nothing, set relay.enabled to false";
            return Err(config::ConfigError::Message(advice.to_owned()).into());
        }
        if config.server.connections == 0 || config.store.connections == 0 {
            let advice = "server.connections and store.connections are at least 1";
            return Err(config::ConfigError::Message(advice.to_owned()).into());
        }
        if let Some(advice) = config.portal.unfit() {
            return Err(config::ConfigError::Message(advice).into());
        }
        config.anchor(path.parent().unwrap_or(Path::new(".")));
        Ok(config)
    }

    /// Makes relative paths relative to the file's directory.
    fn anchor(&mut self, directory: &Path) {
        let anchor = |path: &mut PathBuf| *path = directory.join(&*path);
        anchor(&mut self.store.path);
        self.store.url = self.store.url.take().map(|url| url.within(directory));
        self.rules.component.as_mut().map(anchor);
        self.rules.cache.as_mut().map(anchor);
        self.portal.languages.as_mut().map(anchor);
        anchor(&mut self.rules.keys);
        anchor(&mut self.rules.lock);
        for provider in self.log_in.values_mut() {
            provider.secret_file.as_mut().map(anchor);
        }
        for notices in self.notices.values_mut() {
            notices.file.as_mut().map(anchor);
        }
        for erp in self.erp.values_mut() {
            match erp {
                Erp::Ledger(ledger) => anchor(&mut ledger.path),
                Erp::Erpnext(erpnext) => {
                    erpnext.token_file.as_mut().map(anchor);
                }
                Erp::Odoo(odoo) => {
                    odoo.key_file.as_mut().map(anchor);
                }
                Erp::Tryton(tryton) => {
                    tryton.password_file.as_mut().map(anchor);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("slotledger.toml");
        std::fs::write(&path, text).unwrap();
        (directory, path)
    }

    #[test]
    fn an_empty_file_is_a_configuration_on_loopback() {
        let (directory, path) = written("");
        let config = Config::load(&path).unwrap();
        assert!(config.server.listen.ip().is_loopback());
        assert_eq!(config.store.path, directory.path().join("slotledger.sqlite"));
    }

    #[test]
    fn an_address_takes_the_place_of_the_path_and_keeps_its_password_to_itself() {
        let url = "postgres://desk:s3cret@db.example/diary";
        let (_directory, path) = written(&format!("[store]\nurl = \"{url}\"\n"));
        let config = Config::load(&path).unwrap();
        assert_eq!(config.store.address().to_string(), "postgres://desk@db.example:5432/diary");
        assert!(!format!("{config:?}").contains("s3cret"));
        let (_directory, path) = written("[store]\nurl = \"mysql://desk:s3cret@db.example/diary\"\n");
        let error = Config::load(&path).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
    }

    #[test]
    fn a_relay_that_could_send_nothing_is_refused() {
        let (_directory, path) = written("[relay]\nin_flight = 0\n");
        let message = Config::load(&path).unwrap_err().to_string();
        assert!(message.contains("relay.enabled"), "{message}");
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let (_directory, path) = written("[server]\nport = 1\n");
        let message = Config::load(&path).unwrap_err().to_string();
        assert!(message.contains("port"), "{message}");
    }

    #[test]
    fn sites_that_embed_are_origins() {
        let load = |sites: &str| {
            let (_directory, path) = written(&format!("[portal]\nembed_from = [{sites}]\n"));
            Config::load(&path).map(|config| config.portal.sites()).map_err(|error| error.to_string())
        };
        let sites = load("\"https://www.example.org\", \"http://localhost:8080/\"").unwrap();
        assert_eq!(sites, ["https://www.example.org", "http://localhost:8080"]);
        for site in [
            "https://example.org/shop",
            "https://me@example.org",
            "https://example.org/?a",
            "data:x",
            "*",
            "file:///x",
        ] {
            let message = load(&format!("\"{site}\"")).unwrap_err();
            assert!(message.contains("portal") && message.contains("embed_from"), "{site}: {message}");
        }
    }

    #[test]
    fn connections_are_read_by_kind() {
        let (directory, path) = written(
            "[erp.books]\nkind = \"ledger\"\npath = \"b.sqlite\"\ncompany = \"C\"\ncurrency = \"EUR\"\ntax_percent = \"19\"\n",
        );
        let config = Config::load(&path).unwrap();
        let Some(Erp::Ledger(ledger)) = config.erp.get("books") else { panic!("{config:?}") };
        assert_eq!(ledger.path, directory.path().join("b.sqlite"));
        assert_eq!(ledger.tax_percent, Decimal::from(19));
    }

    #[test]
    fn a_missing_file_says_how_to_make_one() {
        let error = Config::load(Path::new("nowhere.toml")).unwrap_err();
        assert!(error.hint().contains("init"));
    }
}
