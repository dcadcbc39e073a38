//! `slotledger rules doc`: the words of an extension as a page.
//!
//! Invariant: every sentence on the page stands in `wit/extension`, so that page and package cannot disagree.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use wit_parser::{Docs, Function, Resolve, Type, TypeDefKind, TypeId, World, WorldItem};

use super::template;

#[derive(Debug, Args)]
pub(super) struct Doc {
    /// Writes the page to this file instead of printing it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(doc: &Doc) -> anyhow::Result<()> {
    let page = page()?;
    match &doc.out {
        Some(path) => fs::write(path, page).with_context(|| format!("cannot write {}", path.display())),
        None => {
            print!("{page}");
            Ok(())
        }
    }
}

fn page() -> anyhow::Result<String> {
    let mut resolve = Resolve::default();
    let id = resolve.push_source("extension.wit", template::WIT)?;
    let package = resolve.packages.get(id).context("the package was just read")?;
    let mut page = String::new();
    writeln!(page, "# {}\n\n{}", package.name, text(&package.docs))?;
    for world in package.worlds.values().filter_map(|world| resolve.worlds.get(*world)) {
        write_world(&mut page, &resolve, world)?;
    }
    for interface in package.interfaces.values().filter_map(|interface| resolve.interfaces.get(*interface)) {
        let name = interface.name.as_deref().unwrap_or_default();
        writeln!(page, "\n## Interface `{name}`\n\n{}", text(&interface.docs))?;
        for (name, id) in &interface.types {
            write_type(&mut page, &resolve, name, *id)?;
        }
    }
    Ok(page)
}

fn write_world(page: &mut String, resolve: &Resolve, world: &World) -> anyhow::Result<()> {
    writeln!(page, "\n## World `{}`\n\n{}", world.name, text(&world.docs))?;
    for (kind, items) in [("import", &world.imports), ("export", &world.exports)] {
        for item in items.values() {
            if let WorldItem::Function(function) = item {
                writeln!(
                    page,
                    "\n### `{kind} {}`\n\n{}",
                    signature(resolve, function),
                    text(&function.docs)
                )?;
            }
        }
    }
    Ok(())
}

fn signature(resolve: &Resolve, function: &Function) -> String {
    let params = function.params.iter().map(|param| format!("{}: {}", param.name, name(resolve, &param.ty)));
    let params = params.collect::<Vec<_>>().join(", ");
    let result = function.result.map_or_else(String::new, |ty| format!(" -> {}", name(resolve, &ty)));
    format!("{}: func({params}){result}", function.name)
}

fn write_type(page: &mut String, resolve: &Resolve, called: &str, id: TypeId) -> anyhow::Result<()> {
    let Some(definition) = resolve.types.get(id) else { return Ok(()) };
    let kind = definition.kind.as_str();
    writeln!(page, "\n### {kind} `{called}`\n\n{}", text(&definition.docs))?;
    let rows: Vec<(String, String, String)> = match &definition.kind {
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter();
            fields.map(|field| (field.name.clone(), name(resolve, &field.ty), line(&field.docs))).collect()
        }
        TypeDefKind::Variant(variant) => {
            let payload = |ty: &Option<Type>| ty.map_or_else(String::new, |ty| name(resolve, &ty));
            let cases = variant.cases.iter();
            cases.map(|case| (case.name.clone(), payload(&case.ty), line(&case.docs))).collect()
        }
        TypeDefKind::Enum(cases) => {
            let cases = cases.cases.iter();
            cases.map(|case| (case.name.clone(), String::new(), line(&case.docs))).collect()
        }
        TypeDefKind::Type(ty) => {
            writeln!(page, "\nIt is `{}`.", name(resolve, ty))?;
            Vec::new()
        }
        // The package has no others; one that comes is shown by name and documentation.
        TypeDefKind::Resource
        | TypeDefKind::Handle(_)
        | TypeDefKind::Flags(_)
        | TypeDefKind::Tuple(_)
        | TypeDefKind::Option(_)
        | TypeDefKind::Result(_)
        | TypeDefKind::List(_)
        | TypeDefKind::Map(..)
        | TypeDefKind::FixedLengthList(..)
        | TypeDefKind::Future(_)
        | TypeDefKind::Stream(_)
        | TypeDefKind::Unknown => Vec::new(),
    };
    write_table(page, &rows)
}

/// A column that is empty throughout is left out.
fn write_table(page: &mut String, rows: &[(String, String, String)]) -> anyhow::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let typed = rows.iter().any(|(_, ty, _)| !ty.is_empty());
    writeln!(page, "\n{}", if typed { "| | type | |\n| --- | --- | --- |" } else { "| | |\n| --- | --- |" })?;
    for (called, ty, about) in rows {
        match (typed, ty.is_empty()) {
            (true, true) => writeln!(page, "| `{called}` | | {about} |")?,
            (true, false) => writeln!(page, "| `{called}` | `{ty}` | {about} |")?,
            (false, _) => writeln!(page, "| `{called}` | {about} |")?,
        }
    }
    Ok(())
}

/// A type as WIT writes it.
fn name(resolve: &Resolve, ty: &Type) -> String {
    let id = match ty {
        Type::Id(id) => *id,
        Type::Bool => return "bool".to_owned(),
        Type::U8 => return "u8".to_owned(),
        Type::U16 => return "u16".to_owned(),
        Type::U32 => return "u32".to_owned(),
        Type::U64 => return "u64".to_owned(),
        Type::S8 => return "s8".to_owned(),
        Type::S16 => return "s16".to_owned(),
        Type::S32 => return "s32".to_owned(),
        Type::S64 => return "s64".to_owned(),
        Type::F32 => return "f32".to_owned(),
        Type::F64 => return "f64".to_owned(),
        Type::Char => return "char".to_owned(),
        Type::String => return "string".to_owned(),
        Type::ErrorContext => return "error-context".to_owned(),
    };
    let Some(definition) = resolve.types.get(id) else { return String::new() };
    match (&definition.name, &definition.kind) {
        (Some(called), _) => called.clone(),
        (None, TypeDefKind::List(inner)) => format!("list<{}>", name(resolve, inner)),
        (None, TypeDefKind::Option(inner)) => format!("option<{}>", name(resolve, inner)),
        (None, kind) => kind.as_str().to_owned(),
    }
}

fn text(docs: &Docs) -> &str {
    docs.contents.as_deref().unwrap_or_default().trim()
}

/// The same on one line, for a cell of a table.
fn line(docs: &Docs) -> String {
    text(docs).split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_function_type_and_field() {
        let page = page().expect("it is rendered");
        for part in [
            "# slotledger:extension@0.1.0",
            "### `export propose: func(input: input) -> list<proposal>`",
            "### record `input`",
            "| `candidates` | `list<candidate>` | What was found, for a search. |",
            "| `price-line` | `price-line` | One more line of the price. |",
            "| `deny` | It stops what is wanted. |",
            "It is `s64`.",
        ] {
            assert!(page.contains(part), "{part} is missing:\n{page}");
        }
    }
}
