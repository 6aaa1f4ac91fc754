//! Help, version and usage errors.

use crate::program::Program;

#[test]
fn help_and_version_are_reports() {
    let program = Program::new();
    for args in [&["--help"][..], &["-h"], &["help", "check"], &["check", "--help"], &["show", "-h"], &["lint", "-h"]] {
        let run = program.run(args).code(0);
        assert!(run.stdout.contains("Usage: hopspec"), "{args:?}: {}", run.stdout);
        assert_eq!(run.stderr, "", "{args:?}");
    }
    let version = program.run(&["--version"]).code(0).stdout;
    assert_eq!(version, format!("hopspec {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn what_is_no_option_is_said() {
    for (args, says) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["chekc"], "check"),
        (&["check", "--fail-on", "nothing"], "inconclusive"),
        (&["check", "--format", "yaml"], "json=report.json"),
        (&["check", "--format", "text", "--format", "json"], "give one a file"),
        (&["check", "--param", "alb_host"], "NAME=VALUE"),
        (&["check", "-q", "-v"], "--verbose"),
        (&["check", "--captures", "c", "a.pcap"], "--captures"),
        (&["check", "-", "-"], "only once"),
        (&["check", "--color", "blue", "a.pcap"], "never"),
        (&["show"], "CAPTURE"),
        (&["show", "-", "-"], "only once"),
        (&["show", "a.pcap", "--packet", "0"], "--packet"),
        (&["show", "a.pcap", "--packet", "3", "--count"], "--count"),
        (&["show", "a.pcap", "-s", "specs"], "--unselected"),
        (&["lint", "a.yaml"], "a.yaml"),
        (&["check", "a.pcap", "--live", "lo"], "--live is in place of captures"),
        (&["show", "a.pcap", "--live", "lo"], "--live is in place of captures"),
        (&["check", "--live", "lo", "--port", "0"], "--port"),
        (&["check", "a.pcap", "--port", "80"], "--live"),
        (&["check", "a.pcap", "--for", "1s"], "an interface with --live"),
        (&["show", "a.pcap", "--for", "1s"], "--live"),
        (&["show", "--journeys", "--live", "lo"], "keep it with --write FILE"),
    ] {
        Program::new().run(args).code(2).says(says).reports_nothing();
    }
}

/// Interfaces are looked up before anything else, so that nobody must be root to be told.
#[cfg(target_os = "linux")]
#[test]
fn an_interface_that_is_not_there_is_said_with_those_that_are() {
    let program = Program::new().file("kept.pcapng", "old");
    for command in ["check", "show"] {
        let run = program.run(&[command, "--live", "lo", "--live", "nonesuch0", "--write", "kept.pcapng"]).code(2);
        run.says("there is no interface `nonesuch0`: there are `lo`").says("and `any` for all of them").reports_nothing();
    }
    assert_eq!(std::fs::read(program.path("kept.pcapng")).unwrap(), b"old");
}

#[cfg(not(target_os = "linux"))]
#[test]
fn elsewhere_tcpdump_sniffs() {
    for command in ["check", "show"] {
        let run = Program::new().run(&[command, "--live", "en0"]).code(2);
        run.says("`sudo tcpdump -i en0 ").says("| hopspec check -`").reports_nothing();
    }
}

#[test]
fn without_a_command_the_help_is_shown() {
    Program::new().run(&[]).code(2).says("Usage: hopspec");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    Program::new().run(&["show", "missing.pcap"]).code(4).says("missing.pcap").reports_nothing();
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let run = Program::new().run(&["show", "\x1b[2Jx.pcap"]).code(4).says("\\x1b[2Jx.pcap");
    assert!(!run.stderr.contains('\x1b'), "{:?}", run.stderr);
}

#[test]
fn colour_is_for_who_wants_it() {
    let program = Program::new();
    let coloured = |args: &[&str], variables: &[(&str, &str)]| {
        let output = program.command(args).envs(variables.iter().copied()).output().unwrap();
        program.told(&output).code(4).says("missing.pcap").stderr.contains('\x1b')
    };
    let show = &["show", "missing.pcap"][..];
    assert!(!coloured(show, &[]), "not into a pipe");
    assert!(coloured(show, &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(show, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(coloured(&["show", "missing.pcap", "--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!coloured(&["--color", "never", "show", "missing.pcap"], &[("CLICOLOR_FORCE", "1")]));
}
