# What there is to do; `just` lists it.
default:
    @just --list

# Everything that CI checks
check:
    bash .ci/run

# All tests
test:
    cargo test --all-features

# Review changed snapshots (needs cargo-insta)
snap:
    cargo insta test --review

# The documentation of the crate, warnings denied
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --all-features

# The shipped specs against their evidence
self:
    cargo run --quiet -- check

# The program as it is released
release:
    bash .ci/release

# Record the shipped captures anew (Linux, root)
record:
    sudo captures/record.sh

# Licences, advisories, duplicates (needs cargo-deny)
deny:
    cargo deny check
