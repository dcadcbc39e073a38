//! What a component of any version may do, and what all of them are asked.
//!
//! Invariant: an instance is linked with `log` and nothing else. No adapter links anything by itself.

use wasmtime::component::{Component, ComponentNamedList, HasSelf, InstancePre, Lift, Linker, Lower};

use crate::extension::bindings::words::{Description, Finding, Input, Proposal};
use crate::extension::{WORLD, bindings, limits};
use crate::wasm;
use crate::wasm::engine::Engine;
use crate::wasm::export::Export;
use crate::wasm::session::{self, Failure, Spent, State};

/// A component that is linked, and the exports that every version has.
pub(in crate::extension) struct Common {
    instance: InstancePre<State>,
    describe: Export,
    propose: Export,
    review: Export,
}

impl Common {
    pub(super) fn of(engine: &Engine, component: &Component, name: &str) -> Result<Self, wasm::Error> {
        let unfit = |error: wasmtime::Error| misfit(name, format!("{error:#}"));
        let mut linker = Linker::new(engine.linked());
        bindings::Extension::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state)
            .map_err(unfit)?;
        let instance = linker.instantiate_pre(component).map_err(unfit)?;
        Ok(Self {
            instance,
            describe: export(component, name, "describe")?,
            propose: export(component, name, "propose")?,
            review: export(component, name, "review")?,
        })
    }

    pub(super) fn instance(&self) -> &InstancePre<State> {
        &self.instance
    }

    pub(super) fn describe(&self, engine: &Engine) -> Result<Description, Failure> {
        let (description, _) = self.ask(engine, &self.describe, limits::FUEL_DESCRIBE, ())?;
        Ok(description)
    }

    pub(super) fn propose(
        &self,
        engine: &Engine,
        fuel: u64,
        input: &Input,
    ) -> Result<(Vec<Proposal>, Spent), Failure> {
        self.ask(engine, &self.propose, fuel, (input,))
    }

    pub(super) fn review(
        &self,
        engine: &Engine,
        fuel: u64,
        input: &Input,
    ) -> Result<(Vec<Finding>, Spent), Failure> {
        self.ask(engine, &self.review, fuel, (input,))
    }

    /// Asks an export in an instance of its own.
    pub(super) fn ask<Params, Answer>(
        &self,
        engine: &Engine,
        export: &Export,
        fuel: u64,
        params: Params,
    ) -> Result<(Answer, Spent), Failure>
    where
        Params: ComponentNamedList + Lower,
        Answer: Lift + 'static,
        (Answer,): ComponentNamedList + Lift,
    {
        session::run(engine, &self.instance, export, fuel, params)
    }
}

/// An export of a component.
pub(super) fn export(component: &Component, name: &str, export: &str) -> Result<Export, wasm::Error> {
    Export::of(component, export).ok_or_else(|| misfit(name, export.to_owned()))
}

/// An error about what a component lacks, or has with another type.
pub(super) fn misfit(name: &str, what: String) -> wasm::Error {
    let (name, missing) = (name.to_owned(), vec![what]);
    wasm::Error::WrongWorld { name, world: WORLD.name, missing, imported: Vec::new() }
}
