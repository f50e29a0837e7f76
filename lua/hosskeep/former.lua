--- The containers of the server that `--replace` takes away. They are removed and not merely
-- stopped, because compose finds containers by labels, which cannot be changed. What they were made
-- of is kept on disk, so that a failure makes them again as they were, without any start command:
-- with the same host names (RabbitMQ's data belongs to one), networks and certificates.

local certificates = require "hosskeep.certificates"

local m = {}

local STOP = 30 -- seconds that each gets to end by itself

local function record_path(ctx)
    return fs.join(ctx.places.config, ".replaced-containers.json")
end

local function acme_path(ctx)
    return fs.join(ctx.places.config, ".replaced-acme.tar")
end

-- traefik's certificates live in its container's own layer, which goes with it.
local function save_certificates(ctx, container)
    local path = certificates.find(ctx, container)
    if not path then return nil end
    local reader <close> = container:open(path)
    local writer <close> = fs.create(acme_path(ctx), { mode = tonumber("600", 8), replace = true })
    stream.copy(reader, writer)
    writer:close()
    return path
end

local function describe(ctx, container)
    local known = container:inspect()
    local state = known.State
    return {
        id = container.id, short = container.id:sub(1, 12), name = container.name,
        service = container.service,
        image = known.Image, config = known.Config, host = known.HostConfig,
        networks = known.NetworkSettings.Networks, mounts = known.Mounts,
        ran = state.Running or state.Restarting, paused = state.Paused, started = state.StartedAt,
        acme = container.service == "traefik" and save_certificates(ctx, container) or nil,
    }
end

local function write(ctx, list)
    fs.write(record_path(ctx), json.encode(json.array(list)), { mode = tonumber("600", 8) })
end

--- Notes on disk what every container of the project is made of, and whether it runs.
function m.record(ctx)
    local list = {}
    for _, container in ipairs(ctx.docker:containers { project = ctx.project }) do
        local one = describe(ctx, container)
        if not one.host.AutoRemove then list[#list + 1] = one end
    end
    write(ctx, list)
end

local function recorded(ctx)
    local text = fs.read(record_path(ctx), 64 << 20)
    return text and json.decode(text) or {}
end

--- The image of one of the recorded containers, for work that needs its programs; or nil.
function m.image(ctx)
    local image
    for _, one in ipairs(recorded(ctx)) do
        image = (one.service == "db" or not image) and one.image or image
    end
    return image
end

local function ask_to_stop(ctx, one, background)
    return ctx.docker:request("POST", "/containers/" .. one.id .. "/stop",
        { query = { t = STOP }, timeout = STOP + 60, check = false, background = background })
end

--- Stops what was recorded and is still there, all at once; waits for each. A call of its own that
-- does not get through is made once more on the connection that is open.
function m.stop(ctx)
    local jobs = {}
    for _, one in ipairs(recorded(ctx)) do
        if one.paused then
            ctx.docker:request("POST", "/containers/" .. one.id .. "/unpause", { check = false })
        end
        if one.ran then
            jobs[#jobs + 1] = { one = one, call = try(ask_to_stop, ctx, one, true) }
        end
    end
    for _, job in ipairs(jobs) do
        local answer, status
        if job.call then answer, status = try(job.call.wait, job.call) end
        if type(status) ~= "number" then answer, status = ask_to_stop(ctx, job.one) end
        if status >= 400 and status ~= 404 then
            error(type(answer) == "table" and answer.message or "stop: HTTP " .. status, 0)
        end
    end
end

--- Removes every container of the project; volumes without a name of their own stay.
function m.remove(ctx)
    for _, container in ipairs(ctx.docker:containers { project = ctx.project }) do
        container:remove { force = true }
    end
end

--- Removes the containers that are not the former server's, with the volumes that are theirs alone.
function m.remove_others(ctx)
    local keep = {}
    for _, one in ipairs(recorded(ctx)) do keep[one.id] = true end
    for _, container in ipairs(ctx.docker:containers { project = ctx.project }) do
        if not keep[container.id] then container:remove { force = true, volumes = true } end
    end
end

-- Networks that every Engine has; all others are connected by name.
local BUILT_IN = { bridge = true, host = true, none = true, default = true }

-- What the Engine takes back of a network; the name that it gave by itself, the container's short
-- id, goes.
local function endpoint(one, network)
    local aliases = json.array {}
    for _, alias in ipairs(network.Aliases ~= json.null and network.Aliases or {}) do
        if alias ~= one.short then aliases[#aliases + 1] = alias end
    end
    return {
        Aliases = aliases, IPAMConfig = network.IPAMConfig, Links = network.Links,
        DriverOpts = network.DriverOpts,
    }
end

-- Volumes without a name of their own are mounted by the one that the Engine gave.
local function binds(one)
    local list, named = json.array {}, {}
    for _, bind in ipairs(one.host.Binds ~= json.null and one.host.Binds or {}) do
        list[#list + 1] = bind
        named[bind:match("^[^:]+:([^:]+)") or bind] = true
    end
    local mounts = one.host.Mounts
    for _, mount in ipairs(mounts ~= nil and mounts ~= json.null and mounts or {}) do
        named[mount.Target] = true
    end
    for _, mount in ipairs(one.mounts) do
        if mount.Type == "volume" and not named[mount.Destination] then
            list[#list + 1] = mount.Name .. ":" .. mount.Destination
        end
    end
    return list
end

-- By name while that still means the same image: the name tells the version.
local function image_of(ctx, one)
    local found = ctx.docker:image(one.config.Image)
    return found and found.Id == one.image and one.config.Image or one.image
end

local function make(ctx, one)
    local spec, mode = one.config, one.host.NetworkMode
    spec.Image = image_of(ctx, one)
    if mode:find "^container:" then spec.Hostname = nil end
    spec.HostConfig = one.host
    spec.HostConfig.Binds = binds(one)
    local first = not BUILT_IN[mode] and one.networks[mode]
    if first then
        spec.NetworkingConfig = { EndpointsConfig = { [mode] = endpoint(one, first) } }
    end
    local container, err = try(ctx.docker.create, ctx.docker, one.name, spec)
    if err and err.code == 409 then -- a start command's last request was under way
        m.remove_others(ctx)
        container, err = ctx.docker:create(one.name, spec), nil
    end
    if err then error(err, 0) end
    for name, network in pairs(one.networks) do
        if name ~= mode and not BUILT_IN[name] and network.NetworkID ~= mode then
            ctx.docker:request("POST", "/networks/" .. name .. "/connect",
                { body = { Container = container.id, EndpointConfig = endpoint(one, network) } })
        end
    end
    return container
end

local function put_certificates_back(ctx, one, container)
    local reader <close> = fs.open(acme_path(ctx))
    local writer <close> = container:upload(fs.dirname(one.acme))
    stream.copy(reader, writer)
    writer:close()
end

-- The container of before, or one that is made like it.
local function bring(ctx, one)
    local container = ctx.docker:container(one.id)
    if container:inspect() then return container end
    container = make(ctx, one)
    if one.acme then put_certificates_back(ctx, one, container) end
    one.id = container.id
    return container
end

--- Has every recorded container again, and those that ran run, in the order in which they had been
-- started. True when any of them ran.
function m.put_back(ctx)
    local list, ran = recorded(ctx), false
    table.sort(list, function(a, b) return a.started < b.started end)
    m.stop(ctx) -- one that was asked to stop would do so behind its start
    for _, one in ipairs(list) do
        local container = bring(ctx, one)
        write(ctx, list) -- a run that is killed here goes on with those that are there
        if one.ran then
            container:start()
            if one.paused then container:pause() end
            ran = true
        end
    end
    return ran
end

--- Removes all that was kept of a former server on disk, volumes too.
function m.forget(ctx)
    for _, name in ipairs(fs.list(ctx.places.config)) do
        if name:find "^%.replaced%-" then fs.remove(fs.join(ctx.places.config, name)) end
    end
end

return m
