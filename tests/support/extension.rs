//! Extensions that are made in a moment: a module of a few lines, and the world around it.

use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// An extension that is asked at `hold` and changes nothing.
#[derive(Debug, Clone)]
pub(crate) struct Small {
    /// What it calls itself.
    pub(crate) id: &'static str,
    /// Its own version.
    pub(crate) version: &'static str,
    /// The version of the package that it says it was built for.
    pub(crate) wit_version: &'static str,
    /// The directory of that package.
    pub(crate) wit: &'static str,
    /// Whether it says that it may add to the price, so that it is asked what it would have changed.
    pub(crate) proposes: bool,
    /// Whether it finds that nothing may be booked.
    pub(crate) denies: bool,
    /// Whether it breaks off whenever it is asked what speaks against a visit.
    pub(crate) fails: bool,
    /// Further functions of the module.
    pub(crate) more: &'static str,
}

impl Default for Small {
    fn default() -> Self {
        Self {
            id: "org.example.small",
            version: "1.0.0",
            wit_version: "0.1.0",
            wit: "wit/extension/0.1.0",
            proposes: false,
            denies: false,
            fails: false,
            more: "",
        }
    }
}

impl Small {
    pub(crate) fn component(&self) -> Vec<u8> {
        let mut module = wat::parse_str(self.text()).expect("the program is well formed");
        let mut resolve = Resolve::default();
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(self.wit);
        let (package, _) = resolve.push_path(wit).expect("the package");
        let world = resolve.select_world(&[package], Some("extension")).expect("its world");
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)
            .expect("the world fits");
        let mut encoder = ComponentEncoder::default();
        encoder.module(&module).expect("the module fits the world");
        encoder.encode().expect("it makes a component")
    }

    /// At 64 lies the description, at 128 an empty list, at 136 a list of one finding, which lies at 160; texts begin at
    /// 512, and memory is handed out from 4096.
    fn text(&self) -> String {
        let Self { id, version, wit_version, more, .. } = self;
        let (mut texts, mut at) = (String::new(), 512);
        let mut place = |text: &str| {
            let place = format!("{}{}", word(at), word(text.len()));
            texts.push_str(text);
            at += text.len();
            place
        };
        let described = [*id, version, wit_version, "It is small."].map(&mut place).concat();
        let (code, message) = (place("closed"), place("Nothing may be booked."));
        let finding = format!("{}{code}{message}{}", word(0), word(0));
        let hooks = format!("{}{}", word(192), word(1));
        let (nothing, one) = (word(0).repeat(2), format!("{}{}", word(160), word(1)));
        // The hook `hold` and the proposal `price-line`, which are 1 and 0.
        let proposals = if self.proposes { format!("{}{}", word(193), word(1)) } else { nothing.clone() };
        let review = if self.denies { 136 } else { 128 };
        let breaks = if self.fails { "(unreachable)" } else { "" };
        format!(
            r#"(module
                (memory (export "memory") 16)
                (global $top (mut i32) (i32.const 4096))
                (data (i32.const 64) "{described}{hooks}{proposals}{nothing}")
                (data (i32.const 136) "{one}")
                (data (i32.const 160) "{finding}")
                (data (i32.const 192) "\01")
                (data (i32.const 512) "{texts}")
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    (local $at i32)
                    (local.set $at (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
                    (global.set $top (i32.add (local.get $at) (local.get 3)))
                    (local.get $at))
                (func (export "describe") (result i32) (i32.const 64))
                (func (export "propose") (param i32) (result i32) (i32.const 128))
                (func (export "review") (param i32) (result i32) {breaks} (i32.const {review}))
                {more})"#
        )
    }
}

/// A number as it lies in memory, escaped.
fn word(number: usize) -> String {
    let number = u32::try_from(number).expect("a small number");
    number.to_le_bytes().iter().map(|byte| format!("\\{byte:02x}")).collect()
}
