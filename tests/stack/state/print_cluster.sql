-- One line per fact that belongs to no single database.
SELECT to_json(concat_ws(' _ ', 'database', datname, pg_get_userbyid(datdba),
    pg_encoding_to_char(encoding), datcollate, datctype, datistemplate, datallowconn,
    datconnlimit, coalesce((SELECT string_agg(i::text, ' ' ORDER BY i::text COLLATE "C")
        FROM unnest(coalesce(datacl, acldefault('d', datdba))) i), '-'),
    shobj_description(oid, 'pg_database'))) FROM pg_database;
SELECT to_json(concat_ws(' _ ', 'setting', coalesce(datname, '*'),
    CASE WHEN setrole = 0 THEN '*' ELSE pg_get_userbyid(setrole) END, x))
    FROM pg_db_role_setting LEFT JOIN pg_database d ON d.oid = setdatabase, unnest(setconfig) x;
SELECT to_json(concat_ws(' _ ', 'role', rolname, rolsuper, rolinherit, rolcreaterole,
    rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit,
    coalesce(rolvaliduntil::text, '-'), 'password md5 ' || coalesce(md5(rolpassword), 'none'),
    shobj_description(oid, 'pg_authid'))) FROM pg_authid WHERE rolname !~ '^pg_';
SELECT to_json(concat_ws(' _ ', 'member', pg_get_userbyid(roleid), pg_get_userbyid(member),
    pg_get_userbyid(grantor), admin_option)) FROM pg_auth_members
    WHERE pg_get_userbyid(member) !~ '^pg_';
SELECT to_json(concat_ws(' _ ', 'tablespace', spcname, pg_get_userbyid(spcowner),
    coalesce(spcacl::text, '-'))) FROM pg_tablespace;
