-- What `pgbench -i -s N` makes, server side and deterministic, and 60,000 rows more.
SET search_path = public;
CREATE TABLE pgbench_branches (bid int NOT NULL, bbalance int, filler char(88))
    WITH (fillfactor = 100);
CREATE TABLE pgbench_tellers (tid int NOT NULL, bid int, tbalance int, filler char(84))
    WITH (fillfactor = 100);
CREATE TABLE pgbench_accounts (aid int NOT NULL, bid int, abalance int, filler char(84))
    WITH (fillfactor = 100);
CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp,
    filler char(22));
INSERT INTO pgbench_branches (bid, bbalance) SELECT i, 0 FROM generate_series(1, :scale) i;
INSERT INTO pgbench_tellers (tid, bid, tbalance)
    SELECT i, (i - 1) / 10 + 1, 0 FROM generate_series(1, :scale * 10) i;
BEGIN;
TRUNCATE pgbench_accounts;
INSERT INTO pgbench_accounts
    SELECT i, (i - 1) / 100000 + 1, 0, '' FROM generate_series(1, :scale * 100000) i;
COMMIT;
ALTER TABLE pgbench_branches ADD PRIMARY KEY (bid);
ALTER TABLE pgbench_tellers ADD PRIMARY KEY (tid);
ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid);
CREATE TABLE more_rows AS
    SELECT i AS id, md5(i::text) AS a, md5((i * 7)::text) AS b, now() - now() AS c
    FROM generate_series(1, 60000) i;
