//! YAML: any bytes as a spec file, of which hardly any has hops. In the fuzzer, what the quick reader reads is read by the
//! careful readers too, and must be the same.

use hopspec::spec::parse;

use super::specs::lies_in_its_text;

/// The readers agree; errors lie in the text.
pub fn yaml(data: &[u8]) {
    if let Err(errors) = parse("specs/a.yaml", "a", data) {
        errors.iter().for_each(lies_in_its_text);
    }
}
