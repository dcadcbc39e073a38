//! The artefact: a manifest, a configuration and one layer, as CNCF's layout for WebAssembly says.
//!
//! The signature is an annotation of the manifest and no second layer, because other tools refuse more than one.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use wasmparser::{Parser, Payload};

use super::super::{Error, digest};
use crate::extension::trust::{SHA256, is_digest};

pub(super) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const CONFIG_TYPE: &str = "application/vnd.wasm.config.v0+json";
pub(super) const LAYER_TYPE: &str = "application/wasm";

/// The annotation that holds the text of the `.minisig` file.
const SIGNATURE: &str = "slotledger.minisig";

/// What is published.
#[derive(Debug, Clone)]
pub struct Artefact {
    /// The component.
    pub component: Vec<u8>,
    /// The text of its signature.
    pub signature: Option<String>,
    /// When it is published.
    pub created: DateTime<Utc>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    schema_version: u32,
    #[serde(default)]
    media_type: Option<String>,
    config: Descriptor,
    layers: Vec<Descriptor>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    media_type: String,
    digest: String,
    pub(super) size: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config<'a> {
    created: String,
    architecture: &'a str,
    os: &'a str,
    layer_digests: [String; 1],
    component: Interface,
}

/// The names that a component has in common with others.
#[derive(Default, Serialize)]
struct Interface {
    exports: Vec<String>,
    imports: Vec<String>,
    target: Option<String>,
}

impl Descriptor {
    fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: format!("{SHA256}{}", digest(bytes)),
            size: bytes.len() as u64,
        }
    }

    /// SHA-256, hexadecimal.
    pub(super) fn hex(&self) -> &str {
        self.digest.strip_prefix(SHA256).unwrap_or_default()
    }
}

impl Manifest {
    /// The manifest of an artefact, and its configuration's bytes.
    pub(super) fn of(artefact: &Artefact) -> Result<(Self, Vec<u8>), Error> {
        let layer = Descriptor::of(LAYER_TYPE, &artefact.component);
        let config = Config {
            created: artefact.created.to_rfc3339_opts(SecondsFormat::Secs, true),
            architecture: "wasm",
            // What the layout calls components of any world.
            os: "wasip2",
            layer_digests: [layer.digest.clone()],
            component: interface(&artefact.component)?,
        };
        let config = serde_json::to_vec(&config).map_err(unreadable)?;
        let annotations =
            artefact.signature.iter().map(|text| (SIGNATURE.to_owned(), text.clone())).collect();
        let manifest = Self {
            schema_version: 2,
            media_type: Some(MANIFEST_TYPE.to_owned()),
            config: Descriptor::of(CONFIG_TYPE, &config),
            layers: vec![layer],
            annotations,
        };
        Ok((manifest, config))
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(bytes).map_err(unreadable)
    }

    pub(super) fn write(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(self).map_err(unreadable)
    }

    /// The component's layer, if this is an artefact that holds one.
    pub(super) fn component(&self) -> Result<&Descriptor, Error> {
        if self.config.media_type != CONFIG_TYPE {
            let reason = format!("it is no WebAssembly but {}", self.config.media_type);
            return Err(Error::unusable("the artefact", reason));
        }
        match self.layers.as_slice() {
            [layer] if layer.media_type == LAYER_TYPE && is_digest(layer.hex()) => Ok(layer),
            [layer] => Err(Error::unusable("the artefact", format!("its layer is {}", layer.media_type))),
            layers => {
                Err(Error::unusable("the artefact", format!("it has {} layers, not one", layers.len())))
            }
        }
    }

    pub(super) fn signature(&self) -> Option<String> {
        self.annotations.get(SIGNATURE).cloned()
    }
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::unusable("the manifest", error.to_string())
}

/// What a component exports and imports, which registries show to who looks for one.
#[allow(clippy::wildcard_enum_match_arm, reason = "other sections say nothing about either")]
fn interface(component: &[u8]) -> Result<Interface, Error> {
    let wrong = |reason: String| Error::unusable("the file", reason);
    if !Parser::is_component(component) {
        return Err(wrong("it is no WebAssembly component".to_owned()));
    }
    let mut interface = Interface::default();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(|error| wrong(error.to_string()))? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports {
                    let name = import.map_err(|error| wrong(error.to_string()))?.name;
                    interface.imports.push(name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                for export in exports {
                    let name = export.map_err(|error| wrong(error.to_string()))?.name;
                    interface.exports.push(name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(interface)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artefact(signature: Option<&str>) -> Artefact {
        Artefact {
            component: wat::parse_str(
                "(component (import \"log\" (func)) (core module) (component (export \"inner\" (core module 0)) (core module)) \
                 (export \"review\" (core module 0)))",
            )
            .unwrap_or_else(|error| panic!("{error}")),
            signature: signature.map(str::to_owned),
            created: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_artefact_is_laid_out_as_other_tools_expect_it() {
        let (manifest, config) = Manifest::of(&artefact(Some("signature"))).unwrap();
        let config: serde_json::Value = serde_json::from_slice(&config).unwrap();
        assert_eq!(config["created"], "1970-01-01T00:00:00Z");
        assert_eq!(config["component"]["imports"], serde_json::json!(["log"]));
        assert_eq!(config["component"]["exports"], serde_json::json!(["review"]));
        let read = Manifest::read(&manifest.write().unwrap()).unwrap();
        assert_eq!(read.component().unwrap().hex(), digest(&artefact(None).component));
        assert_eq!(config["layerDigests"][0], read.component().unwrap().digest);
        assert_eq!(read.signature().as_deref(), Some("signature"));
    }

    #[test]
    fn what_is_no_component_is_not_published() {
        for bytes in [&b""[..], b"\0asm\x01\0\0\0", b"\0asm\x0d\0\x01\0\xff\xff"] {
            let artefact = Artefact { component: bytes.to_vec(), ..artefact(None) };
            assert_eq!(Manifest::of(&artefact).unwrap_err().code(), "SL0439");
        }
    }

    #[test]
    fn other_artefacts_are_refused_by_their_types() {
        let (manifest, _) = Manifest::of(&artefact(None)).unwrap();
        let text = String::from_utf8(manifest.write().unwrap()).unwrap();
        for (from, to) in [
            (CONFIG_TYPE, "application/vnd.oci.image.config.v1+json"),
            (LAYER_TYPE, "application/vnd.oci.image.layer.v1.tar+gzip"),
            ("sha256:", "sha512:"),
        ] {
            let other =
                Manifest::read(text.replace(&format!("\"{from}"), &format!("\"{to}")).as_bytes()).unwrap();
            assert_eq!(other.component().unwrap_err().code(), "SL0439", "{to}");
        }
        assert!(Manifest::read(b"{\"schemaVersion\":2,\"manifests\":[]}").is_err());
    }
}
