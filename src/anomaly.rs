//! What was lost or odd while decoding: the one list of kinds, and a counter that every layer adds to.
//!
//! Data that cannot be decoded is never dropped in silence (promise 1 of the design). Every layer notes what it met
//! under a kind; the counter keeps, per kind, how often, the first packet and one detail, so its memory is bounded by
//! the number of kinds whatever the capture sends.

use std::collections::BTreeMap;
use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A kind of anomaly. The kebab-case name is part of the machine formats.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum AnomalyKind { $($(#[$doc])* $variant,)* }

        impl AnomalyKind {
            /// Every kind, in the order of the layers.
            pub const ALL: &'static [AnomalyKind] = &[$(AnomalyKind::$variant,)*];

            /// The kebab-case name, as in `anomalies[].kind` of the machine formats.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(AnomalyKind::$variant => $name,)* }
            }
        }
    };
}

impl AnomalyKind {
    /// Whether bytes were lost, or could not be decoded, so that messages may be missing.
    #[must_use]
    pub fn is_loss(self) -> bool {
        matches!(
            self,
            Self::CaptureTruncated
                | Self::CaptureDamaged
                | Self::UnknownInterface
                | Self::PacketsDropped
                | Self::PacketCut
                | Self::UnsupportedLinkType
                | Self::UndecodablePacket
                | Self::IpFragment
                | Self::FragmentLimit
                | Self::StreamGap
                | Self::ReassemblyLimit
                | Self::FlowLimit
                | Self::TlsUndecryptable
                | Self::TlsRecordLost
                | Self::TlsMalformed
                | Self::TlsLimit
                | Self::NotHttp
                | Self::Http2Lost
                | Self::Http2Limit
                | Self::HpackUnknown
                | Self::HpackError
                | Self::EntryUnreadable
        )
    }
}

