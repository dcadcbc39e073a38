//! The sample company with its books in an Odoo.

use std::path::Path;

use serde_json::{Value, json};
use slotledger_odoo_server::{COMPANY as BOOKS, Server};

use super::{Answer, Host};

/// The sample's company.
const COMPANY: &str = "01980000-0000-7000-8000-000000000001";
/// What the server calls its key in the configuration's directory.
const KEY_FILE: &str = "odoo.key";

/// Adds `[erp.odoo]` to the configuration in a host's directory.
pub(super) fn configure(directory: &Path, server: &Server) {
    configure_at(directory, &server.url(), server.database(), server.user(), server.api_key());
}

/// The same by another address.
pub(super) fn configure_at(directory: &Path, url: &str, database: &str, user: &str, key: &str) {
    std::fs::write(directory.join(KEY_FILE), key).expect("the key is kept");
    let path = directory.join("slotledger.toml");
    let before = std::fs::read_to_string(&path).expect("a configuration");
    let connection = format!(
        "\n[erp.odoo]\nkind = \"odoo\"\nurl = \"{url}\"\ndatabase = \"{database}\"\nuser = \"{user}\"\n\
         company = \"{BOOKS}\"\nkey_file = \"{KEY_FILE}\"\n"
    );
    std::fs::write(path, before + &connection).expect("it is written");
}

impl Host {
    /// Has the sample company keep its books in another connection of the configuration.
    pub(super) async fn keep_books_in(&self, connection: &str) {
        self.change_company(&json!({ "erp": connection })).await;
    }

    /// Gives the sample company's record other values in these fields.
    pub(crate) async fn change_company(&self, changes: &Value) {
        let path = format!("/api/v1/companies/{COMPANY}");
        let mut company = self.get(&path).await.expect(200);
        let version = format!("\"{}\"", company["version"]);
        let fields = company.as_object_mut().expect("an object");
        for field in ["id", "company", "version", "updated_at"] {
            fields.remove(field);
        }
        fields.extend(changes.as_object().expect("an object").clone());
        let saved = self.request("PUT", &path).header("If-Match", version).json(&company);
        Answer::of(saved).await.expect(200);
    }
}
