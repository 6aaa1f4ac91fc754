//! Anomalies name the packet and show what was there.

use super::listener::{client, hear};
use crate::anomaly::AnomalyKind::{MalformedStartLine, ObsFold};

#[test]
fn the_first_packet_and_a_detail_are_kept() {
    let heard = hear(&[
        client("GET / HTTP/1.1\r\n\r\n"),
        client("GET  /a HTTP/1.1\r\nX: 1\r\n 2\r\n\r\n"),
        client("GET  /b HTTP/1.1\r\n\r\n"),
    ]);
    let (kind, anomaly) = heard.anomalies.iter().next().unwrap();
    assert_eq!((kind, anomaly.count, anomaly.first_packet), (MalformedStartLine, 2, Some(2)));
    assert_eq!(anomaly.detail, "\"GET  /a HTTP/1.1\"");
    assert_eq!(heard.anomalies.count(ObsFold), 1);
}
