//! Connections that are opened: suites, versions, the ways that records and handshakes come.

use proptest::prelude::*;

use super::hellos::message;
use super::listener::{Step, hear};
use super::talk::{CLIENT, RANDOM, SERVER, Sealer, Talk, clear, opener13, tls12, tls13};
use super::{client_hello, hex};
use crate::flow::Direction;
use crate::tls::crypto::Opener;
use crate::tls::record::{ContentType, HEADER, Header};
use crate::tls::{Alpn, suite};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn spoken(mut talk: Talk) -> Talk {
    talk.client(REQUEST).server(RESPONSE).client(REQUEST).server(RESPONSE);
    talk
}

fn assert_opened(talk: &Talk, what: &str) {
    let (heard, shut) = hear(&talk.steps, &talk.log);
    assert_eq!((heard.kinds(), shut), (vec![], vec![]), "{what}");
    assert_eq!(heard.data[CLIENT.index()], [REQUEST, REQUEST].concat(), "{what}");
    assert_eq!(heard.data[SERVER.index()], [RESPONSE, RESPONSE].concat(), "{what}");
    assert_eq!((heard.gaps.len(), heard.shut), (0, 0), "{what}");
}

#[test]
fn every_suite_of_tls_1_2_is_opened() {
    for id in [
        0x002f, 0x003c, 0x0035, 0x009c, 0x009f, 0xc013, 0xc014, 0xc027, 0xc028, 0xc02b, 0xc030, 0xc09c, 0xc0ad, 0xc0ae, 0xc0a1,
        0xcca8,
    ] {
        for encrypt_then_mac in [false, true] {
            let talk = spoken(tls12(id, encrypt_then_mac));
            assert_opened(&talk, suite::find(id).expect("a suite").name);
        }
    }
}

#[test]
fn every_suite_of_tls_1_3_is_opened() {
    for id in 0x1301..=0x1305 {
        let talk = spoken(tls13(id, None));
        assert_opened(&talk, suite::find(id).expect("a suite").name);
        let (heard, _) = hear(&talk.steps, &talk.log);
        let facts = heard.facts.expect("facts");
        assert_eq!((facts.sni.as_deref(), facts.version, facts.suite), (Some("shop.example"), 0x0304, id));
        assert_eq!(facts.alpn, Alpn::Protocol("http/1.1".to_owned()));
    }
}

/// RFC 8448 §3: the records of application data, under the secrets that stand there.
#[test]
fn the_records_of_the_rfc_are_opened() {
    let suite = suite::find(0x1301).expect("a suite");
    let payload: Vec<u8> = (0..50).collect();
    for (secret, record) in [
        (
            "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5",
            "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a29770\
             14bd1e3deae63aeebb21694915e4",
        ),
        (
            "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643",
            "17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb501a59a8fcc49c4bf2e5f0a21c00\
             47c2abf332540dd032e167c2955d",
        ),
    ] {
        let (opener, record) = (Opener::tls13(suite, 0x0304, &hex(secret)).expect("keys"), hex(record));
        let header = Header::of(*record.first_chunk().expect("a header")).expect("a header");
        let mut text = Vec::new();
        // The server's first record under these keys is a ticket.
        let found = (0..2).find_map(|sequence| opener.open(sequence, &header, &record[HEADER..], &mut text));
        assert_eq!((found, &text), (Some(ContentType::ApplicationData), &payload));
    }
}

#[test]
fn the_packet_of_a_record_is_the_one_that_completed_it() {
    let mut talk = tls13(0x1301, None);
    let before = talk.steps.len() as u64;
    talk.client(REQUEST);
    let Some(Step::Data(_, record)) = talk.steps.pop() else { panic!("a record") };
    talk.steps.push(Step::Data(CLIENT, record[..9].to_vec()));
    talk.steps.push(Step::Data(CLIENT, record[9..].to_vec()));
    let (heard, _) = hear(&talk.steps, &talk.log);
    assert_eq!(heard.packets, [before + 2]);
}

#[test]
fn keys_are_changed_when_a_side_says_so() {
    let mut talk = tls13(0x1302, None);
    talk.client(REQUEST);
    let update = talk.client.seal(ContentType::Handshake, &message(24, &[0]));
    talk.steps.push(Step::Data(CLIENT, update));
    talk.client = Sealer::new(talk.client.opener.next().expect("keys"));
    assert_opened(talk.client(REQUEST).server(RESPONSE).server(RESPONSE), "KeyUpdate");
}

