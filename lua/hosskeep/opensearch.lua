--- The search index: a snapshot into hosskeep's own repository, a folder of its own below
-- `.opensearch`. There the next snapshot is incremental, and the archive carries exactly one.

local attend = require "hosskeep.attend"
local client = require "hosskeep.opensearch_client"
local failure = require "hosskeep.failure"
local server = require "hosskeep.server"
local volumes = require "hosskeep.volumes"

local m = {}

local SERVICE = "opensearch"
local MOUNT = "/mnt/snapshots"
local PORT = "9200/tcp"
local REPOSITORY = "hosskeep" -- also the folder's name
local PREFIX = "hosskeep-"
local SHORT = 60
local SNAPSHOTS = "/_snapshot/" .. REPOSITORY

-- OpenSearch runs as 1000:1000 in its image; the folder that the operator's compose file mounts
-- may be closed to it.
local OPEN_FOLDER = [==[
set -eu
[ "$(stat -c %u "$1")" = 1000 ] || { chgrp 1000 "$1"; chmod g+rwx "$1"; }
mkdir -p "$1/$2"
chown 1000:1000 "$1/$2"
chmod 2770 "$1/$2"
]==]

-- The address at which the Engine publishes the port.
local function published(details)
    local ports = (details.NetworkSettings or {}).Ports or {}
    local bound = ports[PORT]
    if type(bound) ~= "table" or not bound[1] then return nil end
    local host = bound[1].HostIp
    if not host or host == "" or host == "0.0.0.0" or host == "::" then host = "127.0.0.1" end
    if host:find(":", 1, true) then host = "[" .. host .. "]" end
    return ("http://%s:%s"):format(host, bound[1].HostPort)
end

--- Where OpenSearch is asked, as {url=, container=}: the URL is the setting's, else where its
--- container is published, else at the usual port.
function m.where(ctx)
    local container = ctx:service(SERVICE)
    local url = ctx.settings["opensearch.url"]
    if url and url ~= "" then return { url = url:gsub("/+$", ""), container = container } end
    local details = container and container:inspect()
    return { url = details and published(details) or "http://localhost:9200",
        container = container }
end

local function call(ctx, ...)
    return client.ask(ctx.search, ...)
end

--- OpenSearch must answer; what its index takes is told to the check of free space.
function m.check(ctx)
    if not ctx:wants(SERVICE) then return end
    ctx.search = m.where(ctx)
    local list, problem = try(client.indices, ctx.search)
    if not list then failure.raise(4, "opensearch: it does not answer: %s", tostring(problem)) end
    ctx.index_size = 0
    for _, one in ipairs(list) do ctx.index_size = ctx.index_size + one.size end
    ctx.opensearch_version = (call(ctx, "GET", "/").version or {}).number
end

--- What the snapshot touches.
function m.objects(ctx)
    if not ctx:wants(SERVICE) then return {} end
    return {
        reads = { "index:*" },
        changes = { "folder:" .. fs.join(ctx.places.opensearch, REPOSITORY) },
    }
end

local function register(ctx)
    local settings = { location = fs.join(MOUNT, REPOSITORY) }
    call(ctx, "PUT", SNAPSHOTS, { type = "fs", settings = settings })
end

-- The repository; its folder is made by OpenSearch itself, or by us where it may not.
local function prepare(ctx)
    if try(register, ctx) then return end
    server.running(ctx, SERVICE):exec({ "sh", "-c", OPEN_FOLDER, "hosskeep", MOUNT, REPOSITORY },
        { user = "root", timeout = SHORT })
    register(ctx)
end

-- What is left of a snapshot that does not end up in an archive. Once the one before is gone, it
-- stays in its place: whole, and the next one builds on it.
local function undo(ctx, state)
    if state.kept then return end
    if state.job then state.job:close() end
    local removed, problem = try(client.remove_snapshot, ctx.search, REPOSITORY, state.name)
    if not removed then
        ctx:warn("opensearch: snapshot %s could not be removed: %s", state.name, tostring(problem))
        return
    end
    ctx.journal:done(state.token)
end

