-- The other databases: settings that break naive dumps and restores, encodings, odd names.
\connect :auth
SET search_path = public;
CREATE TABLE users (id bigserial PRIMARY KEY, name text UNIQUE, hash text, admin boolean);
INSERT INTO users (name, hash, admin)
    SELECT 'nutzer-' || i || '-ß', md5(i::text), i % 17 = 0 FROM generate_series(1, 1000) i;
CREATE TABLE tokens (token text PRIMARY KEY, owner bigint REFERENCES users);
INSERT INTO tokens SELECT 'hp_' || md5((i * 3)::text), i FROM generate_series(1, 1000) i;
GRANT SELECT ON users TO "repo$rt ""er""";
GRANT ALL ON tokens TO analysts;
GRANT USAGE ON SEQUENCE users_id_seq TO auditors;
ALTER DATABASE :"auth" SET idle_in_transaction_session_timeout = '150ms';
ALTER DATABASE :"auth" SET lock_timeout = '100ms';
ALTER DATABASE :"auth" SET datestyle = 'German';
ALTER DATABASE :"auth" SET row_security = off;
REVOKE CONNECT ON DATABASE :"auth" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"auth" TO analysts, "repo$rt ""er""";

-- Its owner's name is ASCII: names of roles are not converted between databases' encodings.
CREATE DATABASE museum OWNER "custo ""dian""" TEMPLATE template0 ENCODING 'LATIN1'
    LC_COLLATE 'C' LC_CTYPE 'C' CONNECTION LIMIT 40;
\connect museum
SET search_path = public;
SET client_encoding = 'UTF8';
SET SESSION AUTHORIZATION "custo ""dian""";
CREATE TABLE "stücke" (id int PRIMARY KEY, text text);
INSERT INTO "stücke" SELECT i, 'Stück ' || i || ' Größe é ÿ' FROM generate_series(1, 2000) i;
CREATE VIEW selten AS SELECT * FROM "stücke" WHERE id % 100 = 0;
SELECT lo_from_bytea(777, decode('00e4f6fc', 'hex'));
RESET SESSION AUTHORIZATION;
REVOKE ALL ON DATABASE museum FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE museum TO auditors WITH GRANT OPTION;
ALTER DATABASE museum SET client_encoding = 'LATIN1';
ALTER DATABASE museum SET default_transaction_read_only = on;
ALTER DATABASE museum SET statement_timeout = '300ms';

\connect postgres
CREATE DATABASE "odd ""name"" $HOME 'ü" TEMPLATE template0;
\connect "odd ""name"" $HOME 'ü"
SET search_path = public;
CREATE TABLE t (a int, b text);
INSERT INTO t SELECT i, repeat('x', i) FROM generate_series(1, 300) i;
ALTER DATABASE "odd ""name"" $HOME 'ü" SET search_path = '$user', 'other "s"', public;
COMMENT ON DATABASE "odd ""name"" $HOME 'ü" IS 'odd';

CREATE DATABASE site_template TEMPLATE template0 IS_TEMPLATE true OWNER "Kustodin Ä";
\connect site_template
SET search_path = public;
CREATE TABLE stock (id int, "wörd" text);
INSERT INTO stock SELECT i, 'w' || i FROM generate_series(1, 20) i;

\connect postgres
SET search_path = public;
CREATE TABLE kept_in_postgres (n int);
INSERT INTO kept_in_postgres SELECT generate_series(1, 10);
ALTER DATABASE postgres SET application_name = 'it''s postgres';
