//! The product's questions to DNS, and what it takes each answer for.

use crate::harness::TestClock;
use crate::world::start_sandbox;
use rules::domains::{Lookup, RecordKind};
use sandbox::{DnsTrouble, Record, World};
use std::sync::{Arc, Mutex};
use worker::{Dns, NameServers};

async fn start() -> (World, Dns, tokio::sync::watch::Sender<bool>) {
    let sandbox = start_sandbox(Arc::new(TestClock::Machine(Mutex::default()))).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let (world, dns) = (sandbox.world(), Dns::new(NameServers::One(sandbox.dns)).unwrap());
    tokio::spawn(sandbox.run(stopped));
    (world, dns, stop)
}

fn publish(world: &World, name: &str, kind: sandbox::RecordKind, value: &str) {
    world.publish(Record { name: name.to_owned(), kind, value: value.to_owned(), ttl: 60 });
}

#[tokio::test]
async fn a_server_in_trouble_says_nothing_about_a_record() {
    let (world, dns, _stop) = start().await;
    publish(&world, "ill.example", sandbox::RecordKind::Txt, "v=spf1 -all");
    let present = Lookup::Present(vec!["v=spf1 -all".to_owned()]);
    for (trouble, there, elsewhere) in [
        (DnsTrouble::ServFail, Lookup::Unknown, Lookup::Unknown),
        (DnsTrouble::Silence, Lookup::Unknown, Lookup::Unknown),
        (DnsTrouble::Refused, Lookup::Unknown, Lookup::Unknown),
        (DnsTrouble::Lame, Lookup::Unknown, Lookup::Unknown),
        (DnsTrouble::Truncation, present.clone(), Lookup::Absent),
        (DnsTrouble::Stale, present.clone(), Lookup::Absent),
    ] {
        world.trouble_at("ill.example", Some(trouble));
        assert_eq!(dns.look_up("ill.example", RecordKind::Txt).await, there, "{trouble:?}");
        assert_eq!(dns.look_up("x.ill.example", RecordKind::Txt).await, elsewhere, "{trouble:?}");
        assert_eq!(dns.look_up("well.example", RecordKind::Txt).await, Lookup::Absent, "{trouble:?}");
    }
}

#[tokio::test]
async fn a_chain_of_cnames_is_followed_to_its_end_and_a_loop_ends() {
    let (world, dns, _stop) = start().await;
    for hop in 0..5 {
        let (name, target) = (format!("h{hop}.chain.example"), format!("h{}.chain.example", hop + 1));
        publish(&world, &name, sandbox::RecordKind::Cname, &target);
    }
    publish(&world, "h5.chain.example", sandbox::RecordKind::Txt, "the end");
    assert_eq!(dns.look_up("h0.chain.example", RecordKind::Txt).await, Lookup::Present(vec!["the end".to_owned()]));
    publish(&world, "www.dangling.example", sandbox::RecordKind::Cname, "nobody.dangling.example");
    assert_eq!(dns.look_up("www.dangling.example", RecordKind::Txt).await, Lookup::Absent);
    publish(&world, "away.example", sandbox::RecordKind::Cname, "there.ill.example");
    world.trouble_at("ill.example", Some(DnsTrouble::Refused));
    assert_eq!(dns.look_up("away.example", RecordKind::Txt).await, Lookup::Unknown);
    publish(&world, "a.loop.example", sandbox::RecordKind::Cname, "b.loop.example");
    publish(&world, "b.loop.example", sandbox::RecordKind::Cname, "a.loop.example");
    assert!(!matches!(dns.look_up("a.loop.example", RecordKind::Txt).await, Lookup::Present(_)));
}
