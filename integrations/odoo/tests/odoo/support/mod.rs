//! What all tests here share: a server of their own, connectors to it, and postings under fresh keys.

pub(crate) mod line;
pub(crate) mod postings;
pub(crate) mod rpc;

use std::{path::Path, sync::Once};

use secrecy::SecretString;
use slotledger_erp::{Administration, Connector, Document, Failure, Mode, Posted, Posting, Standing};
use slotledger_odoo::{Odoo, Settings};
use slotledger_odoo_server::{COMPANY, Edition, Server, provision};

/// A fresh Odoo of an edition, or none where tests shall not run against it. The first test on a machine installs it.
pub(crate) fn server(edition: Edition) -> Option<Server> {
    if !edition.wanted() {
        eprintln!("not run: Odoo {} is not asked for, or cannot be installed here", edition.number());
        return None;
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let postgres = slotledger_postgres_server::shared().unwrap();
    let template = provision(target, edition, &postgres, &mut |step| eprintln!("{step}")).unwrap();
    Some(Server::start(&template, &postgres).unwrap())
}

/// A server that is prepared for documents.
pub(crate) async fn prepared(edition: Edition) -> Option<Server> {
    let server = server(edition)?;
    let checks = connect(&server).prepare(Mode::Apply).await.unwrap();
    let wrong: Vec<_> = checks.iter().filter(|check| check.standing == Standing::Wrong).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    Some(server)
}

pub(crate) fn settings(server: &Server) -> Settings {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
    let key = SecretString::from(server.api_key());
    Settings {
        user: Some(server.user().to_owned()),
        company: Some(COMPANY.to_owned()),
        ..Settings::new(server.url(), server.database(), key)
    }
}

pub(crate) fn connect(server: &Server) -> Odoo {
    Odoo::new(settings(server)).unwrap()
}

/// A connector that reaches the server by another address.
pub(crate) fn connect_by(server: &Server, url: String) -> Odoo {
    Odoo::new(Settings { url, ..settings(server) }).unwrap()
}

/// Posts in order, up to the first failure.
pub(crate) async fn post_all(books: &Odoo, postings: &[Posting]) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for posting in postings {
        documents.push(books.post(posting).await?.document);
    }
    Ok(documents)
}

/// Posts what has to be made, and again what then has to be adopted.
pub(crate) async fn made(books: &Odoo, posting: &Posting) -> Document {
    let made = books.post(posting).await.unwrap_or_else(|failure| panic!("{}: {failure:?}", posting.key));
    assert!(!made.adopted, "{} stood already", posting.key);
    assert_eq!(only(books, posting).await, made.document);
    let again = books.post(posting).await.unwrap();
    assert_eq!(again, Posted::adopted(made.document.clone()));
    made.document
}

/// The only document a posting stands for.
pub(crate) async fn only(books: &Odoo, posting: &Posting) -> Document {
    let found = books.find_by_key(posting).await.unwrap();
    let [document] = found.as_slice() else { panic!("{} finds {found:?}", posting.key) };
    document.clone()
}
