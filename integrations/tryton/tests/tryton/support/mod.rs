//! What all tests here share: a server of their own, connectors to it, and postings under fresh keys.

pub(crate) mod line;
pub(crate) mod postings;
pub(crate) mod rpc;

use std::{path::Path, sync::Once};

use slotledger_erp::{Connector, Document, Failure, Posting};
use slotledger_tryton::{OnShortage, Settings, Tryton};
use slotledger_tryton_server::{Engine, Server, provision_on};

/// A fresh Tryton. The first test on a machine installs it.
pub(crate) fn server() -> Server {
    server_on(Engine::Sqlite)
}

pub(crate) fn server_on(engine: Engine) -> Server {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let template = provision_on(engine, target, &mut |step| eprintln!("{step}")).unwrap();
    Server::start(&template).unwrap()
}

pub(crate) fn settings(server: &Server) -> Settings {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
    Settings {
        url: server.url(),
        database: server.database().to_owned(),
        user: server.user().to_owned(),
        password: server.password().into(),
        company: None,
        consumption_location: Settings::CONSUMPTION_LOCATION.to_owned(),
        on_shortage: OnShortage::Refuse,
        payment_method: Some("Cash".to_owned()),
    }
}

pub(crate) fn connect(server: &Server) -> Tryton {
    Tryton::new(settings(server)).unwrap()
}

/// A connector that reaches the server by another address.
pub(crate) fn connect_by(server: &Server, url: String) -> Tryton {
    Tryton::new(Settings { url, ..settings(server) }).unwrap()
}

/// Posts in order, up to the first failure.
pub(crate) async fn post_all(books: &Tryton, postings: &[Posting]) -> Result<Vec<Document>, Failure> {
    let mut documents = Vec::new();
    for posting in postings {
        documents.push(books.post(posting).await?.document);
    }
    Ok(documents)
}

/// The only document a posting stands for.
pub(crate) async fn only(books: &Tryton, posting: &Posting) -> Document {
    let found = books.find_by_key(posting).await.unwrap();
    let [document] = found.as_slice() else { panic!("{} finds {found:?}", posting.key) };
    document.clone()
}
