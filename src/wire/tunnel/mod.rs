//! Tunnels: what stands between an outer packet and the one inside.
//!
//! Each reader passes its own header and gives what is inside to [`inner`], `ip` or `link`; all of them enter through
//! [`Rest::within`](super::rest::Rest::within), which bounds how deep they nest.

mod erspan;
mod geneve;
mod gre;
mod gtp;
mod inner;
mod l2tp;
mod mpls;
mod nsh;
mod ppp;
#[cfg(test)]
mod tests;
mod udp;
mod vxlan;

pub(super) use gre::gre;
pub(super) use inner::{ether_ip, ip_in_ip, provider_bridge};
pub(super) use mpls::mpls;
pub(super) use nsh::nsh;
pub(super) use ppp::{hdlc, ppp, pppoe};
pub(super) use udp::over_udp;