kinds! {
    // capture
    /// The capture file ends in the middle of a record.
    CaptureTruncated = "capture-truncated",
    /// A record or block of the capture file cannot be read; reading stopped or went on behind it.
    CaptureDamaged = "capture-damaged",
    /// A packet names an interface that the file does not describe.
    UnknownInterface = "unknown-interface",
    /// Packets that came by and were dropped before they were recorded, as the recorder says.
    PacketsDropped = "packets-dropped",
    // wire
    /// The packet is shorter in the file than it was on the wire (snap length).
    PacketCut = "packet-cut",
    /// A link type that hopspec does not decode.
    UnsupportedLinkType = "unsupported-link-type",
    /// A packet whose headers contradict themselves or end too early.
    UndecodablePacket = "undecodable-packet",
    /// A fragment of an IP packet of which others did not come, or that cannot be right.
    IpFragment = "ip-fragment",
    /// More fragments than the limit; the packets that began first were given up.
    FragmentLimit = "fragment-limit",
    /// Fragments that overlap with other bytes, or that do not agree where their packet ends.
    FragmentOverlap = "fragment-overlap",
    // flow
    /// A packet that was captured more than once (`-i any`, a mirror of both ends); one copy counts.
    DuplicatePacket = "duplicate-packet",
    /// Bytes of a stream that the capture does not hold.
    StreamGap = "stream-gap",
    /// Bytes sent again; the first copy counts.
    Retransmission = "retransmission",
    /// Bytes sent again with other content: somebody tampers, or the capture is damaged. The first copy counts.
    ConflictingRetransmission = "conflicting-retransmission",
    /// Segments that arrived out of order and were put in order.
    OutOfOrder = "out-of-order",
    /// A flow whose beginning the capture does not hold.
    FlowBeganBefore = "flow-began-before",
    /// More early segments than the limit; the missing bytes before them were given up.
    ReassemblyLimit = "reassembly-limit",
    /// More live flows than the limit; the oldest was closed.
    FlowLimit = "flow-limit",
    /// A flow that was quiet for longer than the limit, and was closed.
    FlowIdle = "flow-idle",
    // tls
    /// A TLS connection that was not opened although secrets were given: none fit, or its handshake is not in the capture.
    TlsNotOpened = "tls-not-opened",
    /// A TLS record that does not open with its keys: it was changed, or the secrets are wrong.
    TlsUndecryptable = "tls-undecryptable",
    /// TLS records of which bytes are lost.
    TlsRecordLost = "tls-record-lost",
    /// Bytes that are no TLS record or message where one should be.
    TlsMalformed = "tls-malformed",
    /// More than the limit waits to be opened; the connection was given up.
    TlsLimit = "tls-limit",
    // http
    /// A PROXY protocol header that cannot be read, or whose checksum is wrong.
    MalformedProxyHeader = "malformed-proxy-header",
    /// A head that never became complete: the stream ended, lost bytes or was cut before its empty line.
    HeadIncomplete = "head-incomplete",
    /// A head longer than the limit.
    HeadLimit = "head-limit",
    /// A start line that is no request line and no status line by RFC 9112, kept as it is.
    MalformedStartLine = "malformed-start-line",
    /// A header line without a colon, or with an empty or invalid name, kept as it is (RFC 9112 §5.1).
    MalformedFieldLine = "malformed-field-line",
    /// White space between field name and colon (RFC 9112 §5.1 forbids it).
    SpaceBeforeColon = "space-before-colon",
    /// A field value continued on the next line (obs-fold, RFC 9112 §5.2).
    ObsFold = "obs-fold",
    /// Lines that end with LF alone (RFC 9112 §2.2).
    LfOnly = "lf-only",
    /// Control bytes in a field value (RFC 9110 §5.5).
    ControlByte = "control-byte",
    /// Both Transfer-Encoding and Content-Length (RFC 9112 §6.3), or several lengths that differ.
    AmbiguousLength = "ambiguous-length",
    /// A chunk size that cannot be read (RFC 9112 §7.1).
    MalformedChunk = "malformed-chunk",
    /// A body that ended before its framing says so, or of which a text does not show, or not for sure, the whole.
    BodyIncomplete = "body-incomplete",
    /// Bytes where a start line should be; skipped to the next one.
    NotHttp = "not-http",
    /// A response without its request in the capture, or of which a text does not show which request it answers.
    ResponseWithoutRequest = "response-without-request",
    /// More requests waiting for their response than the limit.
    PipelineLimit = "pipeline-limit",
    // HTTP/2
    /// A frame that breaks the rules of framing (RFC 9113 §4 to §6).
    Http2Framing = "h2-framing",
    /// A message that is malformed (RFC 9113 §8.1.1); it is shown all the same.
    Http2Malformed = "h2-malformed",
    /// `Host` and `:authority` of a request differ (RFC 9113 §8.3.1).
    AuthorityMismatch = "authority-mismatch",
    /// A header block that cannot be decoded (RFC 7541); fields behind that place are not known.
    HpackError = "hpack-error",
    /// Fields that refer to what the capture does not hold (RFC 7541 §2.3.2): it began later, or lost bytes.
    HpackUnknown = "hpack-unknown",
    /// The borders of frames were lost, or are not known; bytes were passed over until they were found again.
    Http2Lost = "h2-lost",
    /// More streams, larger header blocks or tables than the limits.
    Http2Limit = "h2-limit",
    /// One end gave an error code: RST_STREAM or GOAWAY (RFC 9113 §7).
    Http2Error = "h2-error",
    // text
    /// Lines before or between the messages of a text that are no HTTP; blocks of a trace that belong to no message.
    TextIgnored = "text-ignored",
    /// Entries of a HAR of which nothing was sent: a cache answered, or they are of another protocol.
    EntryNotSent = "entry-not-sent",
    /// Entries of a HAR or of a log, or fields of them, that cannot be read.
    EntryUnreadable = "entry-unreadable",
    /// Fields of a log of which it is not certain where one ends and the next begins, or what its value is.
    FieldsUnclear = "fields-unclear",
    /// Lambda events that hold no HTTP message: of a TOKEN authorizer, of a WebSocket's message.
    EventWithoutMessage = "event-without-message",
    /// Lambda events whose maps with one value a name say something else than those with all (`headers` and
    /// `multiValueHeaders`, those of the query). The lists count.
    HeadersDisagree = "headers-disagree",
    /// Packets of a printed dump whose times are not said in full.
    TimeUnknown = "time-unknown",
}

