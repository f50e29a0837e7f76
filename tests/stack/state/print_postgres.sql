-- One line per fact of the database that this runs in; ` _ ` separates.
-- acl(x, kind, owner) normalises: NULL means the default, the order of grants means nothing.
CREATE FUNCTION pg_temp.acl(aclitem[], "char", oid) RETURNS text LANGUAGE sql AS
    $$ SELECT coalesce(string_agg(i::text, ' ' ORDER BY i::text COLLATE "C"), '-')
       FROM unnest(coalesce($1, acldefault($2, $3))) i $$;
CREATE FUNCTION pg_temp.role(oid) RETURNS text LANGUAGE sql AS
    $$ SELECT CASE WHEN $1 = 0 THEN 'public' ELSE coalesce(
       (SELECT rolname::text FROM pg_roles WHERE oid = $1), '?') END $$;
CREATE FUNCTION pg_temp.mine(n oid) RETURNS bool LANGUAGE sql AS
    $$ SELECT nspname NOT IN ('pg_catalog', 'information_schema') AND nspname !~ '^pg_(toast|temp)'
       FROM pg_namespace WHERE oid = n $$;
CREATE FUNCTION pg_temp.say(VARIADIC text[]) RETURNS text LANGUAGE sql AS
    $$ SELECT to_json(array_to_string($1, ' _ ', '-'))::text $$;

SELECT to_json('in ' || current_database());
SELECT pg_temp.say('schema', nspname, pg_temp.role(nspowner), pg_temp.acl(nspacl, 'n', nspowner),
    obj_description(oid, 'pg_namespace')) FROM pg_namespace WHERE pg_temp.mine(oid);
SELECT pg_temp.say('relation', c.oid::regclass::text, relkind::text, relpersistence::text,
    pg_temp.role(relowner),
    pg_temp.acl(relacl, CASE WHEN relkind = 'S' THEN 's' ELSE 'r' END::"char", relowner),
    reloptions::text, relrowsecurity::text, relforcerowsecurity::text, relreplident::text,
    pg_get_partkeydef(c.oid), pg_get_expr(relpartbound, c.oid),
    (SELECT string_agg(inhparent::regclass::text, ',' ORDER BY inhseqno) FROM pg_inherits
        WHERE inhrelid = c.oid), obj_description(c.oid, 'pg_class'))
    FROM pg_class c WHERE pg_temp.mine(relnamespace) AND relkind IN ('r','p','v','m','S','f','c');
SELECT pg_temp.say('column', a.attrelid::regclass::text, attname, attnum::text,
    format_type(atttypid, atttypmod), attnotnull::text, attidentity::text, attgenerated::text,
    pg_get_expr(adbin, adrelid), attcollation::regcollation::text, attstorage::text,
    attacl::text, col_description(attrelid, attnum))
    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE pg_temp.mine(relnamespace) AND attnum > 0 AND NOT attisdropped
        AND relkind IN ('r','p','v','m','f','c');
SELECT pg_temp.say('constraint', conrelid::regclass::text, contypid::regtype::text, conname,
    pg_get_constraintdef(oid), convalidated::text) FROM pg_constraint
    WHERE pg_temp.mine(connamespace);
SELECT pg_temp.say('index', pg_get_indexdef(indexrelid), indisvalid::text, indisclustered::text)
    FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE pg_temp.mine(relnamespace);
SELECT pg_temp.say('view', c.oid::regclass::text, pg_get_viewdef(c.oid)) FROM pg_class c
    WHERE pg_temp.mine(relnamespace) AND relkind IN ('v', 'm');
SELECT pg_temp.say('function', p.oid::regprocedure::text, prokind::text, pg_temp.role(proowner),
    pg_temp.acl(proacl, 'f', proowner),
    CASE WHEN prokind = 'a' THEN (SELECT ROW(aggtransfn, aggfinalfn, agginitval)::text
        FROM pg_aggregate WHERE aggfnoid = p.oid) ELSE pg_get_functiondef(p.oid) END)
    FROM pg_proc p WHERE pg_temp.mine(pronamespace);
SELECT pg_temp.say('trigger', pg_get_triggerdef(oid), tgenabled::text) FROM pg_trigger
    WHERE NOT tgisinternal;
SELECT pg_temp.say('rule', pg_get_ruledef(r.oid)) FROM pg_rewrite r JOIN pg_class c
    ON c.oid = ev_class WHERE pg_temp.mine(relnamespace) AND rulename <> '_RETURN';
SELECT pg_temp.say('policy', polrelid::regclass::text, polname, polcmd::text, polpermissive::text,
    (SELECT string_agg(pg_temp.role(r), ',') FROM unnest(polroles) r),
    pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) FROM pg_policy;
SELECT pg_temp.say('type', t.oid::regtype::text, typtype::text, pg_temp.role(typowner),
    pg_temp.acl(typacl, 'T', typowner), typnotnull::text, typdefault,
    format_type(typbasetype, typtypmod),
    (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum
        WHERE enumtypid = t.oid)) FROM pg_type t
    WHERE pg_temp.mine(typnamespace) AND typtype IN ('e', 'd', 'r');
SELECT pg_temp.say('sequence', s.seqrelid::regclass::text, seqtypid::regtype::text,
    seqstart::text, seqincrement::text, seqmin::text, seqmax::text, seqcache::text,
    seqcycle::text, (SELECT refobjid::regclass || '.' || refobjsubid FROM pg_depend
        WHERE classid = 'pg_class'::regclass AND objid = seqrelid AND refobjsubid > 0
        AND deptype IN ('a', 'i') LIMIT 1)) FROM pg_sequence s;
SELECT pg_temp.say('extension', extname, extversion, extnamespace::regnamespace::text)
    FROM pg_extension;
SELECT pg_temp.say('default privileges', pg_temp.role(defaclrole),
    defaclnamespace::regnamespace::text, defaclobjtype::text,
    pg_temp.acl(defaclacl, 'r', defaclrole)) FROM pg_default_acl;
SELECT pg_temp.say('publication', pubname, puballtables::text, pg_temp.role(pubowner),
    (SELECT string_agg(prrelid::regclass::text, ',' ORDER BY prrelid::regclass::text)
        FROM pg_publication_rel WHERE prpubid = p.oid)) FROM pg_publication p;
SELECT pg_temp.say('large object', m.oid::text, pg_temp.role(lomowner),
    pg_temp.acl(lomacl, 'L', lomowner), length(lo_get(m.oid))::text, md5(lo_get(m.oid)),
    obj_description(m.oid, 'pg_largeobject')) FROM pg_largeobject_metadata m;
-- Rows: a sum of hashes, so that the order does not matter. And sequences' values.
SELECT format($q$SELECT pg_temp.say('rows', %L, count(*)::text, coalesce(sum(('x' ||
    substr(md5(t::text), 1, 16))::bit(64)::bigint::numeric), 0)::text) FROM ONLY %s t$q$,
    c.oid::regclass::text, c.oid::regclass) FROM pg_class c
    WHERE pg_temp.mine(relnamespace) AND relkind IN ('r', 'm') \gexec
SELECT format($q$SELECT pg_temp.say('value', %L, last_value::text, is_called::text) FROM %s$q$,
    c.oid::regclass::text, c.oid::regclass) FROM pg_class c
    WHERE pg_temp.mine(relnamespace) AND relkind = 'S' \gexec
