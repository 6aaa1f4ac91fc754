//! See `fuzz/src/h2.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hopspec_fuzz::h2(data));
