--- The HOSS server as a whole: which services it has, where its endpoint is and which version
-- answers there.

local failure = require "hosskeep.failure"

local m = {}

--- The services that keep something that a backup needs, and what a person calls it.
m.STATEFUL = {
    { service = "db", what = "databases" },
    { service = "opensearch", what = "search index" },
    { service = "ldap", what = "directory" },
    { service = "rabbitmq", what = "message queues" },
    { service = "auth", what = "signing key" },
}

local function there(ctx, service)
    local container = ctx:service(service)
    if not container then
        failure.raise(4, "%s: SERVICES names it, but project %s has no container of it",
            service, ctx.project)
    end
    return container
end

--- The container of a service that must be there and run.
function m.running(ctx, service)
    local container = there(ctx, service)
    if container.state ~= "running" then
        failure.raise(4, "%s: container %s is %s, not running",
            service, container.name, container.state)
    end
    return container
end

--- What the Engine knows about a service's container; asked once a run.
function m.details(ctx, service)
    ctx.details = ctx.details or {}
    if not ctx.details[service] then
        local details = m.running(ctx, service):inspect()
        if not details then failure.raise(4, "%s: its container has just been removed", service) end
        ctx.details[service] = details
    end
    return ctx.details[service]
end

--- What a service's container mounts at a path of its own, or nil.
function m.mount(ctx, service, path)
    for _, mount in ipairs(m.details(ctx, service).Mounts or {}) do
        if mount.Destination == path then return mount end
    end
    return nil
end

--- Every service that SERVICES names must be there; those that hold data, and core, must run.
function m.check_services(ctx)
    for _, one in ipairs(m.STATEFUL) do
        if ctx:wants(one.service) then
            m.running(ctx, one.service)
        else
            ctx:note("%s: left out by SERVICES, so no %s in this backup", one.service, one.what)
        end
    end
    if ctx:wants("core") then m.running(ctx, "core") end
    for name in (ctx.env.SERVICES or ""):gmatch("[^%s,]+") do there(ctx, name) end
end

-- What a wrong answer most likely means.
local function judge(url, answer)
    if answer.status ~= 200 then
        return nil, ("%s answers with status %d"):format(url, answer.status)
    end
    local found = try(json.decode, answer.body)
    if type(found) ~= "table" then
        local what = answer.body:match("^%s*<") and "a web page" or "something else"
        return nil, ("%s answers %s instead of JSON"):format(url, what)
    end
    if type(found.version) ~= "string" or found.version == "" then
        return nil, ("%s tells no version"):format(url)
    end
    return found
end

--- Asks core which version runs. Returns its answer (version, build, ...), or nil and a reason in
-- one line.
function m.discover(ctx)
    local url = ctx.endpoint .. "/core/v1/discover"
    local answer, problem = try(http.request, {
        url = url, check = false, max_size = 1 << 20,
        timeout = ctx.settings["endpoint.timeout"], insecure = ctx.settings["endpoint.insecure"],
    })
    if not answer then
        local text = tostring(problem)
        local hint = text:find("SSL", 1, true) and "; should it be http:// ?" or ""
        return nil, text .. hint
    end
    return judge(url, answer)
end

--- The endpoint must answer with the version that the archive will be marked with.
function m.check_version(ctx)
    local found, reason = m.discover(ctx)
    if not found then failure.raise(4, "endpoint: %s", reason) end
    ctx.discovered = found
end

-- How the project was started: what `restore` shows as the command to start it again.
local function compose(ctx)
    for _, one in ipairs(m.STATEFUL) do
        local container = ctx:wants(one.service) and ctx:service(one.service)
        if container then
            local label = function(key) return container.labels["com.docker.compose." .. key] end
            local files = json.array {}
            for file in (label("project.config_files") or ""):gmatch("[^,]+") do
                files[#files + 1] = file
            end
            return {
                working_dir = label("project.working_dir"), config_files = files,
                version = label("version"), environment_file = label("project.environment_file"),
            }
        end
    end
    return nil
end

local function services(ctx)
    local listed, left_out = json.array {}, json.array {}
    for name in (ctx.env.SERVICES or ""):gmatch("[^%s,]+") do listed[#listed + 1] = name end
    for _, one in ipairs(m.STATEFUL) do
        if not ctx:wants(one.service) then left_out[#left_out + 1] = one.service end
    end
    return { listed = listed, left_out = left_out }
end

--- version.json, and what the manifest says about the server.
function m.add_version(ctx)
    local manifest, found, places = ctx.manifest, ctx.discovered, ctx.places
    manifest.tool = { name = "hosskeep", version = hosskeep.version }
    manifest.created = time.format("%Y-%m-%dT%H:%M:%SZ", ctx.started)
    manifest.host = process.hostname()
    manifest.project = ctx.project
    manifest.server = { version = found.version, build = found.build, endpoint = ctx.endpoint }
    manifest.places = {
        config = places.config, hoss_dir = ctx.env.HOSS_DIR,
        backup_root = places.backup_root, db_root = places.db_root,
    }
    manifest.services = services(ctx)
    manifest.compose = compose(ctx)
    ctx.packer:add_bytes("version.json", json.encode(found), { mtime = math.floor(ctx.started) })
end

return m
