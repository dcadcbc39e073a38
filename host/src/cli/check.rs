//! `slotledger check`: does everything work that a host needs?

use anyhow::bail;

use super::serve::{Host, languages, rules};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::connections;
use crate::languages::Languages;

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    let mut broken = 0;
    let mut say = |what: &str, result: anyhow::Result<String>| match result {
        Ok(detail) => println!("ok      {what:<16} {detail}"),
        Err(error) => {
            broken += 1;
            println!("broken  {what:<16} {error:#}");
        }
    };
    say("store", store(&config).await);
    say("rules", rules(&config.rules).map(|rules| format!("{} {}", rules.description().id, rules.digest())));
    say("portal", languages(&config.portal).map(|known| spoken(&known)));
    match connections::open(&config.erp, &config.notices).await {
        Err(error) => say("erp", Err(error.into())),
        Ok(connections) => {
            for (name, link) in connections.iter() {
                let answer = link.books.check().await;
                let answer = answer.map(|system| {
                    format!(
                        "{} {}, {} in {}",
                        system.product, system.version, system.company, system.currency
                    )
                });
                say(&format!("erp.{name}"), answer.map_err(Into::into));
            }
        }
    }
    match connections::providers(&config.log_in) {
        Err(error) => say("log_in", Err(error.into())),
        Ok(openid) => {
            for way in openid.ways_in() {
                let answer = openid.look(&way.name, SystemClock.now()).await.map(|()| way.label);
                say(&format!("log_in.{}", way.name), answer.map_err(Into::into));
            }
        }
    }
    if broken == 0 {
        warn(&config).await?;
    }
    if broken > 0 {
        bail!("{broken} of these do not work");
    }
    Ok(())
}

/// The languages of the customer portal, and of how many texts each lacks.
fn spoken(languages: &Languages) -> String {
    let all = languages.all().map(|language| match languages.lacking(language) {
        0 => language.tag().to_owned(),
        lacking => format!("{} ({lacking} texts in English)", language.tag()),
    });
    all.collect::<Vec<_>>().join(", ")
}

/// What the books of each company will not take, as far as is known.
async fn warn(config: &Config) -> anyhow::Result<()> {
    let host = Host::open(config).await?;
    for (company, troubles) in host.app.audit_all().await? {
        for trouble in troubles {
            println!("warning {company:<16} {trouble}");
        }
    }
    Ok(())
}

async fn store(config: &Config) -> anyhow::Result<String> {
    let address = config.store.address();
    if !address.open().await?.has_keys().await? {
        bail!("there is no API key in {address}; make one with `slotledger init`");
    }
    Ok(address.to_string())
}
