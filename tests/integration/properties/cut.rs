//! Files that end at any byte: no crash, and what was before is as in the whole file.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::seen::see;
use super::traffic::{plan, segments, traffic};
use crate::kit::{Carrier, Format, Link, packets, write_file};
use crate::program::Program;

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn messages_before_the_cut_are_those_of_the_whole(
        plans in vec(plan(true), 1..3), format in select(&Format::ALL[..]), cut in 0.0..1.0_f64,
    ) {
        let (conversations, _) = traffic(&plans);
        let whole = write_file(&packets(&segments(&conversations), Carrier::ETHERNET), Link::Ethernet, format);
        let cut = (whole.len() as f64 * cut) as usize;
        let (read, part) = see(&whole[..cut]);
        // Without a whole header it is no capture.
        let Ok(summary) = read else {
            prop_assert!(part.told().is_empty());
            prop_assert!(cut < 28 || format == Format::Gzip, "cut at {cut}");
            return Ok(());
        };
        let (_, all) = see(&whole);
        for (direction, all) in all.streams() {
            let parts = part.streams();
            let part = parts.get(&direction).map_or(&[][..], Vec::as_slice);
            let heads = all.iter().filter(|seen| seen.packet <= summary.packets).count();
            let whole_heads = part.iter().filter(|seen| !seen.cut).count();
            prop_assert_eq!(whole_heads, heads, "{} packets", summary.packets);
            for (part, all) in part.iter().filter(|seen| !seen.cut).zip(&all) {
                prop_assert_eq!((&part.told.line, &part.told.fields, part.packet), (&all.told.line, &all.told.fields, all.packet));
                if part.told.complete == Some(true) {
                    prop_assert_eq!(&part.told, &all.told);
                } else {
                    prop_assert!(part.told.length <= all.told.length);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_program_survives_every_cut(
        plans in vec(plan(true), 1..3), format in select(&Format::ALL[..]), cut in 0.0..1.0_f64,
        damage in vec((any::<usize>(), any::<u8>()), 0..4),
    ) {
        let (conversations, _) = traffic(&plans);
        let mut bytes = write_file(&packets(&segments(&conversations), Carrier::ETHERNET), Link::Ethernet, format);
        bytes.truncate((bytes.len() as f64 * cut) as usize);
        let length = bytes.len();
        for (at, byte) in damage.iter().filter(|_| length > 0) {
            bytes[at % length] ^= byte;
        }
        let spec = "hops: { a: { request: { method: GET, headers: { Host: a.example } } } }\n";
        let program = Program::new().file("cut", bytes).file("specs/a.yaml", spec);
        for args in [&["show", "cut"][..], &["check", "cut"]] {
            let run = program.run(args);
            prop_assert!(!run.stderr.contains("panicked") && [0, 1, 3, 4].contains(&run.code), "{} {}", run.code, run.stderr);
        }
    }
}
