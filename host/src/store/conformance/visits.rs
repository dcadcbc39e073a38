//! What was noted and photographed at visits.

use super::Twice;
use super::accounts::account;
use super::house::{House, id, minute};
use crate::model::{Actor, AppointmentId, By, Note, Photo, Picture, PictureSize, Removed};
use crate::store::{Answer, Error, SharedStore};

const MOST: u32 = 3;

fn note(appointment: AppointmentId, at: i64, text: &str) -> Note {
    Note {
        id: id().into(),
        appointment,
        text: text.to_owned(),
        actor: Actor::Provider,
        by: None,
        at: minute(at),
    }
}

fn photo(appointment: AppointmentId, at: i64) -> Photo {
    Photo {
        id: id().into(),
        appointment,
        media_type: Photo::MEDIA_TYPE.to_owned(),
        width: 640,
        height: 480,
        bytes: 3,
        sha256: "a".repeat(64),
        actor: Actor::Staff,
        by: None,
        at: minute(at),
        removed: None,
    }
}

fn picture() -> Picture {
    Picture { full: vec![1, 0, 255], small: vec![2] }
}

fn answer(key: &str) -> Answer {
    let (key, fingerprint, body) = (key.to_owned(), "f".to_owned(), "{}".to_owned());
    Answer { key, fingerprint, status: 201, body, at: minute(0) }
}

/// A note and two photos, the picture of one of which was removed.
pub(crate) async fn worked(store: &SharedStore, at: AppointmentId) {
    assert!(store.add_note(&note(at, 0, "The valve is new."), MOST, None).await.expect("a write"));
    let gone = photo(at, 1);
    for photo in [&photo(at, 0), &gone] {
        assert!(store.add_photo(photo, &picture(), MOST, None).await.expect("a write"));
    }
    let removed = Removed { by: None, at: minute(2) };
    assert!(store.remove_photo(at, gone.id, &removed).await.expect("a write"));
}

pub(crate) async fn notes_are_read_in_order_with_who_wrote_them(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let visit = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot").id;
    let other = house.store(&twice.one, house.hold(60, 120)).await.expect("a free slot").id;
    let ana = account("ana@example.org");
    twice.one.add_account(&ana).await.expect("a new account");
    let by = |name: Option<&str>| Some(By { id: ana.id.0, name: name.map(str::to_owned) });
    let late = note(visit, 5, "Later");
    let early = Note { by: by(None), ..note(visit, 1, "First\nof two lines") };
    for one in [&late, &early, &note(other, 0, "Elsewhere")] {
        assert!(twice.one.add_note(one, MOST, None).await.expect("a write"));
    }
    let named = Note { by: by(Some(&ana.name)), ..early };
    assert_eq!(twice.other.notes(visit).await.expect("a list"), [named, late]);
    assert_eq!(twice.other.appointment(visit).await.expect("a read").expect("one").revision, 1);
    let nowhere = twice.one.add_note(&note(id().into(), 0, "x"), MOST, None).await;
    assert!(matches!(nowhere, Err(Error::Missing(_))), "{nowhere:?}");
}

pub(crate) async fn a_visit_has_only_so_many_notes_and_photos(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let visit = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot").id;
    let tries = (0..6).map(|n| {
        let store = twice.side(n);
        tokio::spawn(async move {
            let noted = store.add_note(&note(visit, 0, "x"), MOST, None).await.expect("a write");
            (noted, store.add_photo(&photo(visit, 0), &picture(), MOST, None).await.expect("a write"))
        })
    });
    let mut had_room = Vec::new();
    for tried in tries.collect::<Vec<_>>() {
        had_room.push(tried.await.expect("it ends"));
    }
    assert_eq!(had_room.iter().filter(|(noted, _)| *noted).count(), 3);
    assert_eq!(had_room.iter().filter(|(_, shown)| *shown).count(), 3);
    // What found no room keeps no answer either.
    assert!(!twice.one.add_note(&note(visit, 0, "x"), MOST, Some(&answer("k"))).await.expect("a write"));
    assert_eq!(twice.other.answer("k").await.expect("a read"), None);
    // A picture that was removed makes room.
    let first = twice.one.photos(visit).await.expect("a list").remove(0);
    assert!(
        twice.one.remove_photo(visit, first.id, &Removed { by: None, at: minute(1) }).await.expect("a write")
    );
    assert!(twice.other.add_photo(&photo(visit, 2), &picture(), MOST, None).await.expect("a write"));
}

pub(crate) async fn what_is_sent_twice_is_added_once(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let visit = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot").id;
    assert!(twice.one.add_note(&note(visit, 0, "x"), MOST, Some(&answer("n"))).await.expect("a write"));
    let again = twice.other.add_note(&note(visit, 0, "x"), MOST, Some(&answer("n"))).await;
    assert!(matches!(again, Err(Error::AnswerExists)), "{again:?}");
    assert!(
        twice.one.add_photo(&photo(visit, 0), &picture(), MOST, Some(&answer("p"))).await.expect("a write")
    );
    let again = twice.other.add_photo(&photo(visit, 0), &picture(), MOST, Some(&answer("p"))).await;
    assert!(matches!(again, Err(Error::AnswerExists)), "{again:?}");
    assert_eq!(twice.one.notes(visit).await.expect("a list").len(), 1);
    assert_eq!(twice.one.photos(visit).await.expect("a list").len(), 1);
}

pub(crate) async fn a_picture_goes_and_its_photo_stays(twice: &Twice) {
    let house = House::build(&twice.one).await;
    let visit = house.store(&twice.one, house.hold(0, 60)).await.expect("a free slot").id;
    let other = house.store(&twice.one, house.hold(60, 120)).await.expect("a free slot").id;
    let one = photo(visit, 0);
    assert!(twice.one.add_photo(&one, &picture(), MOST, None).await.expect("a write"));
    assert_eq!(twice.other.photos(visit).await.expect("a list"), std::slice::from_ref(&one));
    assert_eq!(twice.other.photo(visit, one.id).await.expect("a read"), Some(one.clone()));
    assert_eq!(twice.other.photo(other, one.id).await.expect("a read"), None, "it is another visit's");
    for (size, bytes) in [(PictureSize::Full, picture().full), (PictureSize::Small, picture().small)] {
        assert_eq!(twice.other.picture(one.id, size).await.expect("a read"), Some(bytes));
    }
    let ana = account("ana@example.org");
    twice.one.add_account(&ana).await.expect("a new account");
    let removed = Removed { by: Some(By { id: ana.id.0, name: None }), at: minute(3) };
    assert!(!twice.one.remove_photo(other, one.id, &removed).await.expect("a write"));
    assert!(twice.one.remove_photo(visit, one.id, &removed).await.expect("a write"));
    assert!(!twice.other.remove_photo(visit, one.id, &removed).await.expect("a write"), "it is gone");
    assert_eq!(twice.other.picture(one.id, PictureSize::Full).await.expect("a read"), None);
    let by = Some(By { id: ana.id.0, name: Some(ana.name.clone()) });
    let left = Photo { removed: Some(Removed { by, ..removed }), ..one };
    assert_eq!(twice.other.photos(visit).await.expect("a list"), [left]);
}
