//! Pictures as they are sent, made into pictures as they are kept.
//!
//! Invariants: what a file is, its content says, never its name or what it was declared as. What is kept is painted anew
//! from the pixels, upright: nothing else of what was sent survives, neither where it was taken nor what a phone hid in it.
//! How large a picture claims to be is looked at before anything is made room for.
//!
//! Deliberately absent: how many bytes are taken, which whoever reads them sees to.

use std::io::Cursor;
use std::sync::Arc;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage, Rgba,
};
use tokio::sync::Semaphore;

use super::super::{Error, Result};
use crate::codes::{self, Code};
use crate::model::Picture;

/// Pixels on the long side of what is kept: a name plate can be read, and it has some 600 kB.
const FULL: u32 = 2048;
/// The same of what lists show: as wide as a thumb, on the finest screens.
const SMALL: u32 = 320;
/// How exactly JPEG keeps it, of a hundred: beyond this files grow and nobody sees why.
const QUALITY: u8 = 85;
/// Most pixels of what is sent: what the finest cameras of phones make.
const PIXELS: u64 = 52_000_000;
/// Most bytes that the pixels of one picture take once they are unpacked. Reading the worst takes twice as much besides.
const ROOM: u64 = 256 * 1024 * 1024;
/// Pictures painted at once. One takes a fraction of a second, and nobody waits for it at a customer's door.
const AT_ONCE: usize = 1;

/// A picture ready to be kept.
#[derive(Debug)]
pub(super) struct Painted {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) picture: Picture,
}

/// Paints pictures, one at a time, apart from the threads that answer requests.
pub(in crate::app) struct Painter {
    turns: Arc<Semaphore>,
}

impl Default for Painter {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Painter {
    pub(super) async fn paint(&self, sent: Bytes) -> Result<Painted> {
        let turn = self.turns.clone().acquire_owned().await;
        let turn = turn.map_err(|error| Error::Inside(error.to_string()))?;
        let work = move || {
            // Whoever sent it may have gone meanwhile; what it takes is taken until it is done.
            let _turn = turn;
            painted(&sent)
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.unwrap_or_else(|_| Err(broken("makes the program that reads it fail")))
    }
}

fn painted(sent: &[u8]) -> Result<Painted> {
    let upright = read(sent)?;
    let full = opaque(within(upright, FULL));
    let (width, height) = full.dimensions();
    let small = within(DynamicImage::ImageRgb8(full.clone()), SMALL).into_rgb8();
    Ok(Painted { width, height, picture: Picture { full: jpeg(&full)?, small: jpeg(&small)? } })
}

fn read(sent: &[u8]) -> Result<DynamicImage> {
    let format = kind(sent)?;
    let mut reader = ImageReader::with_format(Cursor::new(sent), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(ROOM);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS || decoder.total_bytes() > ROOM {
        return Err(too_fine(&format!("has {width} × {height} pixels")));
    }
    if format == ImageFormat::Jpeg && !is_whole(sent) {
        return Err(broken("breaks off"));
    }
    // One that says nothing sensible is taken as it is.
    let orientation = decoder.orientation().ok();
    let mut image = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    if let Some(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    Ok(image)
}

fn kind(sent: &[u8]) -> Result<ImageFormat> {
    if sent.is_empty() {
        return Err(unfit(codes::NO_PICTURE, "is empty"));
    }
    let format = image::guess_format(sent).ok();
    let taken =
        |format: &ImageFormat| matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP);
    format.filter(taken).ok_or_else(|| unfit(codes::NO_PICTURE, "is neither JPEG nor PNG nor WebP"))
}

/// Whether a JPEG goes on to its end. What is missing of it decoders paint grey, and say nothing.
fn is_whole(jpeg: &[u8]) -> bool {
    const END: u8 = 0xd9;
    let mut rest = jpeg.get(2..).unwrap_or_default();
    while let Some(at) = rest.iter().position(|byte| *byte == 0xff) {
        rest = &rest[at + 1..];
        let Some((&marker, after)) = rest.split_first() else { return false };
        match marker {
            END => return true,
            // It was one of several that fill up.
            0xff => {}
            // Those that stand alone, and an 0xff that is part of the picture.
            0x00 | 0x01 | 0xd0..=0xd8 => rest = after,
            // A segment says how long it is. What one of them holds may be a small picture with an end of its own.
            _ => {
                let Some(&[high, low]) = after.first_chunk() else { return false };
                let Some(next) = after.get(usize::from(u16::from_be_bytes([high, low]))..) else {
                    return false;
                };
                rest = next;
            }
        }
    }
    false
}

/// No longer than this on its long side.
fn within(image: DynamicImage, long: u32) -> DynamicImage {
    if image.width().max(image.height()) <= long { image } else { image.thumbnail(long, long) }
}

/// What is transparent is white.
fn opaque(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let image = image.into_rgba8();
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let Rgba([red, green, blue, alpha]) = *image.get_pixel(x, y);
        Rgb([red, green, blue].map(|part| on_white(part, alpha)))
    })
}

fn on_white(part: u8, alpha: u8) -> u8 {
    let dark = u16::from(u8::MAX - part) * u16::from(alpha) / u16::from(u8::MAX);
    u8::MAX - u8::try_from(dark).unwrap_or(u8::MAX)
}

fn jpeg(image: &RgbImage) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let written = JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(image);
    written.map_err(|error| Error::Inside(format!("a picture cannot be written: {error}")))?;
    Ok(bytes)
}

fn unreadable(error: ImageError) -> Error {
    match error {
        ImageError::Limits(_) => too_fine("takes too much room"),
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::Unsupported(_)
        | ImageError::IoError(_) => broken(&format!("cannot be read: {error}")),
    }
}

fn broken(message: &str) -> Error {
    unfit(codes::BROKEN_PICTURE, message)
}

fn too_fine(message: &str) -> Error {
    unfit(codes::TOO_MANY_PIXELS, message)
}

fn unfit(code: Code, message: &str) -> Error {
    Error::Unfit { code, field: "photo", message: message.to_owned() }
}

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
