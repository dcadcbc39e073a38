//! `slotledger serve`: everything a host does, until it is told to stop.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Context;
use futures::future::BoxFuture;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tracing_subscriber::EnvFilter;

use crate::app::{App, Night, Ports, Recording};
use crate::clock::SystemClock;
use crate::config::{Config, Log, Portal as PortalConfig, Rules as RulesConfig};
use crate::languages::Languages;
use crate::relay::rounds::{FORGET, HOLDS, INVOICES, LOOKS, OFFERS};
use crate::relay::{self, Jitter, Relay};
use crate::store::SharedStore;
use crate::wasm::Rules;
use crate::{connections, http};

/// Whether some company's night has come is looked at once in so many rounds: about once a minute.
const NIGHT_CHECK: u32 = 60;

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    log(&config.log)?;
    let host = Host::open(&config).await?;
    let listener = TcpListener::bind(config.server.listen).await.with_context(|| {
        format!("cannot listen on {}; is another host running there?", config.server.listen)
    })?;
    let address = listener.local_addr()?;
    let (stop, stopped) = watch::channel(false);
    let background = host.background(&config, stopped.clone());
    let digest = host.app.rules().digest;
    tracing::info!(server.address = %address, rules.digest = %digest, "Slotledger answers on http://{address}");
    welcome(&config, &host.app, address).await?;
    let site = http::Site {
        url: config.server.url.clone(),
        proxies: config.server.proxies.clone(),
        languages: languages(&config.portal)?,
        embed_from: config.portal.sites(),
    };
    let terms = http::Terms { most: config.server.connections, silence: http::limits::SILENCE };
    http::serve(listener, http::router_at(host.app.clone(), site), terms, until_told(stop)).await;
    for task in background {
        task.await?;
    }
    tracing::info!("Slotledger has stopped");
    Ok(())
}

/// While nobody can log in, prints a link that makes the first administrator. It goes to the output, not into the log.
pub(super) async fn welcome(config: &Config, app: &App, address: SocketAddr) -> anyhow::Result<()> {
    if app.is_new().await? {
        let token = app.invite(None, "the first start").await?;
        let url =
            config.server.url.as_ref().map_or_else(|| format!("http://{address}/"), ToString::to_string);
        println!("first login    {}/welcome?token={token}", url.trim_end_matches('/'));
        println!("It is good once, for a day, and makes the first administrator.");
    }
    Ok(())
}

/// What a host consists of.
pub(super) struct Host {
    pub(super) app: Arc<App>,
    pub(super) store: SharedStore,
    wake: Arc<Notify>,
}

impl Host {
    pub(super) async fn open(config: &Config) -> anyhow::Result<Self> {
        let address = config.store.address();
        let opened = address.open_with(config.store.connections).await;
        let store = opened.with_context(|| format!("the store {address} cannot be opened"))?;
        let wake = Arc::new(Notify::new());
        let ports = Ports {
            store: store.clone(),
            rules: rules(&config.rules)?,
            clock: Arc::new(SystemClock),
            books: Arc::new(connections::open(&config.erp, &config.notices).await?),
            wake: wake.clone(),
        };
        let recording = Recording {
            keep_days: config.decisions.keep_days,
            one_search_in: config.decisions.one_search_in,
        };
        let app = App::new(ports).recording(recording).letting_in(connections::providers(&config.log_in)?);
        Ok(Self { app: Arc::new(app), store, wake })
    }

