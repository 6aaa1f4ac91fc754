//! The rules: one list of unique ids, each with a sentence.

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident = $id:literal, $about:literal;)*) => {
        /// The rule that a finding is of. The kebab-case id is part of the machine formats.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule { $(#[doc = $about] $variant,)* }

        impl Rule {
            /// Every rule, in the order in which they are documented.
            pub const ALL: &'static [Rule] = &[$(Rule::$variant,)*];

            /// Its id.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Rule::$variant => $id,)* }
            }

            /// What it says, in one sentence.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Rule::$variant => $about,)* }
            }

            /// Its page, Markdown: what it means, an example, how to fix it.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self { $(Rule::$variant => include_str!(concat!("../../docs/rules/", $id, ".md")),)* }
            }
        }
    };
}

rules! {
    FieldMissing = "field-missing", "A field that the hop must carry is not there.";
    FieldValueMismatch = "field-value-mismatch", "A field's value is not what the hop must carry.";
    FieldUnexpected = "field-unexpected", "A field is there that the hop must not carry.";
    FieldRepeated = "field-repeated", "A field that must stand on one line stands on several.";
    FieldOrder = "field-order", "Fields stand in another order than the hop's.";
    FieldNameCase = "field-name-case", "A field's name is written in another case.";
    MessageLineMismatch = "message-line-mismatch", "A part of the request line or status line is not as expected.";
    ConnectionMismatch = "connection-mismatch", "What the connection itself says is not as expected: its PROXY protocol header.";
    BodyMismatch = "body-mismatch", "The body is not as expected.";
    EventMismatch = "event-mismatch", "The Lambda event is not as expected.";
    CheckFailed = "check-failed", "A condition that must hold of an exchange does not.";
    VariantNoneMet = "variant-none-met", "No variant of a hop is met; exchanges are judged by the nearest.";
    HopCount = "hop-count", "Another number of exchanges was seen than the hop says.";
    HopNotObserved = "hop-not-observed", "No exchange of a required hop was seen.";
    EvidenceInconclusive = "evidence-inconclusive", "The evidence cannot show whether the expectation holds.";
    CaptureTruncated = "capture-truncated", "The capture ends in the middle; it was judged up to there.";
    CaptureGap = "capture-gap", "The capture lacks bytes of a stream; messages in the gap were not judged.";
    CaptureUndecodable = "capture-undecodable", "Packets or messages of the capture could not be decoded and were not judged.";
    SpecWithoutEvidence = "spec-without-evidence", "A spec has no capture to be checked against.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_kebab_case_and_listed() {
        let mut ids: Vec<_> = Rule::ALL.iter().map(|r| r.id()).collect();
        assert!(ids.iter().all(|id| id.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
        insta::assert_snapshot!(ids.join(" "));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Rule::ALL.len());
    }
}
