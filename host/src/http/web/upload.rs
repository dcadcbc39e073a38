//! Forms with a file in them, as browsers send them: RFC 7578.
//!
//! Invariants: no more of a file is kept than a photo may have, and of one that is larger nothing; it is read on, and dropped, so
//! that the browser has finished sending and shows the answer. What a file is called, and what it is declared as, is not
//! looked at.

use std::task::Poll;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt as _, stream};
use multer::{Constraints, Field, Multipart, SizeLimit};
use url::form_urlencoded;

use super::form::{Form, Upload};
use crate::codes;
use crate::http::limits;
use crate::http::problem::Problem;

/// What the field of a form is called that takes a file.
const FILE: &str = "photo";

/// What parts the fields, where it is such a form.
pub(super) fn boundary(headers: &HeaderMap) -> Option<String> {
    multer::parse_boundary(headers.get(header::CONTENT_TYPE)?.to_str().ok()?).ok()
}

/// Reads a form; what it says besides the file has at most so many bytes.
pub(super) async fn read(boundary: String, body: Body, most: usize) -> Result<Form, Problem> {
    let all = SizeLimit::new().whole_stream((limits::PHOTO_DRAINED + most) as u64);
    let constraints = Constraints::new().size_limit(all);
    let pieces = by_pieces(body.into_data_stream());
    let mut parts = Multipart::with_constraints(pieces, boundary, constraints);
    let mut said = Vec::new();
    let mut left = most;
    let mut upload = None;
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == FILE {
            upload = Some(file(part).await?);
            continue;
        }
        let text = text(part, left).await?;
        left -= text.len();
        said.push((name, String::from_utf8_lossy(&text).into_owned()));
    }
    let said = form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
    Ok(Form::parse(said.as_bytes()).with(upload))
}

async fn text(mut part: Field<'_>, most: usize) -> Result<Bytes, Problem> {
    let mut kept = BytesMut::new();
    while let Some(data) = part.chunk().await.map_err(broken)? {
        if kept.len() + data.len() > most {
            return Err(Problem::new(codes::BODY_TOO_LARGE, "A form's fields have too many bytes."));
        }
        kept.extend_from_slice(&data);
    }
    Ok(kept.freeze())
}

async fn file(mut part: Field<'_>) -> Result<Upload, Problem> {
    let mut kept = BytesMut::new();
    let mut read = 0;
    while let Some(data) = part.chunk().await.map_err(broken)? {
        read += data.len();
        if read <= limits::PHOTO {
            kept.extend_from_slice(&data);
        } else {
            kept = BytesMut::new();
        }
    }
    Ok(if read > limits::PHOTO { Upload::TooLarge } else { Upload::Whole(kept.freeze()) })
}

/// One piece of a body at a time. Whoever takes forms apart would else take all that has arrived at once, however much that is.
fn by_pieces<E>(
    mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> impl Stream<Item = Result<Bytes, E>> {
    let mut had_one = false;
    stream::poll_fn(move |context| {
        if std::mem::take(&mut had_one) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = body.poll_next_unpin(context);
        had_one = matches!(next, Poll::Ready(Some(_)));
        next
    })
}

fn broken(error: multer::Error) -> Problem {
    if matches!(error, multer::Error::StreamSizeExceeded { .. }) {
        return Problem::new(codes::PHOTO_TOO_LARGE, "The form is far too large.");
    }
    Problem::new(codes::BAD_QUERY, format!("The form cannot be read: {error}."))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn sent(fields: &[(&str, &[u8])]) -> Body {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").bytes());
            body.extend(*value);
            body.extend(b"\r\n");
        }
        body.extend(b"--B--\r\n");
        Body::from(body)
    }

    async fn read_in(fields: &[(&str, &[u8])]) -> Result<Form, Problem> {
        read("B".to_owned(), sent(fields), 20).await
    }

    #[tokio::test]
    async fn a_form_says_what_it_says_and_has_a_file() {
        let form = read_in(&[("csrf", b"a&b"), ("photo", b"\xff\xd8\xff")]).await.unwrap();
        assert_eq!((form.text("csrf"), form.text("photo")), ("a&b", ""));
        assert_eq!(form.photo().unwrap(), &b"\xff\xd8\xff"[..]);
        for fields in [&[("csrf", &b"a"[..])][..], &[("photo", b"")]] {
            assert!(read_in(fields).await.unwrap().photo().is_err());
        }
    }

    #[tokio::test]
    async fn too_much_is_not_kept() {
        let large = vec![7; limits::PHOTO + 1];
        let form = read_in(&[("photo", &large), ("key", b"k")]).await.unwrap();
        let problem = form.photo().unwrap_err().details();
        assert_eq!((form.text("key"), &problem["code"]), ("k", &serde_json::json!("SL0134")));
        assert!(read_in(&[("photo", &large[1..])]).await.unwrap().photo().is_ok());
        assert!(read_in(&[("text", &[b'x'; 21])]).await.is_err());
    }

    #[tokio::test]
    async fn no_more_is_read_than_is_looked_at() {
        let given = Arc::new(AtomicUsize::new(0));
        let counted = given.clone();
        let head = Bytes::from("--B\r\nContent-Disposition: form-data; name=\"photo\"\r\n\r\n");
        let pieces = std::iter::once(head).chain(std::iter::repeat_n(Bytes::from(vec![7; 1000]), 90));
        let body = stream::iter(pieces).map(move |piece| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(piece)
        });
        let mut parts = Multipart::new(by_pieces(body), "B");
        let mut part = parts.next_field().await.unwrap().unwrap();
        part.chunk().await.unwrap().unwrap();
        assert!(given.load(Ordering::Relaxed) < 5, "{given:?} pieces were taken for one");
    }

    #[tokio::test]
    async fn what_is_far_too_large_is_not_read_to_its_end() {
        let endless = stream::repeat(Bytes::from(vec![7; 100_000]));
        let head = Bytes::from("--B\r\nContent-Disposition: form-data; name=\"photo\"\r\n\r\n");
        let body = Body::from_stream(stream::iter([head]).chain(endless).map(Ok::<_, std::io::Error>));
        let problem = read("B".to_owned(), body, 20).await.unwrap_err().details();
        assert_eq!(problem["code"], "SL0134");
    }

    #[tokio::test]
    async fn what_breaks_off_is_refused() {
        let body = Body::from("--B\r\nContent-Disposition: form-data; name=\"photo\"\r\n\r\nhalf");
        assert!(read("B".to_owned(), body, 20).await.is_err());
    }
}