impl fmt::Display for AnomalyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How often a kind was met, and where first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomaly {
    /// How often.
    pub count: u64,
    /// The packet where it was met first, counted from 1 as Wireshark does; `None` where there are no packets.
    pub first_packet: Option<u64>,
    /// One detail of the first: what was needed and what was there. May be empty.
    pub detail: String,
}

/// The anomalies of one capture, counted by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anomalies {
    by_kind: BTreeMap<AnomalyKind, Anomaly>,
    /// So many packets stand in files before this one, and are no part of its numbers.
    before: u64,
}

impl Anomalies {
    /// Those of a file that goes on from others with so many packets: numbers of packets count from these on, and a packet
    /// of the others has none.
    #[must_use]
    pub fn behind(before: u64) -> Self {
        Self { before, ..Self::default() }
    }

    /// Notes one. `detail` is asked only for the first of its kind, so that thousands stay cheap.
    pub fn note(&mut self, kind: AnomalyKind, packet: Option<u64>, detail: impl FnOnce() -> String) {
        self.note_many(kind, 1, packet, detail);
    }

    /// Notes `count` at once.
    pub fn note_many(&mut self, kind: AnomalyKind, count: u64, packet: Option<u64>, detail: impl FnOnce() -> String) {
        match self.by_kind.get_mut(&kind) {
            Some(known) => known.count = known.count.saturating_add(count),
            None => {
                let first_packet =
                    packet.and_then(|number| number.checked_sub(self.before)).filter(|_| packet != Some(self.before));
                self.by_kind.insert(kind, Anomaly { count, first_packet, detail: detail() });
            }
        }
    }

    /// Adds those of another counter; the earlier first packet stays.
    pub fn merge(&mut self, other: &Anomalies) {
        for (kind, anomaly) in &other.by_kind {
            match self.by_kind.get_mut(kind) {
                Some(known) => {
                    known.count = known.count.saturating_add(anomaly.count);
                    if anomaly.first_packet.is_some_and(|p| known.first_packet.is_none_or(|k| p < k)) {
                        known.first_packet = anomaly.first_packet;
                        known.detail.clone_from(&anomaly.detail);
                    }
                }
                None => {
                    self.by_kind.insert(*kind, anomaly.clone());
                }
            }
        }
    }

    /// How often this kind was met.
    #[must_use]
    pub fn count(&self, kind: AnomalyKind) -> u64 {
        self.by_kind.get(&kind).map_or(0, |a| a.count)
    }

    /// The sum over all kinds.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_kind.values().fold(0, |sum, a| sum.saturating_add(a.count))
    }

    /// All of them, in the order of the kinds.
    pub fn iter(&self) -> impl Iterator<Item = (AnomalyKind, &Anomaly)> {
        self.by_kind.iter().map(|(kind, anomaly)| (*kind, anomaly))
    }

    /// Whether nothing was lost or odd.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_kind.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let mut names: Vec<_> = AnomalyKind::ALL.iter().map(|k| k.name()).collect();
        assert!(names.iter().all(|n| n.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), AnomalyKind::ALL.len());
    }

    #[test]
    fn the_first_packet_and_its_detail_stay() {
        let mut anomalies = Anomalies::default();
        anomalies.note(AnomalyKind::StreamGap, Some(7), || "100 bytes".to_owned());
        anomalies.note(AnomalyKind::StreamGap, Some(9), || unreachable!("only the first detail is asked"));
        let mut earlier = Anomalies::default();
        earlier.note(AnomalyKind::StreamGap, Some(3), || "5 bytes".to_owned());
        anomalies.merge(&earlier);
        let (_, gap) = anomalies.iter().next().expect("one kind");
        assert_eq!((gap.count, gap.first_packet, gap.detail.as_str()), (3, Some(3), "5 bytes"));
    }
}
