//! An export of a component, whose type is looked at once.
//!
//! Invariant: it is called without a look at its type only with the very types that fitted it before. It belongs to one
//! component, and a component's types are the same in each of its instances: none here has resources.

use std::any::TypeId;
use std::sync::OnceLock;

use wasmtime::Store;
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, Instance, Lift, Lower, TypedFunc,
};

/// An export of one component.
pub(crate) struct Export {
    index: ComponentExportIndex,
    /// What it was first called with and answered. Looking at the type of the rules' longest input again takes as long as
    /// answering.
    fitted: OnceLock<TypeId>,
}

impl Export {
    /// The export of this name, if the component has one.
    pub(crate) fn of(component: &Component, name: &str) -> Option<Self> {
        let index = component.get_export_index(None, name)?;
        Some(Self { index, fitted: OnceLock::new() })
    }

    /// The function in an instance of the component.
    pub(super) fn typed<Params, Answer, State>(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
    ) -> wasmtime::Result<TypedFunc<Params, (Answer,)>>
    where
        Params: ComponentNamedList + Lower,
        (Answer,): ComponentNamedList + Lift,
        State: 'static,
    {
        let wanted = typeid::of::<(Params, Answer)>();
        if self.fitted.get() == Some(&wanted) {
            return self.as_before(store, instance);
        }
        let function = instance.get_typed_func::<Params, (Answer,)>(store, &self.index)?;
        // Another type that fits is looked at each time.
        let _ = self.fitted.set(wanted);
        Ok(function)
    }

    #[allow(unsafe_code, reason = "the engine looks at an export's type anew in each instance")]
    fn as_before<Params, Answer, State>(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
    ) -> wasmtime::Result<TypedFunc<Params, (Answer,)>>
    where
        Params: ComponentNamedList + Lower,
        (Answer,): ComponentNamedList + Lift,
        State: 'static,
    {
        let function = instance.get_func(store, self.index);
        let function = function.ok_or_else(|| wasmtime::format_err!("an export is gone"))?;
        // SAFETY: `typed` has found that the export's type, which is the same in each instance of the component, fits
        // `Params` and `Answer`; lifetimes, which `typeid` does not tell apart, are no part of it.
        Ok(unsafe { TypedFunc::new_unchecked(function) })
    }
}
