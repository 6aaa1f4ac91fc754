//! Bytes that the capture does not hold: where it goes on, and what is known to be missing.

use super::listener::{Step, hear};
use super::talk::{CLIENT, SERVER, tls12, tls13};
use crate::tls::outlet::UNKNOWN;

#[test]
fn behind_a_lost_record_the_next_one_is_found_and_the_loss_is_exact() {
    for mut talk in [tls13(0x1301, None), tls12(0xc02f, false), tls12(0xcca8, false)] {
        talk.client(b"one").client_lost(b"twotwo").client_lost(b"three").client(b"four").client(b"five");
        let (heard, shut) = hear(&talk.steps, &talk.log);
        assert_eq!((heard.text(CLIENT).as_str(), &heard.gaps[..], shut), ("onefourfive", &[(CLIENT, 11)][..], vec![]));
        assert_eq!(heard.kinds(), [("tls-record-lost", 1)]);
    }
}

#[test]
fn with_block_ciphers_how_much_is_lost_is_not_known() {
    let mut talk = tls12(0xc013, false);
    talk.client(b"one").client_lost(b"two").client(b"three");
    let (heard, _) = hear(&talk.steps, &talk.log);
    assert_eq!((heard.text(CLIENT).as_str(), &heard.gaps[..]), ("onethree", &[(CLIENT, UNKNOWN)][..]));
}

#[test]
fn a_gap_may_begin_and_end_within_records() {
    for (from, to) in [(3, 30), (10, 11), (0, 50), (28, 60)] {
        let mut talk = tls13(0x1301, None);
        let before = talk.steps.len();
        talk.client(b"first record").client(b"second record").client(b"third record").client(b"fourth");
        let bytes: Vec<u8> =
            talk.steps.drain(before..).flat_map(|step| if let Step::Data(_, data) = step { data } else { Vec::new() }).collect();
        talk.steps.push(Step::Data(CLIENT, bytes[..from].to_vec()));
        talk.steps.push(Step::Gap(CLIENT, (to - from) as u64));
        talk.steps.push(Step::Data(CLIENT, bytes[to..].to_vec()));
        let (heard, _) = hear(&talk.steps, &talk.log);
        assert!(heard.text(CLIENT).ends_with("third recordfourth"), "{from}..{to}: {}", heard.text(CLIENT));
        assert_eq!(heard.kinds(), [("tls-record-lost", 1)], "{from}..{to}");
        let lost: u64 = heard.gaps.iter().map(|(_, length)| length).sum();
        assert_eq!(heard.text(CLIENT).len() as u64 + lost, 12 + 13 + 12 + 6, "{from}..{to}");
    }
}

#[test]
fn certificates_may_be_lost_but_no_hello() {
    // The second step is the server's flight: its hello first.
    for (keep, opened) in [(90, true), (40, false)] {
        for talk in [tls13(0x1301, None), tls12(0xc02f, false)] {
            let mut talk = talk;
            let Some(Step::Data(_, flight)) = talk.steps.get(1).cloned() else { panic!("a flight") };
            let end = if talk.log.starts_with("CLIENT_RANDOM") { flight.len() } else { 600 };
            talk.steps[1] = Step::Data(SERVER, flight[..keep].to_vec());
            talk.steps.insert(2, Step::Gap(SERVER, (end - keep) as u64));
            talk.steps.insert(3, Step::Data(SERVER, flight[end..].to_vec()));
            talk.client(b"request").server(b"response");
            let (heard, shut) = hear(&talk.steps, &talk.log);
            if opened {
                assert_eq!((heard.text(CLIENT).as_str(), heard.text(SERVER).as_str()), ("request", "response"), "{keep}");
                assert!(heard.gaps.is_empty(), "{keep}: {:?}", heard.gaps);
            } else {
                assert_eq!(shut, ["443 shop.example bytes of its handshake are lost"]);
            }
        }
    }
}

#[test]
fn a_stream_that_ends_within_a_record_says_so() {
    let mut talk = tls13(0x1301, None);
    talk.client(b"one").client(b"two");
    if let Some(Step::Data(_, record)) = talk.steps.last_mut() {
        record.truncate(9);
    }
    let (heard, _) = hear(&talk.steps, &talk.log);
    assert_eq!((heard.text(CLIENT).as_str(), heard.kinds()), ("one", vec![("tls-record-lost", 1)]));
    assert_eq!(heard.detail("tls-record-lost"), "the stream ended behind 9 bytes of records that are not whole");
}

#[test]
fn a_search_that_finds_nothing_ends() {
    let mut talk = tls13(0x1301, None);
    talk.client_lost(&[1; 5000]);
    // Bytes that all look like headers.
    let junk: Vec<u8> = [23, 3, 3, 1, 0].into_iter().cycle().take(200_000).collect();
    talk.steps.extend(junk.chunks(1400).map(|part| Step::Data(CLIENT, part.to_vec())));
    let (heard, _) = hear(&talk.steps, &talk.log);
    assert_eq!(heard.text(CLIENT), "");
    assert!(heard.kinds().iter().all(|(kind, _)| kind.starts_with("tls-")), "{:?}", heard.kinds());
}