#[test]
fn the_secrets_of_the_application_are_enough() {
    let mut talk = spoken(tls13(0x1303, None));
    talk.log = talk.log.lines().filter(|line| !line.contains("HANDSHAKE")).map(|line| format!("{line}\n")).collect();
    assert_opened(&talk, "without the secrets of the handshake");
    let (heard, _) = hear(&talk.steps, &talk.log);
    assert_eq!(heard.facts.map(|facts| facts.alpn), Some(Alpn::Unknown), "what was not opened is not known");
}

#[test]
fn early_data_is_opened_where_the_server_takes_it() {
    let mut talk = tls13(0x1301, Some(REQUEST));
    talk.client(REQUEST).server(RESPONSE).server(RESPONSE);
    assert_opened(&talk, "early data");
    // Without its secret it is missing, and that is said.
    talk.log = talk.log.lines().filter(|line| !line.contains("EARLY")).map(|line| format!("{line}\n")).collect();
    let (heard, _) = hear(&talk.steps, &talk.log);
    assert_eq!((heard.text(CLIENT).as_bytes(), heard.gaps.len()), (REQUEST, 1));
    assert_eq!(heard.kinds(), [("tls-not-opened", 1)]);
}

#[test]
fn a_hello_is_sent_again_when_the_server_asks_for_it() {
    let mut talk = spoken(tls13(0x1301, None));
    let retry = hex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
    let retry = super::server_hello(retry.try_into().expect("32 bytes"), 0x1301, 0x0304, None);
    talk.steps.insert(1, Step::Data(SERVER, clear(22, &retry)));
    talk.steps.insert(2, Step::Data(CLIENT, clear(20, &[1])));
    talk.steps.insert(3, Step::Data(CLIENT, clear(22, &client_hello(RANDOM, Some("shop.example"), false))));
    assert_opened(&talk, "HelloRetryRequest");
}

#[test]
fn a_connection_of_tls_1_2_can_be_negotiated_again() {
    let mut talk = tls12(0xc02f, false);
    talk.client(REQUEST).server(RESPONSE);
    let hello = talk.client.seal(ContentType::Handshake, &client_hello(RANDOM, Some("shop.example"), false));
    let answer = talk.server.seal(ContentType::Handshake, &super::server_hello([8; 32], 0xc030, 0x0303, None));
    let suite = suite::find(0xc030).expect("a suite");
    let [client, server] = Opener::tls12(suite, &[5; 48], [&RANDOM, &[8; 32]], false).expect("keys").map(Sealer::new);
    talk.steps.push(Step::Data(CLIENT, hello));
    talk.steps.push(Step::Data(SERVER, answer));
    let change = talk.client.seal(ContentType::ChangeCipherSpec, &[1]);
    talk.steps.push(Step::Data(CLIENT, change));
    let change = talk.server.seal(ContentType::ChangeCipherSpec, &[1]);
    talk.steps.push(Step::Data(SERVER, change));
    (talk.client, talk.server) = (client, server);
    assert_opened(talk.client(REQUEST).server(RESPONSE), "negotiated again");
}

#[test]
fn secrets_of_tls_1_2_may_come_until_the_keys_are_changed() {
    let talk = spoken(tls12(0xc02f, false));
    let with_secrets = |at: usize| {
        let mut steps = talk.steps.clone();
        steps.insert(at, Step::Secrets(talk.log.clone()));
        hear(&steps, "")
    };
    // Behind both hellos, where who opens the connection learns them.
    for at in 0..3 {
        let (heard, shut) = with_secrets(at);
        assert_eq!((heard.kinds(), shut), (vec![], vec![]), "{at}");
        assert_eq!(heard.data[CLIENT.index()], [REQUEST, REQUEST].concat(), "{at}");
        assert_eq!(heard.data[SERVER.index()], [RESPONSE, RESPONSE].concat(), "{at}");
    }
    let (heard, shut) = with_secrets(3);
    assert_eq!((heard.data.concat().len(), shut), (0, vec!["443 shop.example no key log was given".to_owned()]));
}