    /// What goes on besides answering requests, until it is told to stop.
    fn background(&self, config: &Config, stopped: watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
        let app = self.app.clone();
        let expire = move |limit| {
            let app = app.clone();
            async move { app.expire_holds(limit).await }
        };
        let app = self.app.clone();
        let offer = move |limit| {
            let app = app.clone();
            async move { app.offer_freed(limit).await }
        };
        let app = self.app.clone();
        let invoice = move |limit| {
            let app = app.clone();
            async move { app.invoice_due(limit).await }
        };
        let app = self.app.clone();
        let forget = move |limit| {
            let app = app.clone();
            async move {
                app.forget_answers().await?;
                app.forget_decisions(limit).await
            }
        };
        let mut tasks = vec![
            tokio::spawn(HOLDS.run(expire, stopped.clone())),
            tokio::spawn(OFFERS.run(offer, stopped.clone())),
            tokio::spawn(INVOICES.run(invoice, stopped.clone())),
            tokio::spawn(FORGET.run(forget, stopped.clone())),
        ];
        let (app, told) = (self.app.clone(), stopped.clone());
        tasks.push(tokio::spawn(async move { app.tell_boards(told).await }));
        let app = self.app.clone();
        tokio::spawn(async move { app.ask_connections().await });
        let app = self.app.clone();
        tokio::spawn(async move { app.count_ahead().await });
        if config.relay.enabled {
            tasks.push(tokio::spawn(LOOKS.run(self.looks(config), stopped.clone())));
            tasks.push(tokio::spawn(Arc::new(self.relay(config)).run(stopped)));
        }
        tasks
    }

    /// Puts the looks of the night in line now and then, and does those that wait.
    fn looks(
        &self,
        config: &Config,
    ) -> impl Fn(u32) -> BoxFuture<'static, crate::app::Result<u32>> + Send + Sync + use<> {
        let night = Night { hour: config.reconciliation.hour, days: config.reconciliation.days };
        let (nightly, app) = (config.reconciliation.nightly, self.app.clone());
        let asked = Arc::new(AtomicU32::new(0));
        move |limit| {
            let (app, asked) = (app.clone(), asked.clone());
            Box::pin(async move {
                if nightly && asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(NIGHT_CHECK) {
                    app.ask_nightly(night).await?;
                }
                app.reconcile_waiting(limit).await
            })
        }
    }

    fn relay(&self, config: &Config) -> Relay {
        let ports = relay::Ports {
            outbox: self.store.clone(),
            books: self.app.clone(),
            clock: Arc::new(SystemClock),
            wake: self.wake.clone(),
            jitter: Box::new(Jitter::draw),
        };
        let settings = relay::Settings {
            in_flight: config.relay.in_flight,
            longest_call: Duration::from_secs(config.relay.longest_call_seconds),
            lease_margin: Duration::from_secs(config.relay.lease_margin_seconds),
            ..relay::Settings::default()
        };
        Relay::new(ports, settings)
    }
}

/// Loads the component that decides.
pub(super) fn rules(config: &RulesConfig) -> anyhow::Result<Rules> {
    if let Some(cache) = &config.cache {
        std::fs::create_dir_all(cache)
            .with_context(|| format!("cannot make the cache {}", cache.display()))?;
    }
    let loaded = match &config.component {
        Some(path) => Rules::from_file(path, config.digest.as_deref(), config.cache.as_deref()),
        None => Rules::embedded(config.cache.as_deref()),
    };
    loaded.map_err(|error| {
        let advice = format!("{}: {}", error.code(), error.hint());
        anyhow::Error::new(error).context(advice)
    })
}

/// Reads the languages of the customer portal.
pub(super) fn languages(config: &PortalConfig) -> anyhow::Result<Languages> {
    Languages::load(config.languages.as_deref()).map_err(|error| {
        let advice = error.hint();
        anyhow::Error::new(error).context(advice)
    })
}

fn log(config: &Log) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.filter)
        .with_context(|| format!("«{}» is no log filter; try \"info\"", config.filter))?;
    let colours = std::io::stderr().is_terminal();
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    if config.json {
        builder.json().init()
    } else {
        builder.with_target(false).init()
    }
    Ok(())
}

/// Returns when the host is told to stop, and passes it on.
async fn until_told(stop: watch::Sender<bool>) {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    tracing::info!("stopping; what is in hand is finished first");
    stop.send_replace(true);
}
