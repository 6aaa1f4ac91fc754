//! See `fuzz/src/written.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hopspec_fuzz::written(data));
