//! `slotledger check`: does everything work that a host needs?

use anyhow::bail;

use super::serve::rules;
use crate::config::Config;
use crate::connections;

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
    match connections::open(&config.erp).await {
        Err(error) => say("erp", Err(error.into())),
        Ok(connections) => {
            for (name, connector) in connections.iter() {
                let answer = connector.check().await;
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
    if broken > 0 {
        bail!("{broken} of these do not work");
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
