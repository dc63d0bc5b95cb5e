//! A world that is played twice from one seed is the same world, and all that it stores agrees.

use liandan::app::App;
use liandan::audit::Trusted;
use liandan::clock::Clock;
use liandan::mint::Mint;
use liandan::simulate::{self, Label, Order, Simulated};

use crate::support::{Database, config};

const ORDER: Order = Order { seed: 11, divisions: 1, days: 20, fraud_rate: 0.2, subtlety: 0.3 };

/// Plays it on a database of its own, which is kept as long as the answer.
async fn played(order: &Order) -> (Simulated, Database) {
    let database = Database::empty().await;
    let parts = (Clock::held(simulate::instant(0)), Mint::seeded(order.seed));
    let (app, drain) = App::open(config(), parts, &database.app_url()).unwrap();
    let world = Box::pin(simulate::simulate(&app, order, &mut |_| {})).await.unwrap();
    while liandan::custody::grow(&app).await.unwrap() {}
    drop(app);
    assert!(drain.wait().await);
    (world, database)
}

fn written(labels: &[Label]) -> Vec<String> {
    labels.iter().map(|label| serde_json::to_string(label).unwrap()).collect()
}

#[actix_web::test]
async fn a_seed_gives_the_same_world_and_its_audit_holds() {
    let (first, database) = played(&ORDER).await;
    let (second, _other) = played(&ORDER).await;
    assert_eq!(first.refused, 0, "{:?}", first.refusals);
    assert_eq!(written(&first.labels), written(&second.labels));
    assert_eq!(first.events, second.events);
    assert_eq!(first.manifests, second.manifests);
    assert!(first.labels.iter().any(|label| !label.honest && !label.manifest_ids.is_empty()));
    let report =
        liandan::audit::audit(&database.app_url(), Trusted::default(), &mut |_| {}).await.unwrap();
    let found: Vec<_> = report.findings.iter().map(|one| one.en.clone()).collect();
    assert!(report.is_clean(), "{found:?}");
    assert_eq!(report.audited.events, first.events as u64);
}
