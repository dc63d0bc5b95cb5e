DROP TRIGGER ledger_entry_sums ON ledger_entry;
DROP FUNCTION ledger_year_add();
DROP TABLE ledger_year;
