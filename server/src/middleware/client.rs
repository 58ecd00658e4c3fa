//! Where a request comes from. Behind a proxy that we were told to trust, its `X-Forwarded-For` says so; what anybody
//! else writes there is ignored.

use app::Client;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

pub async fn find(State(proxies): State<Arc<[IpNet]>>, mut request: Request, next: Next) -> Response {
    if let Some(&ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let client = Client(client(peer.ip(), request.headers(), &proxies));
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}

/// From the right: each trusted hop vouches for the one before it; the first that is not trusted is the client.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(&address));
    let mut client = peer.to_canonical();
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in hops.iter().rev() {
        if !trusted(client) {
            break;
        }
        // Some proxies add the port.
        let hop = hop.trim();
        let address = hop.parse::<IpAddr>().or_else(|_| hop.parse::<SocketAddr>().map(|socket| socket.ip()));
        let Ok(address) = address else { break };
        client = address.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let check = |peer: &str, forwarded: &str| {
            let headers = HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), forwarded.parse().unwrap())]);
            let proxies = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
            client(peer.parse().unwrap(), &headers, &proxies).to_string()
        };
        assert_eq!(check("192.0.2.1", "198.51.100.7"), "192.0.2.1", "a stranger's word");
        assert_eq!(check("10.0.0.1", "198.51.100.7"), "198.51.100.7");
        assert_eq!(check("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2"), "198.51.100.7", "what the client wrote");
        assert_eq!(check("::ffff:10.0.0.1", "2001:db8::7"), "2001:db8::7");
        assert_eq!(check("10.0.0.1", "198.51.100.7:4711"), "198.51.100.7");
        assert_eq!(check("10.0.0.1", "unknown"), "10.0.0.1");
    }
}
