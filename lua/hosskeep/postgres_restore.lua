--- Postgres at restore: the dumps and a start-up script are laid where a new, empty database
-- container runs them. The script's last act is a file in the data folder, the sentinel: a server
-- that started without it was not restored. Nothing of a site's data is part of the script's text,
-- so nothing has to be quoted.

local aside = require "hosskeep.aside"
local failure = require "hosskeep.failure"
local start = require "hosskeep.start"

local m = {}

local SCRIPT = "zz-hosskeep-restore.sh"
-- What a restore by hossadm leaves behind: it would run behind ours, fail, and end the container.
local HOSSADM_SCRIPT = "zz-restore-db.sh"
local DUMPS = "restore" -- below BACKUP_ROOT/.db, which the container mounts as /mnt/backup
local SENTINEL = "hosskeep-restored"
local FAILED = "hosskeep-restore-failed"

-- Limits that a site set on its server, databases or roles must not end a restore; the last two
-- only save time: a restore that a crash cuts off is done anew.
local PGOPTIONS = "-c statement_timeout=0 -c lock_timeout=0"
    .. " -c idle_in_transaction_session_timeout=0 -c default_transaction_read_only=off"
    .. " -c synchronous_commit=off -c maintenance_work_mem=256MB"

local TEXT = [==[
#!/bin/sh
# Written by `hosskeep restore`, which removes it again. Runs once, when the data folder is new.
dumps=/mnt/backup/@DUMPS@
log=$PGDATA/@FAILED@
export PGOPTIONS='@PGOPTIONS@'

fail() {
    echo "$1" >> "$log"
    cat "$log" >&2
    exit 1
}

server() { pg_ctl -D "$PGDATA" -w -t 86400 -m fast "$@"; }

# Nothing of it need last before all of it is there: without that the restore takes half the time,
# and one that is cut off is done anew. What the image started the server with stays.
options=$(sed 's/^[^ ]* //' "$PGDATA/postmaster.opts")
quick='-c wal_level=minimal -c max_wal_senders=0 -c archive_mode=off -c fsync=off'
quick="$quick -c full_page_writes=off -c autovacuum=off"
server -o "$options $quick" restart || server -o "$options" start ||
    fail "the server does not start again"

# Roles that are there already do not matter; any other that is missing stops pg_restore below.
if [ -e "$dumps/globals.sql" ]; then
    psql --username "$POSTGRES_USER" --no-password --no-psqlrc --quiet --dbname postgres \
        --file "$dumps/globals.sql" > /dev/null || fail "globals.sql: psql ended with $?"
fi
for dump in "$dumps"/postgres-*-backup.dump; do
    [ -e "$dump" ] || continue
    # No database is dropped from within. All are made anew: grants and settings of a database
    # itself come back with --create only.
    case $dump in
    */postgres-postgres-backup.dump) other=template1 ;;
    *) other=postgres ;;
    esac
    pg_restore --username "$POSTGRES_USER" --no-password --dbname "$other" --clean --if-exists \
        --create --exit-on-error --jobs @JOBS@ "$dump" 2> "$log" ||
        fail "${dump##*/}: pg_restore ended with $?"
done
server stop || fail "the server does not stop"
sync -f "$PGDATA" "$PGDATA/pg_wal" || sync || fail "the data folder cannot be synced"
server -o "$options" start || fail "the server does not start again"
rm -f "$log"
echo '@ID@' > "$PGDATA/@SENTINEL@" || fail "the sentinel cannot be written"
]==]

-- Runs inside the database's container until the sentinel is there (0), the script failed (3:
-- prints why), or the server answers over TCP without it (4): while the start-up scripts run it
-- listens on its socket only.
local WAIT = [==[
data=${PGDATA:-/var/lib/postgresql/data} turn=0
while :; do
    [ -e "$data/@SENTINEL@" ] && exit 0
    turn=$((turn + 1))
    if [ $((turn % 5)) -eq 0 ] && pg_isready --quiet --host 127.0.0.1 --username "$POSTGRES_USER"
    then
        [ -e "$data/@SENTINEL@" ] && exit 0
        [ -e "$data/@FAILED@" ] && { cat "$data/@FAILED@"; exit 3; }
        exit 4
    fi
    sleep 0.2
done
]==]

local CLEAN = [==[
rm -rf "/mnt/backup/$1" "/mnt/backup/$1.before-restore-"* &&
    rm -f "${PGDATA:-/var/lib/postgresql/data}/$2"
]==]

-- The same for a server that accepts connections: the start-up server has ended, the real one runs.
local WAIT_READY = [==[
until pg_isready --quiet --host 127.0.0.1 --username "$POSTGRES_USER"; do sleep 0.1; done
]==]

local function fill(text, values)
    return (text:gsub("@(%u+)@", values))
end

