//! `slotledger erp import`: a copy of the books' master data.

use clap::Args;
use slotledger_erp::RecordKind;

use crate::app::{Import, record_kind};
use crate::cli::progress::Counting;
use crate::cli::serve::Host;
use crate::cli::{ConfigFile, load};
use crate::model::connection;

#[derive(Debug, Args)]
pub(super) struct ImportCommand {
    #[command(flatten)]
    file: ConfigFile,
    /// The connection, as the configuration names it.
    #[arg(long)]
    connection: String,
    /// What to bring, with commas between: items, customers, providers, warehouses, tax_templates. Everything, unless
    /// it is said.
    #[arg(long, value_delimiter = ',', value_parser = kind)]
    kind: Vec<RecordKind>,
}

fn kind(text: &str) -> Result<RecordKind, String> {
    record_kind(text)
        .ok_or_else(|| "it is one of items, customers, providers, warehouses, tax_templates".to_owned())
}

pub(super) async fn run(command: ImportCommand) -> anyhow::Result<()> {
    let host = Host::open(&load(&command.file)?).await?;
    let kinds = if command.kind.is_empty() { RecordKind::ALL.to_vec() } else { command.kind };
    for kind in kinds {
        let counting = Counting::begin(connection::record_kind(kind));
        let Import { found, active, gone, .. } =
            host.app.import_records(&command.connection, kind, &mut |count| counting.at(count)).await?;
        counting.end(&format!("{found:>8} found, {active} to be used, {gone} gone since the last import"));
    }
    let mut troubled = false;
    for (company, troubles) in host.app.audit_all().await? {
        for trouble in troubles {
            troubled = true;
            println!("warning  {company}: {trouble}");
        }
    }
    if !troubled {
        println!("Every code that companies, services and providers name is known in their books.");
    }
    Ok(())
}
