//! See `fuzz/src/yaml.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hopspec_fuzz::yaml(data));
