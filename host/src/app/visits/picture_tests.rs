//! Pictures as phones and others send them.

use image::ExtendedColorType;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;

use super::*;

const RED: Rgb<u8> = Rgb([250, 10, 10]);
const BLUE: Rgb<u8> = Rgb([10, 10, 250]);

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { RED } else { BLUE })
}

/// A JPEG whose EXIF says how it is turned, and where it was taken.
fn taken(image: &RgbImage, orientation: u8) -> Vec<u8> {
    let plain = jpeg(image).unwrap();
    let exif = [
        &b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..],
        &[orientation],
        b"\0\0\0\0\0\0GPS 52.52 N 13.40 E",
    ]
    .concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &exif, &plain[2..]].concat()
}

fn png(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image.write_with_encoder(PngEncoder::new(&mut bytes)).unwrap();
    bytes
}

fn shown(picture: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(picture, ImageFormat::Jpeg).unwrap().into_rgb8()
}

fn is_near(one: Rgb<u8>, other: Rgb<u8>) -> bool {
    one.0.iter().zip(other.0).all(|(one, other)| one.abs_diff(other) < 40)
}

fn refusal(sent: &[u8]) -> &'static str {
    match painted(sent) {
        Err(Error::Unfit { code, .. }) => code.code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_photo_is_turned_upright_and_nothing_else_of_it_is_kept() {
    let sent = taken(&halves(40, 20), 6);
    assert!(sent.windows(3).any(|bytes| bytes == b"GPS"));
    let painted = painted(&sent).unwrap();
    assert_eq!((painted.width, painted.height), (20, 40));
    let image = shown(&painted.picture.full);
    // A quarter to the right: what was on the left is above.
    assert!(is_near(*image.get_pixel(10, 5), RED) && is_near(*image.get_pixel(10, 35), BLUE));
    for kept in [&painted.picture.full, &painted.picture.small] {
        assert!(!kept.windows(4).any(|bytes| bytes == b"Exif" || bytes == b"GPS "), "nothing survives");
    }
}

#[test]
fn a_large_picture_becomes_smaller_and_a_small_one_stays() {
    let large = painted(&jpeg(&halves(3000, 1500)).unwrap()).unwrap();
    assert_eq!((large.width, large.height), (2048, 1024));
    assert_eq!(shown(&large.picture.small).dimensions(), (320, 160));
    let small = painted(&jpeg(&halves(30, 20)).unwrap()).unwrap();
    assert_eq!((small.width, small.height), (30, 20));
    assert_eq!(shown(&small.picture.small).dimensions(), (30, 20));
}

#[test]
fn what_is_transparent_is_white() {
    let clear = image::RgbaImage::from_pixel(8, 8, Rgba([0, 0, 0, 0]));
    let painted = painted(&png(&DynamicImage::ImageRgba8(clear))).unwrap();
    assert!(is_near(*shown(&painted.picture.full).get_pixel(4, 4), Rgb([255, 255, 255])));
    assert_eq!([on_white(0, 255), on_white(7, 255), on_white(0, 0), on_white(255, 9)], [0, 7, 255, 255]);
}

#[test]
fn png_and_webp_of_every_depth_are_taken() {
    let image = halves(12, 8);
    let deep = DynamicImage::ImageRgb8(image.clone()).into_rgb16();
    let grey = DynamicImage::ImageRgb8(image.clone()).into_luma8();
    for of in [DynamicImage::ImageRgb16(deep), DynamicImage::ImageLuma8(grey)] {
        assert_eq!(painted(&png(&of)).unwrap().width, 12);
    }
    let mut webp = Vec::new();
    WebPEncoder::new_lossless(&mut webp).encode(image.as_raw(), 12, 8, ExtendedColorType::Rgb8).unwrap();
    assert_eq!(painted(&webp).unwrap().height, 8);
    assert_eq!(refusal(&webp[..webp.len() - 8]), "SL0132");
}

#[test]
fn what_is_no_picture_is_refused_whatever_it_is_called() {
    for sent in [&b""[..], b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", &[0; 64]] {
        assert_eq!(refusal(sent), "SL0131", "{sent:?}");
    }
}

#[test]
fn what_breaks_off_is_refused() {
    let whole = taken(&halves(64, 48), 1);
    for end in [4, 30, whole.len() / 2, whole.len() - 2] {
        assert_eq!(refusal(&whole[..end]), "SL0132", "{end}");
    }
    // Phones put a film behind the end.
    assert!(painted(&[&whole[..], b"film\xff\xff"].concat()).is_ok());
    let whole = png(&DynamicImage::ImageRgb8(halves(64, 48)));
    for end in [20, whole.len() / 2, whole.len() - 30] {
        assert_eq!(refusal(&whole[..end]), "SL0132", "{end}");
    }
}

/// A PNG of a few bytes that claims to be this large.
fn claiming(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(&DynamicImage::ImageRgb8(halves(2, 2)));
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&bytes[12..29]).to_be_bytes();
    bytes[29..33].copy_from_slice(&sum);
    bytes
}

/// The sum that a PNG's parts carry: ISO 3309.
fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 },
        )
    };
    !bytes.iter().fold(u32::MAX, step)
}

#[test]
fn a_picture_that_claims_to_be_huge_is_refused_before_it_is_unpacked() {
    for (width, height) in [(100_000, 100_000), (60_000, 1_000), (u32::MAX >> 1, u32::MAX >> 1)] {
        assert_eq!(refusal(&claiming(width, height)), "SL0135", "{width} × {height}");
    }
    // A JPEG of its greatest size.
    let mut huge = jpeg(&halves(16, 16)).unwrap();
    let frame = huge.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    huge[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(refusal(&huge), "SL0135");
}
