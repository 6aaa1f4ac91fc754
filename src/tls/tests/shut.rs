//! Connections that are not opened: each says why.

use super::client_hello;
use super::listener::{Step, hear};
use super::talk::{CLIENT, RANDOM, SERVER, Talk, clear, tls12, tls13};

fn spoken(mut talk: Talk) -> Talk {
    talk.client(b"request").server(b"response");
    talk
}

/// Why it was not opened, the kinds of its anomalies, and that nothing of it was told.
fn told(steps: &[Step], log: &str) -> (Vec<String>, Vec<&'static str>) {
    let (heard, shut) = hear(steps, log);
    assert_eq!((heard.data.concat().len(), heard.gaps.len(), heard.facts), (0, 0, None), "nothing is told");
    assert_eq!(heard.shut, 1);
    (shut, heard.anomalies.iter().map(|(kind, _)| kind.name()).collect())
}

fn because(why: &str) -> Vec<String> {
    vec![format!("443 shop.example {why}")]
}

#[test]
fn without_a_key_log_it_is_counted_and_no_anomaly() {
    for talk in [spoken(tls13(0x1301, None)), spoken(tls12(0xc02f, false))] {
        assert_eq!(told(&talk.steps, ""), (because("no key log was given"), vec![]));
    }
}

#[test]
fn a_key_log_that_does_not_fit_says_how() {
    let not_opened = vec!["tls-not-opened"];
    let talk = spoken(tls13(0x1301, None));
    let other = talk.log.replace("0707", "0808");
    assert_eq!(told(&talk.steps, &other), (because("the key log has no line for its client random"), not_opened.clone()));
    let half: String = talk.log.lines().filter(|line| !line.starts_with("SERVER_T")).map(|line| format!("{line}\n")).collect();
    let why = "the key log has no SERVER_TRAFFIC_SECRET_0 for its client random";
    assert_eq!(told(&talk.steps, &half), (because(why), not_opened));
    let wrong = talk.log.replace("0303", "3030").replace("0101", "1010");
    let (heard, _) = hear(&talk.steps, &wrong);
    assert_eq!(heard.text(CLIENT), "", "the client's side does not open");
    assert!(heard.detail("tls-undecryptable").contains("does not open"), "{:?}", heard.kinds());
}

#[test]
fn wrong_secrets_of_both_sides_are_told() {
    for mut talk in [tls13(0x1301, None), tls12(0xc02f, false), tls12(0xc013, false)] {
        for _ in 0..5 {
            talk.client(b"request").server(b"response");
        }
        let wrong: String = talk.log.lines().map(|line| format!("{}{}\n", &line[..line.len() - 4], "beef")).collect();
        let (why, kinds) = told(&talk.steps, &wrong);
        assert_eq!(why, because("its records do not open with the secrets in the key log"));
        assert_eq!(kinds, ["tls-not-opened", "tls-undecryptable"]);
    }
}

#[test]
fn what_is_not_whole_or_not_known_is_told() {
    let talk = spoken(tls13(0x1301, None));
    let log = talk.log.as_str();
    assert_eq!(told(&talk.steps[1..], log).0, ["443  the capture begins within the connection"]);
    assert_eq!(told(&talk.steps[talk.steps.len() - 2..], log).0, ["443  the capture begins within the connection"]);
    assert_eq!(told(&talk.steps[..1], log), (because("its handshake was not finished"), vec![]));
    let refused = [talk.steps[0].clone(), Step::Data(SERVER, clear(21, &[2, 40]))];
    assert_eq!(told(&refused, log), (because("its handshake failed with the alert handshake_failure"), vec![]));
    assert_eq!(told(&tls13(0x1301, None).steps, log), (because("nothing was said behind its handshake"), vec![]));
    let odd = [talk.steps[0].clone(), Step::Data(SERVER, clear(22, &super::server_hello([9; 32], 0x1399, 0x0304, None)))];
    assert_eq!(told(&odd, log).0, because("the cipher suite 0x1399 is not opened"));
    let old = [talk.steps[0].clone(), Step::Data(SERVER, clear(22, &super::server_hello([9; 32], 0x002f, 0x0302, None)))];
    assert_eq!(told(&old, log).0, because("TLSv1.1 is not opened"));
    let broken = [talk.steps[0].clone(), Step::Data(SERVER, b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())];
    assert_eq!(
        told(&broken, log),
        (because("what it holds is no TLS that can be read"), vec!["tls-not-opened", "tls-malformed"])
    );
}

#[test]
fn what_waits_is_bounded() {
    // A hello that announces early data, and a client that never stops.
    let mut steps = vec![Step::Data(CLIENT, clear(22, &client_hello(RANDOM, Some("shop.example"), true)))];
    steps.extend((0..40).map(|_| Step::Data(CLIENT, clear(23, &[0; 16_000]))));
    let talk = tls13(0x1301, None);
    assert_eq!(told(&steps, &talk.log).0, because("bytes of its handshake are lost"));
    let long = [Step::Data(CLIENT, clear(22, &[1, 1, 0, 1]))];
    assert_eq!(told(&long, &talk.log).1, ["tls-not-opened", "tls-limit"]);
}
