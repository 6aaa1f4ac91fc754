//! The first exit code that applies of 2, 4, 1, 3, 0.

use super::site::site;

#[test]
fn two_before_four_before_one_before_three_before_zero() {
    let program = site().file("broken/x.yaml", "hops:\n  a: { requst: 1 }\n").file("zero.pcap", &super::site::good()[..24]);
    for (args, code) in [
        (&["check", "missing.pcap", "bad.pcap", "-s", "broken"][..], 2),
        (&["check", "missing.pcap", "bad.pcap", "--param", "nonsense=1"], 2),
        (&["check", "missing.pcap", "bad.pcap"], 4),
        (&["check", "missing.pcap", "good.pcap"], 4),
        (&["check", "bad.pcap", "zero.pcap", "-s", "specs/health.yaml"], 1),
        (&["check", "zero.pcap", "-s", "specs/health.yaml"], 3),
        (&["check", "zero.pcap"], 3),
        (&["check", "zero.pcap", "good.pcap"], 0),
        (&["check", "good.pcap"], 0),
    ] {
        program.run(args).code(code);
    }
}
