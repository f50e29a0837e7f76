--- RabbitMQ: its data goes with the volumes; here its node name (the data folder is named after
-- it), the definitions as a fallback, and the queues with their messages, for the comparison after
-- a restore.

local attend = require "hosskeep.attend"
local base64 = require "hosskeep.base64"
local failure = require "hosskeep.failure"
local server = require "hosskeep.server"

local m = {}

local SERVICE = "rabbitmq"
local ENTRY = "rabbitmq/definitions.json"

-- Evaluates an expression ($1) in the broker, as rabbitmqctl eval does, and prints its value. A
-- plain Erlang does it in a quarter of rabbitmqctl's processor time and before it has even begun;
-- where it cannot (another place, long node names), rabbitmqctl is asked.
local EVALUATE = [==[
[ ! -e /var/lib/rabbitmq/.erlang.cookie ] || HOME=/var/lib/rabbitmq
HK_EXPRESSION=$1
host=$(cat /proc/sys/kernel/hostname)
HK_NODE=${RABBITMQ_NODENAME:-rabbit}
case $HK_NODE in *@*) ;; *) HK_NODE=$HK_NODE@${host%%.*} ;; esac
export HOME HK_EXPRESSION HK_NODE
ERL_CRASH_DUMP_SECONDS=0 erl +S 1:1 +A 1 +sbwt none -noinput -hidden -sname "hosskeep$$" -eval '
    {ok, Tokens, _} = erl_scan:string(os:getenv("HK_EXPRESSION")),
    {ok, Parsed} = erl_parse:parse_exprs(Tokens),
    Node = list_to_atom(os:getenv("HK_NODE")),
    case rpc:call(Node, erl_eval, exprs, [Parsed, []]) of
        {value, Value, _} -> io:format("~p~n", [Value]), halt(0);
        _ -> halt(1)
    end.' 2> /dev/null || exec rabbitmqctl -q eval "$1"
]==]

-- All of it in one question. Erlang prints the text as <<"...">>; in base 64 nothing in it is
-- escaped.
local ASK = [==[
Number = fun(K, Info) ->
    case proplists:get_value(K, Info) of N when is_integer(N) -> N; _ -> null end
end,
Queue = fun(Q) ->
    Info = rabbit_amqqueue:info(Q, [name, durable, messages, messages_persistent]),
    {resource, Host, queue, Name} = proplists:get_value(name, Info),
    #{vhost => Host, name => Name, durable => proplists:get_value(durable, Info),
      messages => Number(messages, Info), persistent => Number(messages_persistent, Info)}
end,
base64:encode(rabbit_json:encode(#{
    node => atom_to_binary(node(), utf8), version => list_to_binary(rabbit_misc:version()),
    queues => [Queue(Q) || Q <- rabbit_amqqueue:list()],
    definitions => rabbit_definitions:all_definitions()})).
]==]

-- Where the broker does not know one of those functions, the node name is what a restore cannot do
-- without.
local NODE = "atom_to_binary(node(), utf8)."

local function ask(container, expression, options)
    options.env = { RABBITMQ_CTL_ERL_ARGS = "+S 2:2 +A 1" }
    return container:exec({ "sh", "-c", EVALUATE, "sh", expression }, options)
end

--- The text of an Erlang binary as Erlang prints it: <<"...">>, long ones in several pieces.
function m.binary(printed)
    local inner = printed:match("^%s*<<(.*)>>%s*$")
    if not inner then return nil end
    local parts = {}
    for piece in inner:gmatch('"([^"]*)"') do parts[#parts + 1] = piece end
    return table.concat(parts)
end

--- What the broker told: { node=, version=, queues=, definitions= }, or nil.
function m.parse(printed)
    local text = m.binary(printed)
    text = text and base64.decode(text)
    local told = text and try(json.decode, text)
    return type(told) == "table" and told.node and told or nil
end

--- Starts to ask, in the background; the broker is not paused yet.
function m.start(ctx)
    if not ctx:wants(SERVICE) then return end
    local container = server.running(ctx, SERVICE)
    local job = ask(container, ASK, { timeout = 120, max_output = 64 << 20, background = true })
    ctx.rabbitmq_told = { job = job, container = container }
    ctx:on_failure(function() job:cancel() end, "end what asks RabbitMQ")
end

local function node_only(ctx, container)
    local answer, problem = try(ask, container, NODE, { timeout = 120 })
    local node = answer and m.binary(answer.stdout)
    if not node then
        failure.raise(5, "rabbitmq: it does not tell its node name: %s", tostring(problem))
    end
    ctx:warn("rabbitmq: its queues and definitions could not be read; the volume has them")
    return { node = node }
end

local function queues_of(told)
    local list = json.array {}
    for _, queue in ipairs(told.queues) do
        for key, value in pairs(queue) do
            if value == json.null then queue[key] = nil end
        end
        list[#list + 1] = queue
    end
    return list
end

--- Waits for the answer and puts it into the archive and the manifest.
function m.finish(ctx)
    local asked = ctx.rabbitmq_told
    if not asked then return end
    ctx.rabbitmq_told = nil
    attend.any(asked.container, SERVICE, { asked.job })
    local answer = try(asked.job.wait, asked.job)
    local told = answer and m.parse(answer.stdout) or node_only(ctx, asked.container)
    ctx.manifest.rabbitmq = { node = told.node, version = told.version }
    if told.definitions then
        ctx.packer:add_bytes(ENTRY, json.encode(told.definitions, { indent = true }),
            { mtime = math.floor(ctx.started) })
        ctx.manifest.rabbitmq.definitions = ENTRY
        ctx.manifest.rabbitmq.queues = queues_of(told)
    end
end

m.ASK = ASK
m.EVALUATE = EVALUATE
m.queues_of = queues_of

--- The queues with their messages now: { {vhost=, name=, durable=, messages=, persistent=}, ... }.
function m.queues(ctx)
    local answer = ask(server.running(ctx, SERVICE), ASK,
        { timeout = 120, max_output = 64 << 20 })
    local told = m.parse(answer.stdout)
    return told and queues_of(told)
end

return m
