//! Gives the component a small stack: nothing here recurses, and a fresh instance should touch little memory.

/// Many times what the deepest decision was seen to need; a page more or less costs nothing.
const STACK_BYTES: u32 = 64 * 1024;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo::rustc-link-arg-cdylib=-zstack-size={STACK_BYTES}");
    }
}
