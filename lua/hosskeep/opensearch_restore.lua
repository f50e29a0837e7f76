--- OpenSearch at restore: the archive's repository is registered, its snapshot restored over what
-- a fresh server has made by itself, and waited for.

local client = require "hosskeep.opensearch_client"
local failure = require "hosskeep.failure"
local opensearch = require "hosskeep.opensearch"
local start = require "hosskeep.start"

local m = {}

local REPOSITORY = "hosskeep-restore" -- read only, and gone when the restore is done
-- The core service may make its empty index again between the deletion and the restore.
local ATTEMPTS = 5

local function call(ctx, ...)
    return client.ask(ctx.state.search, ...)
end

-- Why an answer about the health does not say that it is ready, or nil: status 200 alone says
-- nothing here either.
local function not_ready(response)
    if response.status ~= 200 then return "status " .. response.status end
    local answer = try(json.decode, response.body)
    local health = type(answer) == "table" and answer.status
    if health == "yellow" or health == "green" then return nil end
    return "its health is " .. (type(health) == "string" and health or "not told")
end

--- Waits until OpenSearch answers and is `yellow` or `green`.
function m.wait_ready(ctx)
    local deadline = time.monotonic() + ctx.settings["start.timeout"]
    start.container(ctx, "opensearch")
    ctx.state.search = opensearch.where(ctx)
    while true do
        local response, err = try(http.request, { timeout = 70, check = false,
            url = ctx.state.search.url
                .. "/_cluster/health?wait_for_status=yellow&timeout=60s" })
        local problem = err and tostring(err) or not_ready(response)
        if not problem then return end
        ctx.state.server:check()
        start.check_alive(ctx, "opensearch")
        if time.monotonic() >= deadline then
            failure.raise(10, "opensearch: not ready within %d s: %s",
                ctx.settings["start.timeout"], problem)
        end
        time.sleep(0.2)
    end
end

--- The folder below `.opensearch` that the archive's snapshot is laid into: one for each archive,
-- so that neither the server's own repository nor an earlier restore is in the way.
function m.folder(ctx)
    return "restore-" .. ctx.state.archive_id:sub(1, 12)
end

-- Where OpenSearch's container mounts BACKUP_ROOT/.opensearch.
local function mount(ctx)
    local part = ctx.state.parts.opensearch
    if part.location then return fs.dirname(part.location) end
    for _, one in ipairs(start.container(ctx, "opensearch"):inspect().Mounts) do
        if one.Source and fs.realpath(one.Source) == fs.realpath(ctx.places.opensearch) then
            return one.Destination
        end
    end
    failure.raise(10, "opensearch: its container does not mount %s", ctx.places.opensearch)
end

local function newest(snapshots)
    local best
    for _, snapshot in ipairs(snapshots) do
        local later = not best or snapshot.start_time_in_millis > best.start_time_in_millis
        if snapshot.state == "SUCCESS" and later then best = snapshot end
    end
    return best
end

-- The snapshot to restore: the one of the manifest, else the newest that succeeded.
local function choose(ctx)
    local location = fs.join(mount(ctx), m.folder(ctx))
    call(ctx, "PUT", "/_snapshot/" .. REPOSITORY,
        { type = "fs", settings = { location = location, readonly = true } })
    local all = call(ctx, "GET", "/_snapshot/" .. REPOSITORY .. "/_all").snapshots
    if type(all) ~= "table" then failure.raise(10, "opensearch: no list of snapshots came") end
    local wanted = ctx.state.parts.opensearch.snapshot
    for _, snapshot in ipairs(all) do
        if snapshot.snapshot == wanted and snapshot.state == "SUCCESS" then return snapshot end
    end
    local snapshot = not wanted and newest(all)
    if not snapshot then
        failure.raise(10, "opensearch: no complete snapshot%s in the archive",
            wanted and (" " .. wanted) or "")
    end
    return snapshot
end

local function begin(ctx, snapshot)
    if #snapshot.indices > 0 then
        -- By name, because a wildcard must not delete what the snapshot does not bring.
        for _, index in ipairs(snapshot.indices) do
            try(call, ctx, "DELETE", "/" .. index .. "?ignore_unavailable=true")
        end
    end
    return call(ctx, "POST", ("/_snapshot/%s/%s/_restore?wait_for_completion=true")
        :format(REPOSITORY, snapshot.snapshot),
        { indices = table.concat(snapshot.indices, ","), include_global_state = false },
        ctx.settings["opensearch.timeout"])
end

local function check(answer)
    local shards = (answer.snapshot or {}).shards
    if not shards or shards.failed ~= 0 or shards.successful ~= shards.total then
        failure.raise(10, "opensearch: the index restore failed: %s",
            json.encode(answer):sub(1, 300))
    end
end

local function close_again(ctx)
    for _, index in ipairs(ctx.state.parts.opensearch.indices or {}) do
        if index.status == "close" then call(ctx, "POST", "/" .. index.name .. "/_close") end
    end
end

--- Restores the index, and waits for it.
function m.run(ctx)
    local snapshot = choose(ctx)
    if #snapshot.indices == 0 then
        ctx:note("the snapshot has no index")
        return
    end
    for attempt = 1, ATTEMPTS do
        local answer, err = try(begin, ctx, snapshot)
        if answer then
            check(answer)
            break
        end
        if attempt == ATTEMPTS or err.kind ~= "http" then
            failure.raise(10, "opensearch: the index restore failed: %s", tostring(err))
        end
    end
    close_again(ctx)
    m.wait_ready(ctx)
end

local CLEAN = [==[rm -rf "$1"/restore-?*]==]

--- Removes the repository and its folder, those of restores that were cut off too.
function m.clean(ctx)
    local removed, problem = try(client.remove_repository, ctx.state.search, REPOSITORY)
    if not removed then
        ctx:warn("opensearch: repository %s could not be removed: %s", REPOSITORY,
            tostring(problem))
    end
    start.container(ctx, "opensearch"):exec({ "sh", "-c", CLEAN, "sh", mount(ctx) }, { user = "0" })
end

return m