--- Starts the snapshot; documents are counted right before it.
function m.start(ctx)
    if not ctx:wants(SERVICE) then return end
    prepare(ctx)
    -- The one of a run that failed may have stayed (see undo), in this very second.
    local name = PREFIX .. ctx.publishing.timestamp:lower() .. "-" .. ctx:random()
    local state = { name = name, before = client.documents(ctx.search) }
    ctx.snapshot = state
    state.token = ctx.journal:add {
        kind = "snapshot", id = state.name, repository = REPOSITORY, url = ctx.search.url,
    }
    ctx:defer(function() undo(ctx, state) end, "remove an unfinished snapshot")
    state.job = http.request {
        method = "PUT",
        url = ctx.search.url .. SNAPSHOTS .. "/" .. name .. "?wait_for_completion=true",
        json = {
            indices = "*", expand_wildcards = "all", include_global_state = false, partial = false,
        },
        timeout = ctx.settings["opensearch.timeout"], check = false, background = true,
    }
end

--- What is wrong with OpenSearch's answer to a snapshot, or nil: status 200 alone says nothing.
function m.problem(status, body)
    local answer = try(json.decode, body)
    if type(answer) ~= "table" then return ("status %d and no JSON"):format(status) end
    local snapshot = answer.snapshot
    if status ~= 200 or type(snapshot) ~= "table" then
        local cause = type(answer.error) == "table" and answer.error.reason or answer.error
        return ("status %d, %s"):format(status, tostring(cause or "no snapshot in the answer"))
    end
    local shards = snapshot.shards or {}
    if snapshot.state ~= "SUCCESS" or shards.failed ~= 0 or shards.successful ~= shards.total then
        local first = (snapshot.failures or {})[1]
        return ("the snapshot is %s%s"):format(tostring(snapshot.state),
            first and (": " .. tostring(first.reason)) or "")
    end
    return nil, snapshot
end

-- An index that exists and is not in the snapshot would be missing after a restore.
local function check_complete(listed, snapshot)
    local inside = {}
    for _, name in ipairs(snapshot.indices) do inside[name] = true end
    for _, index in ipairs(listed) do
        if not inside[index.name] then
            failure.raise(5, "opensearch: index %s is not in the snapshot", index.name)
        end
    end
    return inside
end

-- Our own older ones, leftovers of killed runs too.
local function remove_older(ctx, keep)
    local all = call(ctx, "GET", SNAPSHOTS .. "/_all?verbose=false").snapshots
    if type(all) ~= "table" then failure.raise(5, "opensearch: no list of snapshots came") end
    for _, snapshot in ipairs(all) do
        local name = snapshot.snapshot
        if name ~= keep and name:sub(1, #PREFIX) == PREFIX then
            client.remove_snapshot(ctx.search, REPOSITORY, name,
                ctx.settings["opensearch.timeout"])
        end
    end
end

local function counted(listed, inside, before, after)
    local list = json.array {}
    for _, index in ipairs(listed) do
        local open = index.status == "open"
        if inside[index.name] then
            list[#list + 1] = {
                name = index.name, status = index.status,
                documents = open and (before[index.name] or 0) or nil,
                documents_after = open and (after[index.name] or 0) or nil,
            }
        end
    end
    return list
end

local function wait(ctx, state)
    local container = ctx.search.container
    if container then attend.any(container, SERVICE, { state.job }) end
    local answer = state.job:wait()
    local problem, snapshot = m.problem(answer.status, answer.body)
    if problem then failure.raise(5, "opensearch: %s", problem) end
    local listed = client.indices(ctx.search)
    local inside = check_complete(listed, snapshot)
    remove_older(ctx, state.name)
    state.kept = true
    ctx.journal:done(state.token)
    return counted(listed, inside, state.before, client.documents(ctx.search))
end

--- Waits for the snapshot, removes the one before and adds the repository's files.
function m.add(ctx)
    local state = ctx.snapshot
    if not state then return end
    local found = wait(ctx, state)
    volumes.copy(ctx, { mount = "search", below = REPOSITORY }, "search", "snapshot")
    ctx.manifest.opensearch = {
        repository = REPOSITORY, folder = REPOSITORY, snapshot = state.name, entry = "search",
        version = ctx.opensearch_version, location = fs.join(MOUNT, REPOSITORY), indices = found,
    }
end

return m