local function names()
    return { SENTINEL = SENTINEL, FAILED = FAILED, DUMPS = DUMPS, PGOPTIONS = PGOPTIONS }
end

--- The start-up script's text. `id` names the archive; it goes into the sentinel.
function m.script(id, jobs)
    local values = names()
    values.ID = id:gsub("[^%w._:-]", "_")
    values.JOBS = tostring(jobs)
    return fill(TEXT, values)
end

--- Where the start-up script lies on the host.
function m.script_path(ctx)
    local folder = ctx.places.init_scripts
    if not folder then
        failure.raise(4, "DB_INIT_SCRIPTS is missing in .env: databases are restored through it")
    end
    -- Compose takes a relative path from the folder of its file.
    if folder:sub(1, 1) ~= "/" then
        local base = (ctx.manifest.compose or {}).working_dir
        if not base then failure.raise(4, "DB_INIT_SCRIPTS: %s is not an absolute path", folder) end
        folder = fs.join(base, folder)
    end
    return fs.join(folder, SCRIPT)
end

--- The script's folder must be one that can be written, or made (exit 4).
function m.check(ctx)
    local folder = fs.dirname(m.script_path(ctx))
    local there = folder
    while not fs.stat(there) do there = fs.dirname(there) end
    if not fs.writable(there) then
        failure.raise(4, "DB_INIT_SCRIPTS: %s cannot be written", there)
    end
end

--- The folder for the dumps on the host, and its name inside BACKUP_ROOT/.db.
function m.dumps_folder(ctx)
    return fs.join(ctx.places.db, DUMPS), DUMPS
end

--- Owner and modes for the dumps as the archive's manifest asks: the database's own user alone may
-- read them. An archive that does not tell the user leaves them readable, as they lay before in
-- hossadm's folder.
function m.owner(ctx)
    local postgres = ctx.state.parts.postgres or {}
    if postgres.uid then
        return { uid = postgres.uid, gid = postgres.gid, folder = tonumber("700", 8) }
    end
    return { uid = process.uid, gid = process.gid, folder = tonumber("755", 8) }
end

--- Writes the start-up script. It holds no secret; the container's user must be able to run it.
function m.prepare(ctx)
    local folder = fs.dirname(m.script_path(ctx))
    if not fs.stat(folder) then fs.mkdir(folder, tonumber("755", 8)) end
    aside.rename(ctx, fs.join(folder, HOSSADM_SCRIPT))
    fs.write(m.script_path(ctx), m.script(ctx.state.archive_id, ctx.settings["postgres.jobs"]),
        { mode = tonumber("755", 8) })
end

--- Takes the script away again, when the server has not been started.
function m.undo(ctx)
    fs.remove(m.script_path(ctx))
end

local function fail_of(answer, container)
    if answer.code == 3 then
        failure.raise(10, "postgres: %s", m.first_error(answer.stdout))
    end
    failure.raise(10, "postgres: %s started without running the restore script;"
        .. " was its data folder not empty?", container.name)
end

--- The line of pg_restore's output that says what failed, else the last one.
function m.first_error(text)
    local last
    for line in text:gmatch("[^\n]+") do
        local cause = line:match("error: (.*)") or line:match("ERROR:%s*(.*)")
        if cause then return cause end
        last = line
    end
    return last or "unknown error"
end

--- Waits until the start-up script has restored everything; raises with pg_restore's own error if
-- it could not.
function m.wait_restored(ctx)
    local container = start.container(ctx, "db")
    local deadline = time.monotonic() + ctx.settings["start.timeout"]
    while true do
        local left = math.max(1, deadline - time.monotonic())
        local answer, err = try(container.exec, container, { "sh", "-c", fill(WAIT, names()) },
            { timeout = left, check = false })
        if answer and answer.code == 0 then return end
        if answer and (answer.code == 3 or answer.code == 4) then
            fail_of(answer, container)
        end
        start.check_alive(ctx, "db")
        -- The script failed and took the container along: `restart: always` brings it back, and
        -- then it tells.
        if time.monotonic() >= deadline then
            failure.raise(10, "postgres: not restored within %d s%s", ctx.settings["start.timeout"],
                err and (": " .. tostring(err)) or "")
        end
        ctx.state.server:wait_for_start("db", deadline)
    end
end

--- Waits until the server accepts connections.
function m.wait_ready(ctx)
    start.container(ctx, "db"):exec({ "sh", "-c", WAIT_READY },
        { timeout = ctx.settings["start.timeout"] })
end

--- Removes what was there only for the restore; root in the container may, whoever runs hosskeep.
function m.clean(ctx)
    local container = start.container(ctx, "db")
    container:exec({ "sh", "-c", CLEAN, "sh", DUMPS, SENTINEL }, { user = "0" })
    fs.remove(m.script_path(ctx))
end

return m
