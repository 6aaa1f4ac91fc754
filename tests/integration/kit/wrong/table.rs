//! Everything that is known to go wrong, of all services.

use super::{Wrong, api_gateway, echoed, load_balancer, store};

/// Everything that is known to go wrong, one thing at a time.
pub(crate) fn table() -> Vec<Wrong> {
    [load_balancer::rows(), api_gateway::rows(), echoed::rows(), store::rows()].into_iter().flatten().collect()
}
