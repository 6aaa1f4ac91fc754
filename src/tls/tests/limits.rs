//! What waits is bounded, and said where it is.

use super::listener::{Heard, Step, hear_within};
use super::talk::{CLIENT, SERVER, tls13};
use crate::tls::Limits;

/// A connection whose second request comes in two packets.
fn in_pieces(limits: Limits) -> (Heard, Vec<String>) {
    let mut talk = tls13(0x1301, None);
    talk.client(b"one").client(&[b'x'; 5000]).server(b"answer");
    let at = talk.steps.len() - 2;
    let Some(Step::Data(_, record)) = talk.steps.get(at).cloned() else { panic!("a record") };
    let (begin, end) = record.split_at(3000);
    talk.steps.splice(at..=at, [begin, end].map(|part| Step::Data(CLIENT, part.to_vec())));
    hear_within(limits, &talk.steps, &talk.log)
}

#[test]
fn limits_of_tls_are_moved() {
    let usual = Limits::default();
    for limits in [usual, Limits { waiting: 3000, ..usual }, Limits { connections: 1, ..usual }] {
        let (heard, shut) = in_pieces(limits);
        assert_eq!((heard.text(CLIENT).len(), heard.text(SERVER).as_str(), shut), (5003, "answer", vec![]), "{limits:?}");
        assert!(heard.kinds().is_empty() && heard.gaps.is_empty(), "{limits:?}: {:?}", heard.kinds());
    }
    let (heard, _) = in_pieces(Limits { waiting: 2999, ..usual });
    assert_eq!((heard.text(CLIENT).as_str(), heard.text(SERVER).as_str()), ("one", ""), "what was told stays told");
    assert_eq!(heard.gaps.len(), 2, "the rest of both directions is a gap: {:?}", heard.gaps);
    assert!(heard.kinds().contains(&("tls-limit", 1)), "{:?}", heard.kinds());
    assert!(heard.detail("tls-limit").starts_with("3000 bytes wait in one direction"), "{}", heard.detail("tls-limit"));
    for limits in [Limits { waiting_in_all: 0, ..usual }, Limits { connections: 0, ..usual }] {
        let (heard, shut) = in_pieces(limits);
        assert_eq!((heard.text(CLIENT).as_str(), heard.shut, shut.len()), ("", 1, 1), "{limits:?}");
        assert!(heard.kinds().contains(&("tls-limit", 1)), "{limits:?}: {:?}", heard.kinds());
    }
}

#[test]
fn where_too_much_is_held_bytes_that_decide_nothing_are_not_waited_for() {
    let steps = [&[0x16][..], &[3], b"text"].map(|data| Step::Data(CLIENT, data.to_vec()));
    for (waiting_in_all, noted) in [(10 << 20, vec![]), (0, vec![("tls-limit", 1)])] {
        let (heard, shut) = hear_within(Limits { waiting_in_all, ..Limits::default() }, &steps, "");
        assert_eq!((heard.text(CLIENT).as_str(), shut), ("\x16\x03text", vec![]), "nothing is lost");
        assert_eq!(heard.kinds(), noted);
        assert!(noted.is_empty() || heard.detail("tls-limit").contains("is taken for no TLS"), "{heard:?}");
    }
}
