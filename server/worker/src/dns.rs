//! Questions to DNS. Names are asked for whole, nothing is cached here, and a resolver that does not answer is told from
//! one that says "no such thing".

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError, NoRecords};
use hickory_resolver::proto::rr::rdata::{CNAME, MX};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{Resolver, TokioResolver};
use rules::domains::{Lookup, RecordKind};
use rules::limits;
use std::net::SocketAddr;
use std::time::Duration;

/// Where to ask.
#[derive(Clone, Copy, Debug)]
pub enum NameServers {
    /// Those of the machine.
    System,
    /// One, by UDP and TCP.
    One(SocketAddr),
}

pub struct Dns(TokioResolver);

impl Dns {
    pub fn new(servers: NameServers) -> Result<Self, NetError> {
        let mut builder = match servers {
            NameServers::System => TokioResolver::builder_tokio()?,
            NameServers::One(address) => {
                let at = |mut connection: ConnectionConfig| {
                    connection.port = address.port();
                    connection
                };
                let connections = vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())];
                let server = NameServerConfig::new(address.ip(), true, connections);
                let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
                Resolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        let options: &mut ResolverOpts = builder.options_mut();
        options.cache_size = 0;
        options.timeout = Duration::from_secs(2);
        options.attempts = 1;
        options.edns0 = true;
        options.use_hosts_file = hickory_resolver::config::ResolveHosts::Never;
        Ok(Self(builder.build()?))
    }

    /// What stands at `name`. A CNAME is asked for itself; the other kinds are followed through one.
    pub async fn look_up(&self, name: &str, kind: RecordKind) -> Lookup {
        let record_type = match kind {
            RecordKind::Txt => RecordType::TXT,
            RecordKind::Cname => RecordType::CNAME,
            RecordKind::Mx => RecordType::MX,
        };
        // With its last dot: no search list turns a time-out into "no such name".
        let Ok(name) = Name::from_ascii(format!("{name}.")) else {
            return Lookup::Absent;
        };
        match self.0.lookup(name, record_type).await {
            Ok(answer) => {
                let records = answer.answers().iter().filter(|record| record.record_type() == record_type);
                let mut values: Vec<String> =
                    records.filter_map(|record| text(&record.data)).take(limits::RECORD_ANSWERS_MAX).collect();
                values.sort();
                if values.is_empty() { Lookup::Absent } else { Lookup::Present(values) }
            }
            Err(error) if error.is_no_records_found() && !is_referral(&error) => Lookup::Absent,
            Err(error) => {
                tracing::debug!("DNS does not answer: {error}");
                Lookup::Unknown
            }
        }
    }
}

/// "Not mine, ask those", of a server that does not hold the zone delegated to it (RFC 2308, 2.2). The resolver takes it for
/// an answer without records.
fn is_referral(error: &NetError) -> bool {
    matches!(error, NetError::Dns(DnsError::NoRecordsFound(NoRecords { soa: None, ns: Some(_), .. })))
}

/// A value as the rules compare it.
fn text(data: &RData) -> Option<String> {
    let host = |name: &Name| name.to_ascii().trim_end_matches('.').to_ascii_lowercase();
    match data {
        RData::TXT(txt) => {
            let whole = txt.txt_data.concat();
            Some(String::from_utf8_lossy(&whole).chars().take(limits::TROUBLE_CHARS_MAX).collect())
        }
        RData::CNAME(CNAME(target)) => Some(host(target)),
        RData::MX(MX { preference, exchange, .. }) => Some(format!("{preference} {}", host(exchange))),
        _ => None,
    }
}
