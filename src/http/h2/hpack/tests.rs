//! Blocks: the RFC's own, those of another encoder, and hostile ones.

use proptest::prelude::*;

use super::{Decoder, Fault, FieldList};
use crate::http::h2::Limits;

fn decode(decoder: &mut Decoder, block: &[u8]) -> (Vec<(String, String)>, Result<(), Fault>) {
    let mut list = FieldList::default();
    let result = decoder.decode(block, &mut list);
    let text = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect::<String>();
    (list.fields().map(|(name, value)| (text(name), text(value))).collect(), result)
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// RFC 7541 C.4 and C.6, whose tables are 4096 and 256 bytes.
#[test]
fn the_examples_of_the_rfc() {
    let mut decoder = Decoder::new(&Limits::default());
    let values = |(fields, result): (Vec<(String, String)>, Result<(), Fault>)| {
        assert_eq!(result, Ok(()));
        fields.into_iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>()
    };
    let first = ":method: GET,:scheme: http,:path: /,:authority: www.example.com";
    assert_eq!(values(decode(&mut decoder, &hex("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"))).join(","), first);
    let second = values(decode(&mut decoder, &hex("8286 84be 5886 a8eb 1064 9cbf"))).join(",");
    assert_eq!(second, format!("{first},cache-control: no-cache"));
    let third = values(decode(&mut decoder, &hex("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf")));
    assert_eq!(third[3..], [":authority: www.example.com", "custom-key: custom-value"]);
    let mut decoder = Decoder::new(&Limits::default());
    let block = "3f e101 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3";
    let first = values(decode(&mut decoder, &hex(block)));
    assert_eq!(first[0], ":status: 302");
    assert_eq!(first[3], "location: https://www.example.com");
    let second = values(decode(&mut decoder, &hex("4883 640e ffc1 c0bf")));
    assert_eq!((second[0].as_str(), second[3].as_str()), (":status: 307", "location: https://www.example.com"));
}

#[test]
fn hostile_blocks_are_refused_with_what_stands_before() {
    for (block, fault) in [
        ("80", Fault::Index(0)),
        ("be", Fault::Index(62)),
        ("ffffffffffff7f", Fault::Integer),
        ("ff80808080 80808080 00", Fault::Integer),
        ("0085ffffffffff", Fault::Huffman),
        ("000561", Fault::Truncated),
        ("00", Fault::Truncated),
        ("7f", Fault::Truncated),
        ("3fe2ff03", Fault::Size(65537 + 31 - 31 - 64 + 31)),
    ] {
        let (fields, result) = decode(&mut Decoder::new(&Limits::default()), &hex(&format!("82{block}")));
        assert_eq!(fields[0].1, "GET");
        match (fault, result) {
            (Fault::Size(_), Err(Fault::Size(size))) => assert!(size > 4096),
            (fault, result) => assert_eq!(result, Err(fault), "{block}"),
        }
    }
}

/// One byte an entry of 4 KiB: the list is bounded, and so is the time.
#[test]
fn a_bomb_is_bounded() {
    let mut block = b"\x40\x01a\x7f\x81\x1e".to_vec();
    block.extend(std::iter::repeat_n(b'x', 4000));
    block.extend(std::iter::repeat_n(0xbe, 200_000));
    let mut list = FieldList::default();
    assert_eq!(Decoder::new(&Limits::default()).decode(&block, &mut list), Ok(()));
    assert!(list.full && list.text.len() <= 256 << 10 && list.lines.len() <= 1024);
}

#[test]
fn what_a_table_held_before_is_unknown() {
    let mut decoder = Decoder::new(&Limits::default());
    decoder.forget();
    // An entry not seen, a value with a name not seen, an entry made now, and both again.
    let (fields, result) = decode(&mut decoder, b"\xc0\x7f\x01\x01v\x40\x01n\x01w\xbe\xbf\x82");
    assert_eq!(result, Ok(()));
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(fields, ["<unknown>=<unknown>", "<unknown>=v", "n=w", "n=w", "<unknown>=v", ":method=GET"]);
}

/// A field, and how it is written.
fn field() -> impl Strategy<Value = (Vec<u8>, Vec<u8>, u8, Option<u32>)> {
    let name = prop::sample::select(vec!["a", "x-id", "accept", "cookie", "x-long-name-of-a-field"]);
    let value = prop::collection::vec(any::<u8>(), 0..40);
    let indexed = prop::option::weighted(0.3, 1..=61u32);
    (name, value, 0..16u8, indexed).prop_map(|(name, value, flags, indexed)| (name.as_bytes().to_vec(), value, flags, indexed))
}

proptest! {
    /// What httlib-hpack encodes, block by block with one table, is what is decoded.
    #[test]
    fn another_encoder_is_understood(
        blocks in prop::collection::vec(prop::collection::vec(field(), 0..12), 1..8),
        sizes in prop::collection::vec(prop::option::weighted(0.3, 0..4096u32), 8),
    ) {
        let mut encoder = httlib_hpack::Encoder::with_dynamic_size(4096);
        let mut other = httlib_hpack::Decoder::with_dynamic_size(4096);
        let mut decoder = Decoder::new(&Limits::default());
        for (block, size) in blocks.iter().zip(sizes) {
            let mut bytes = Vec::new();
            if let Some(size) = size {
                encoder.update_max_dynamic_size(size, &mut bytes).unwrap();
            }
            for (name, value, flags, indexed) in block {
                match indexed {
                    Some(index) => encoder.encode_indexed(*index, &mut bytes).unwrap(),
                    None => encoder.encode_literal(name.clone(), value.clone(), *flags, &mut bytes).unwrap(),
                }
            }
            let mut wanted = Vec::new();
            other.decode(&mut bytes.clone(), &mut wanted).unwrap();
            let mut list = FieldList::default();
            prop_assert_eq!(decoder.decode(&bytes, &mut list), Ok(()));
            let got: Vec<_> = list.fields().map(|(n, v)| (n.to_vec(), v.to_vec())).collect();
            let wanted: Vec<_> = wanted.into_iter().map(|(n, v, _)| (n, v)).collect();
            prop_assert_eq!(got, wanted);
        }
    }

    #[test]
    fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..300), doubtful in any::<bool>()) {
        let mut decoder = Decoder::new(&Limits::default());
        if doubtful {
            decoder.forget();
        }
        for block in bytes.chunks(60) {
            let _ = decode(&mut decoder, block);
        }
        prop_assert!(decoder.held() <= 100 << 10);
    }
}