#[test]
fn tls_behind_a_proxy_header_is_opened_and_the_header_goes_on() {
    let mut talk = spoken(tls13(0x1301, None));
    let header = b"PROXY TCP4 192.0.2.1 192.0.2.2 1000 443\r\n";
    let Some(Step::Data(_, hello)) = talk.steps.first_mut() else { panic!("a hello") };
    *hello = [&header[..], hello].concat();
    let (heard, shut) = hear(&talk.steps, &talk.log);
    assert_eq!((heard.data[0].clone(), shut), ([&header[..], REQUEST, REQUEST].concat(), vec![]));
    // In a packet of its own, too.
    let Some(Step::Data(_, hello)) = talk.steps.first_mut() else { panic!("a hello") };
    hello.drain(..header.len());
    talk.steps.insert(0, Step::Data(CLIENT, header[..20].to_vec()));
    talk.steps.insert(1, Step::Data(CLIENT, header[20..].to_vec()));
    let (heard, _) = hear(&talk.steps, &talk.log);
    assert_eq!(heard.data[0], [&header[..], REQUEST, REQUEST].concat());
}

#[test]
fn plain_streams_go_through_as_they_are() {
    for first in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\x16", b"\x16\x03\x01\xff\xff", b"PROXY TCP4", b"\r\n", b"P", b"\x17\x03\x09"]
    {
        let steps = [
            Step::Data(CLIENT, first.to_vec()),
            Step::Gap(CLIENT, 7),
            Step::Data(CLIENT, b"more".to_vec()),
            Step::Data(SERVER, b"SSH-2.0".to_vec()),
        ];
        let (heard, shut) = hear(&steps, "");
        assert_eq!(heard.data[0], [first, b"more"].concat(), "{}", first.escape_ascii());
        assert_eq!((heard.text(SERVER).as_str(), &heard.gaps[..], shut), ("SSH-2.0", &[(CLIENT, 7)][..], vec![]));
        assert_eq!((heard.facts, heard.shut), (None, 0));
    }
}

/// The bytes of each direction in other segments, the server's as late or early as the steps say.
fn recut(steps: &[Step], lengths: &[usize], shuffle: bool) -> Vec<Step> {
    let mut cut = Vec::new();
    let mut lengths = lengths.iter().cycle();
    for step in steps {
        let Step::Data(direction, data) = step else { continue };
        let mut rest = data.as_slice();
        while !rest.is_empty() {
            let (part, behind) = rest.split_at((*lengths.next().expect("endless")).clamp(1, rest.len()));
            cut.push(Step::Data(*direction, part.to_vec()));
            rest = behind;
        }
    }
    if shuffle {
        // All of the server before the client, as a capture of two interfaces may have it.
        cut.sort_by_key(|step| matches!(step, Step::Data(Direction::Forward, _)));
    }
    cut
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn records_give_the_same_however_segments_cut_them(lengths in prop::collection::vec(1usize..600, 1..8), which in 0usize..5, shuffle: bool) {
        let talk = match which {
            0 => tls12(0xc02f, false),
            1 => tls12(0xc028, true),
            2 => tls12(0xcca8, false),
            3 => tls13(0x1301, Some(REQUEST)),
            _ => tls13(0x1303, None),
        };
        let mut talk = spoken(talk);
        let (whole, _) = hear(&talk.steps, &talk.log);
        talk.steps = recut(&talk.steps, &lengths, shuffle);
        let (cut, shut) = hear(&talk.steps, &talk.log);
        prop_assert_eq!((&cut.data, cut.facts.clone(), cut.kinds(), shut), (&whole.data, whole.facts.clone(), whole.kinds(), vec![]));
    }

    #[test]
    fn other_keys_open_nothing(secret in any::<[u8; 32]>()) {
        let suite = suite::find(0x1301).expect("a suite");
        let record = opener13(suite, 3).seal(0, ContentType::ApplicationData, REQUEST);
        let header = Header::of(*record.first_chunk().expect("a header")).expect("a header");
        let mut text = Vec::new();
        let opener = Opener::tls13(suite, 0x0304, &secret).expect("keys");
        prop_assert_eq!((opener.open(0, &header, &record[HEADER..], &mut text), text.len()), (None, 0));
    }
}
