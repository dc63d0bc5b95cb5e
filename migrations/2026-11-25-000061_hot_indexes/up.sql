-- Each filing pays for every index of its tables, and no query walks these three: sites and
-- licences are never deleted, so their foreign keys need no index on this side either.
DROP INDEX manifest_producer_site;
DROP INDEX manifest_receiver_site;
DROP INDEX manifest_licence;
