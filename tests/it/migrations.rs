//! Migrations run up, down and up again, and end where they began.

use crate::support::Database;

/// Tables, columns, constraints, indexes, triggers, rights and comments, as text.
const SHAPE: &str = "
    SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
           || ' ' || COALESCE(column_default, '-')
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL
    SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT table_name || ' ' || grantee || ' ' || privilege_type
      FROM information_schema.role_table_grants WHERE table_schema = 'public'
    UNION ALL
    SELECT objoid::regclass || ' ' || objsubid || ' ' || description
      FROM pg_description WHERE classoid = 'pg_class'::regclass
                            AND objoid IN (SELECT oid FROM pg_class
                                            WHERE relnamespace = 'public'::regnamespace)
    ORDER BY 1";

async fn shape(database: &Database) -> Vec<String> {
    let rows = database.superuser().await.query(SHAPE, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[actix_web::test]
async fn every_migration_can_be_undone_and_done_again() {
    let database = Database::empty().await;
    let before = shape(&database).await;
    assert!(before.iter().any(|line| line.contains("event_append_only")), "{before:#?}");
    let url = database.migrate_url();
    let ran = liandan::db::down_and_up(&url).unwrap();
    assert!(ran >= 7);
    let after = shape(&database).await;
    let lost: Vec<_> = before.iter().filter(|line| !after.contains(line)).collect();
    let new: Vec<_> = after.iter().filter(|line| !before.contains(line)).collect();
    assert!(lost.is_empty() && new.is_empty(), "lost {lost:#?}, new {new:#?}");
    assert_eq!(liandan::db::pending(&url).unwrap(), 0);
}

#[actix_web::test]
async fn the_journal_is_append_only_for_the_server_and_for_its_owner() {
    let database = Database::empty().await;
    let (app, connection) =
        tokio_postgres::connect(&database.app_url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    for act in ["UPDATE event SET kind = 'x'", "DELETE FROM event", "TRUNCATE event"] {
        let refused = app.batch_execute(act).await.unwrap_err();
        assert_eq!(
            refused.code().map(tokio_postgres::error::SqlState::code),
            Some("42501"),
            "{act}"
        );
    }
    let superuser = database.superuser().await;
    superuser.batch_execute("SET ROLE liandan_owner").await.unwrap();
    let refused = superuser.batch_execute("TRUNCATE event").await.unwrap_err();
    assert!(refused.as_db_error().unwrap().message().contains("append-only"));
}
