-- Roles, memberships and role settings. Names and passwords hold what breaks glued commands.
CREATE ROLE "repo$rt ""er""" LOGIN PASSWORD E'p$a"s''s\\w0rd `id` $(id)' CONNECTION LIMIT 5
    VALID UNTIL '2041-02-03 04:05:06+00';
CREATE ROLE "Kustodin Ä" LOGIN CREATEDB PASSWORD 'schlüssel';
CREATE ROLE "custo ""dian""" LOGIN INHERIT PASSWORD 'x y';
CREATE ROLE analysts NOLOGIN;
CREATE ROLE auditors NOLOGIN NOINHERIT;
CREATE ROLE replica LOGIN REPLICATION PASSWORD NULL;
GRANT analysts TO "repo$rt ""er""";
GRANT auditors TO analysts WITH ADMIN OPTION;
COMMENT ON ROLE analysts IS 'reads; it''s "all" of them';
ALTER ROLE "repo$rt ""er""" SET statement_timeout = '250ms';
ALTER ROLE "repo$rt ""er""" SET search_path = "odd schema", public;
ALTER ROLE analysts SET work_mem = '7MB';
ALTER ROLE "repo$rt ""er""" IN DATABASE :"core" SET "site.note" = E'it''s "quoted" \\ $x';
