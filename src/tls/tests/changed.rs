//! Records that were changed on the way: never wrong plain text.

use proptest::prelude::*;

use super::listener::{Step, hear};
use super::talk::{CLIENT, Talk, tls12, tls13};

const TEXTS: [&[u8]; 4] = [b"first: ", b"second: ", b"third: ", b"fourth."];

fn talks() -> [Talk; 4] {
    [tls12(0xc02f, false), tls12(0xc013, false), tls12(0xc028, true), tls13(0x1301, None)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_changed_record_is_an_anomaly_and_none_of_it_is_told(which in 0usize..4, record in 0usize..4, at in 0usize..200, flip in 1u8..) {
        let mut talk = talks().into_iter().nth(which).expect("one of them");
        let before = talk.steps.len();
        for text in TEXTS {
            talk.client(text);
        }
        let Some(Step::Data(_, bytes)) = talk.steps.get_mut(before + record) else { panic!("a record") };
        // Not the header: a changed length is another record.
        let at = 5 + at % (bytes.len() - 5);
        bytes[at] ^= flip;
        let (heard, _) = hear(&talk.steps, &talk.log);
        let rest: Vec<&[u8]> = TEXTS.iter().enumerate().filter(|(number, _)| *number != record).map(|(_, text)| *text).collect();
        prop_assert_eq!(&heard.data[CLIENT.index()], &rest.concat());
        prop_assert_eq!(heard.kinds(), vec![("tls-undecryptable", 1)]);
        prop_assert_eq!(heard.gaps.len(), 1);
    }

    #[test]
    fn whatever_is_changed_only_what_was_sent_is_told(which in 0usize..4, step in 0usize..8, at in 0usize..2000, flip in 1u8..) {
        let mut talk = talks().into_iter().nth(which).expect("one of them");
        for text in TEXTS {
            talk.client(text).server(text);
        }
        let count = talk.steps.len();
        let Some(Step::Data(_, bytes)) = talk.steps.get_mut(step % count) else { panic!("a record") };
        let at = at % bytes.len();
        bytes[at] ^= flip;
        let (heard, _) = hear(&talk.steps, &talk.log);
        for told in &heard.data {
            let mut rest = told.as_slice();
            for text in TEXTS {
                rest = rest.strip_prefix(text).unwrap_or(rest);
            }
            // A first byte that is no record's makes the stream a plain one, which goes through as it is.
            prop_assert!(rest.is_empty() || heard.facts.is_none(), "{}", told.escape_ascii());
        }
    }
}
