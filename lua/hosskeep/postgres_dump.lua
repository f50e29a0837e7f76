--- What runs inside the database's container: fixed texts for sh, psql and pg_dump, with names as
-- arguments only. The password never leaves the container: its own environment has it.

local m = {}

local PREPARE = [==[
set -u
umask 077
PGUSER=${HK_USER:-${POSTGRES_USER:-postgres}}; PGPASSWORD=${POSTGRES_PASSWORD:-}
export PGUSER PGPASSWORD
]==]

-- One SELECT count(*) for each ordinary table that is the site's own, each answering with a line
-- of JSON.
local COUNT = [==[
select format('select json_build_object(''table'', %L, ''rows'', count(*)) from only %I.%I',
              format('%I.%I', n.nspname, c.relname), n.nspname, c.relname)
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and c.relpersistence <> 't'
   and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
   and not exists (select 1 from pg_catalog.pg_depend d
                    where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      and d.objid = c.oid and d.deptype = 'e')
 order by 1
\gexec
]==]

-- Runs in psql's shell escape, beside the transaction that holds the snapshot open: the dump in
-- the background, the rows counted meanwhile. The last line says that all went well: psql does not
-- pass a shell's exit code on.
local DUMP = [==[
pg_dump -Fc -Z1 --no-sync --snapshot="$HK_SNAPSHOT" -f "$HK_FILE" -d "$HK_DATABASE" &
dump=$!
count() {
    [ -n "$HK_COUNT" ] || return 1
    printf "begin transaction isolation level repeatable read read only;
        set transaction snapshot '%s';\n%s\n" "$HK_SNAPSHOT" "$HK_COUNT" |
        psql -qAtX -v ON_ERROR_STOP=1 -d "$HK_DATABASE"
}
count || echo '{"uncounted": true}'
wait "$dump" || exit 1
[ "$(head -c 5 "$HK_FILE")" = PGDMP ] || { echo "what pg_dump wrote is no dump" >&2; exit 1; }
pg_restore --list "$HK_FILE" > /dev/null || exit 1
: > "$HK_FILE.done"
echo '{"dumped": true}'
]==]

