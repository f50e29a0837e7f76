--- RabbitMQ at restore. It names its data folder after the container's host name, and a container
-- made anew has another one: so its data is renamed before the broker may use it, queues and
-- messages stay.

local failure = require "hosskeep.failure"
local rabbitmq = require "hosskeep.rabbitmq"
local container_run = require "hosskeep.container_run"
local start = require "hosskeep.start"

local m = {}

-- Runs in a helper of the broker's own image that has the old host name, because the rename checks
-- that the folder is that of the node that it runs as. The new container's own fresh folder is
-- dropped. Only the broker's tables are given to the rename: it would copy all messages as well.
local RENAME = [==[
set -eu
old=$OLD_NODE new=$NEW_NODE
HOME=/var/lib/rabbitmq; export HOME
cd "$HOME/mnesia"
[ -d "$old" ] || { echo "no data folder of $old" >&2; exit 1; }
tables=$PWD/hosskeep-tables
rm -rf "$new" "$new"-* "$new".pid ./*-rename "$tables"
# Without quorum queues their folder holds an empty log only.
queues() { set -- "$old/quorum/$old"/*/ && [ -d "$1" ]; }
queues || rm -rf "$old/quorum"
copy_tables() {
    rm -rf "$tables" "$tables-rename"
    mkdir "$tables"
    find "$old" -maxdepth 1 -type f -exec cp -p {} "$tables" \;
}
# The very function that rabbitmqctl calls, without what rabbitmqctl takes to start.
quick() {
    set --
    for plugin in /usr/lib/rabbitmq/lib/*/plugins/* /opt/rabbitmq/plugins/*; do
        case $plugin in
        *.ez) name=${plugin##*/}; set -- "$@" "$plugin/${name%.ez}/ebin" ;;
        *) [ ! -d "$plugin/ebin" ] || set -- "$@" "$plugin/ebin" ;;
        esac
    done
    epmd -daemon
    TABLES=$tables FLAGS=$PWD/$old-feature_flags ERL_CRASH_DUMP_SECONDS=0 \
        erl +S 1:1 +A 1 +sbwt none -noinput -pa "$@" -eval '
            application:load(mnesia),
            application:set_env(mnesia, dir, os:getenv("TABLES")),
            application:load(rabbit),
            application:set_env(rabbit, feature_flags_file, os:getenv("FLAGS")),
            {ok, _} = net_kernel:start([hosskeep, shortnames]),
            Old = list_to_atom(os:getenv("OLD_NODE")), New = list_to_atom(os:getenv("NEW_NODE")),
            case catch rabbit_mnesia_rename:rename(Old, [{Old, New}]) of
                ok -> halt(0);
                _ -> halt(1)
            end.'
}
slow() {
    RABBITMQ_NODENAME=$old RABBITMQ_MNESIA_DIR=$tables \
        RABBITMQ_FEATURE_FLAGS_FILE=$PWD/$old-feature_flags RABBITMQ_CTL_ERL_ARGS='+S 2:2 +A 1' \
        rabbitmqctl -q -n "$old" rename_cluster_node "$old" "$new" > /dev/null
}
copy_tables
if ! quick > /dev/null 2>&1; then
    copy_tables
    slow
fi
find "$old" -maxdepth 1 -type f -exec rm {} \;
find "$tables" -maxdepth 1 -type f -exec mv {} "$old" \;
mv "$old" "$new"
for companion in feature_flags plugins-expand; do
    [ ! -e "$old-$companion" ] || mv "$old-$companion" "$new-$companion"
done
rm -rf "$old.pid" "$tables" "$tables-rename"
]==]

local function hostname_of(node)
    return node:match("@([%w_.-]+)$")
end

--- The node that the container's broker will be: same name, the container's own host.
local function new_node(old, details)
    return old:match("^[^@]+") .. "@" .. details.Config.Hostname:match("^[^.]+")
end

-- The mounts of the broker's container, for the helper; by name or by path.
local function binds_of(details)
    local binds = {}
    for _, mount in ipairs(details.Mounts) do
        binds[#binds + 1] = (mount.Name or mount.Source) .. ":" .. mount.Destination
    end
    return binds
end

local function helper_spec(details, old, new)
    return {
        Image = details.Image,
        Hostname = hostname_of(old),
        User = "rabbitmq",
        Entrypoint = json.array { "sh", "-c", RENAME },
        Cmd = json.array {},
        Env = json.array { "OLD_NODE=" .. old, "NEW_NODE=" .. new },
        -- Everything else waits for the broker: its second boot begins behind this. So it goes
        -- first.
        HostConfig = { Binds = json.array(binds_of(details)), CpuShares = 65536 },
    }
end

--- True when the archive has the broker's data.
function m.wanted(ctx)
    local part = ctx.state.parts.rabbitmq
    return part ~= nil and part.node ~= nil
end

--- Carries queues and messages over to the new container's host name; the container was just
-- started.
function m.carry_over(ctx)
    local container = start.container(ctx, "rabbitmq")
    local old = ctx.state.parts.rabbitmq.node
    if not hostname_of(old) then
        failure.raise(10, "rabbitmq: the archive's node name is not one: %s", old)
    end
    local details = container:inspect()
    local new = new_node(old, details)
    if old ~= new then
        container:stop { timeout = 0 } -- what it has begun to write is dropped by the helper
        container_run.run(ctx, "rabbitmq: the data folder could not be renamed",
            helper_spec(details, old, new))
        container:start()
    end
    m.start_recount(ctx)
end

-- A listening port (hexadecimal, state 0A) is looked for before the broker is asked, because each
-- question boots a virtual machine of its own.
local RECOUNT = [==[
tries=600
until grep -Eqi ':1628 [0-9A-F]+:[0-9A-F]+ 0A ' /proc/net/tcp /proc/net/tcp6 2> /dev/null; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || { rabbitmqctl -q await_startup --timeout 300 > /dev/null; break; }
    sleep 0.2
done
]==] .. rabbitmq.EVALUATE

--- Begins to count queues and messages as soon as the broker serves them; in the background.
function m.start_recount(ctx)
    local container = ctx.state.containers.rabbitmq
    ctx.state.recount = container:exec({ "sh", "-c", RECOUNT, "sh", rabbitmq.ASK },
        { timeout = ctx.settings["start.timeout"], max_output = 64 << 20, background = true })
end

--- The queues that the broker has now, as in the manifest.
function m.recounted(ctx)
    local told = rabbitmq.parse(ctx.state.recount:wait().stdout)
    if not told then failure.raise(10, "rabbitmq: it does not tell its queues") end
    return rabbitmq.queues_of(told)
end

return m