-- Arguments: the folder, then a connection string and a file name for each database, dumped one
-- after another.
m.WORKER = PREPARE .. [==[
folder=$1
shift
while [ $# -gt 0 ]; do
    HK_DATABASE=$1 HK_FILE=$folder/$2
    export HK_DATABASE HK_FILE
    echo "{\"file\": \"$2\"}"
    psql -qAtX -v ON_ERROR_STOP=1 -d "$HK_DATABASE" <<'END' || exit 1
begin transaction isolation level repeatable read read only;
select pg_export_snapshot() as snapshot
\gset
\setenv HK_SNAPSHOT :snapshot
\! sh -c "$HK_DUMP"
END
    [ -e "$HK_FILE.done" ] || exit 1
    shift 2
done
]==]

--- Arguments: the file.
m.GLOBALS = PREPARE .. [[pg_dumpall --globals-only --no-sync -l postgres -f "$1"]]

--- Counts the rows of databases now; the lines of each follow one that tells its number.
-- Arguments: a connection string each.
m.COUNT = PREPARE .. [==[
number=0
for database; do
    number=$((number + 1))
    echo "{\"database\": $number}"
    printf '%s\n' "$HK_COUNT" | psql -qAtX -v ON_ERROR_STOP=1 -d "$database" || exit 1
done
]==]

--- Every database but the two templates that every cluster has, one JSON object a line; first
-- the owner of the data folder.
m.LIST = PREPARE .. [==[
stat -c '{"uid": %u, "gid": %g}' "${PGDATA:-/var/lib/postgresql/data}" || exit 1
psql -qAtX -v ON_ERROR_STOP=1 -d postgres <<'END'
select json_build_object(
           'name', datname, 'owner', pg_get_userbyid(datdba),
           'encoding', pg_encoding_to_char(encoding),
           'template', datistemplate, 'connect', datallowconn, 'size', pg_database_size(oid),
           'version', split_part(current_setting('server_version'), ' ', 1), 'user', current_user)
  from pg_catalog.pg_database where datname not in ('template0', 'template1') order by datname;
END
]==]

-- What a run that was cut off has left running: its sessions end, and so their clients do. None is
-- killed: they would be orphans of process 1, and Postgres, which that is, takes one that ends
-- badly for a crash of its own.
local STOP = PREPARE .. [==[
stop() {
    PGAPPNAME=hosskeep-clean psql -qAtX -d postgres -c "select pg_terminate_backend(pid)
        from pg_catalog.pg_stat_activity where application_name = 'hosskeep'" > /dev/null
}
clean() {
    # A dump that is just ending may still make a file.
    rm -rf "$1" 2> /dev/null || rm -rf "$1" 2> /dev/null || rm -rf "$1"
}
]==]

--- An empty folder for the dumps. Argument: the folder. Only for root inside the container: `.db`
-- belongs to whoever runs the server.
m.FOLDER = STOP .. [==[
if [ -e "$1" ]; then
    stop
    clean "$1"
fi
mkdir -m 700 "$1"
]==]

--- Removes the files; ends before what still runs, if HK_STOP is yes. Argument: the folder.
m.CLEAN = STOP .. [==[
[ "$HK_STOP" != yes ] || stop
clean "$1"
]==]

--- Waits until the server takes connections: its real one, not that of an image's first start.
m.READY = PREPARE .. [==[
until pg_isready --quiet --host 127.0.0.1 && psql -qAtX -d postgres -c 'select 1' > /dev/null 2>&1
do
    sleep 0.2
done
]==]

--- Makes databases anew from dumps. Arguments: the folder, jobs, then a name and a file each. A
-- database that is in use is closed to its clients first; roles that exist already do not matter.
m.RESTORE = PREPARE .. [==[
folder=$1 jobs=$2
shift 2
psql -qX -d postgres -f "$folder/globals.sql" > /dev/null 2>&1
while [ $# -gt 0 ]; do
    other=postgres
    [ "$1" != postgres ] || other=template1
    psql -qAtX -v name="$1" -d "$other" > /dev/null 2>&1 <<'END'
alter database :"name" with allow_connections false;
select pg_terminate_backend(pid) from pg_catalog.pg_stat_activity where datname = :'name';
END
    pg_restore --dbname "$other" --clean --if-exists --create --exit-on-error --jobs "$jobs" \
        "$folder/$2" || exit 1
    shift 2
done
rm -rf "$folder"
]==]

--- What every session of ours is told, whatever the site's own defaults are. `more` is added.
function m.environment(user, more)
    local env = {
        HK_USER = user or "",
        PGAPPNAME = "hosskeep",
        PGCLIENTENCODING = "UTF8",
        PGOPTIONS = "-c statement_timeout=0 -c lock_timeout=0"
            .. " -c idle_in_transaction_session_timeout=0 -c default_transaction_read_only=off",
    }
    for key, value in pairs(more or {}) do env[key] = value end
    return env
end

--- The environment of a worker.
function m.worker_environment(user, counts)
    return m.environment(user, { HK_DUMP = DUMP, HK_COUNT = counts and COUNT or "" })
end

--- A database's name as a connection string, so that no name is read as anything else.
function m.connection(name)
    return "dbname='" .. name:gsub("[\\']", "\\%0") .. "'"
end

--- The file name of a database's dump: bytes that would be trouble somewhere are %XX.
function m.file_name(name)
    local safe = name:gsub("[^%w_.-]", function(byte) return ("%%%02X"):format(byte:byte()) end)
    return "postgres-" .. safe .. "-backup.dump"
end

--- Distributes databases over `n` workers by size, the largest first, each to the one with the
-- least.
function m.distribute(databases, n)
    local sorted = table.move(databases, 1, #databases, 1, {})
    table.sort(sorted, function(a, b)
        if a.size ~= b.size then return a.size > b.size end
        return a.name < b.name
    end)
    local workers = {}
    for i = 1, math.min(n, #sorted) do workers[i] = { size = 0 } end
    for _, database in ipairs(sorted) do
        local least = workers[1]
        for _, worker in ipairs(workers) do
            if worker.size < least.size then least = worker end
        end
        least[#least + 1] = database
        least.size = least.size + database.size
    end
    return workers
end

--- The JSON values of a text, one a line.
function m.lines(text)
    local list = {}
    for line in text:gmatch("[^\n]+") do list[#list + 1] = json.decode(line) end
    return list
end

--- Reads what a worker printed: { [file] = {dumped=, tables={name=rows}|nil} }.
function m.parse(text)
    local found, current = {}, nil
    for line in text:gmatch("[^\n]+") do
        local value = try(json.decode, line)
        if type(value) ~= "table" then
            if current then current.tables = nil end -- a name that is not UTF-8
        elseif value.file then
            current = { tables = json.object {} }
            found[value.file] = current
        elseif value.uncounted then
            current.tables = nil
        elseif value.dumped then
            current.dumped = true
        elseif value.table and current.tables then
            current.tables[value.table] = value.rows
        end
    end
    return found
end

return m
