--- The named volumes, read through a helper that mounts them read-only: owners, modes, links and
-- odd names stay, and the service's own container keeps answering.

local extras = require "hosskeep.extras"
local failure = require "hosskeep.failure"
local meter = require "hosskeep.meter"
local server = require "hosskeep.server"

local m = {}

--- In archive order. `pause`: the service writes to it at any time, so it stands still while it is
-- read. `omit_blank`: the broker keeps a log of up to 512 MB ready for quorum queues, which is
-- nothing but zeros where there are none.
m.KINDS = {
    { key = "auth", service = "auth", path = "/secrets", suffix = "auth-secrets" },
    { key = "ldap-vol0", service = "ldap", path = "/var/lib/ldap", suffix = "ldap-vol0",
        pause = true },
    { key = "ldap-vol1", service = "ldap", path = "/etc/ldap/slapd.d", suffix = "ldap-vol1",
        pause = true },
    { key = "rabbitmq", service = "rabbitmq", path = "/var/lib/rabbitmq", suffix = "rabbitmq-data",
        pause = true, omit_blank = ".wal" },
}

--- Those of the services that SERVICES names, and what the setting volumes.extra adds.
function m.wanted(ctx)
    local found = {}
    for _, kind in ipairs(m.KINDS) do
        if ctx:wants(kind.service) then found[#found + 1] = kind end
    end
    local further = extras.volumes(ctx.settings["volumes.extra"], m.KINDS)
    return table.move(further, 1, #further, #found + 1, found)
end

-- What the container mounts there: a volume by name, or a folder where a site uses a bind mount.
local function source(ctx, kind)
    if kind.bind then
        local _, problem = try(fs.list, kind.bind)
        if problem and problem.code ~= "EACCES" then
            failure.raise(4, "volumes.extra: %s: %s", kind.key, tostring(problem))
        end
        return { bind = kind.bind }
    elseif kind.volume then
        local there = ctx.docker:volume(kind.volume)
        if not there then failure.raise(4, "volume %s is missing", kind.volume) end
        local labels = there.Labels ~= json.null and there.Labels or nil
        return { volume = kind.volume, labels = labels, driver = there.Driver }
    end
    local mount = server.mount(ctx, kind.service, kind.path)
    if not mount then
        failure.raise(4, "%s: its container mounts nothing at %s", kind.service, kind.path)
    end
    if mount.Type == "bind" then return { bind = mount.Source } end
    local volume = ctx.docker:volume(mount.Name)
    if not volume then failure.raise(4, "%s: volume %s is missing", kind.service, mount.Name) end
    local labels = volume.Labels ~= json.null and volume.Labels or nil
    return { volume = mount.Name, labels = labels, driver = volume.Driver }
end

--- Each volume that this backup reads must exist: the Engine would make a missing one silently.
function m.check(ctx)
    ctx.sources = {}
    for _, kind in ipairs(m.wanted(ctx)) do ctx.sources[kind.key] = source(ctx, kind) end
end

-- Whether a service stands still while its volumes are read.
local function pauses(ctx, kind)
    return kind.pause and (kind.extra or ctx.settings[kind.service .. ".pause"])
end

--- What the step about volumes touches.
function m.objects(ctx)
    local objects = { reads = {}, changes = {} }
    for _, kind in ipairs(m.wanted(ctx)) do
        local one = ctx.sources[kind.key]
        table.insert(objects.reads, "volume:" .. (one.volume or one.bind))
        if pauses(ctx, kind) then
            table.insert(objects.changes, "container:" .. server.running(ctx, kind.service).name)
        end
    end
    return objects
end

-- Everything that is read through the Engine, all in one helper.
local function all_mounts(ctx)
    local mounts = {}
    local function add(name, volume, bind)
        mounts[#mounts + 1] = { name = name, volume = volume, bind = bind, readonly = true }
    end
    for _, kind in ipairs(m.wanted(ctx)) do
        local one = ctx.sources[kind.key]
        add(kind.key, one.volume, one.bind)
    end
    if ctx:wants("db") then add("db", nil, ctx.places.db) end
    if ctx:wants("opensearch") then add("search", nil, ctx.places.opensearch) end
    return mounts
end

--- The helper and its image, which are there while the backup runs.
function m.objects_mount(ctx)
    local list = all_mounts(ctx)
    if #list == 0 then return {} end
    local reads = {}
    for i, one in ipairs(list) do
        reads[i] = one.volume and "volume:" .. one.volume or "folder:" .. one.bind
    end
    return { reads = reads, changes = { "container:hosskeep-*", "image:hosskeep-empty:*" } }
end

--- One container, never started, that mounts all that is to be read.
function m.mount(ctx)
    local mounts = all_mounts(ctx)
    if #mounts > 0 then ctx.mounted = ctx.helpers:mounts(mounts) end
end

--- Copies a mount, or what is below it, into the archive. A folder's content comes to stand below
-- `prefix`; a file is put there under its own name. Returns {entries=, bytes=}.
function m.copy(ctx, from, prefix, label)
    local path = ctx.mounted.path[from.mount]
    if from.below then path = fs.join(path, from.below) end
    local strip = not from.file and fs.basename(path) .. "/" or nil
    return meter.run(ctx, label, function(progress)
        local reader <close> = ctx.mounted.container:open(path)
        local done = ctx.packer:add_tar(prefix, reader,
            { strip = strip, omit_blank = from.omit_blank, progress = progress })
        reader:close()
        return done
    end)
end

local function add(ctx, kind)
    local prefix = "volumes/" .. kind.key
    local from = { mount = kind.key, omit_blank = kind.omit_blank }
    local done = m.copy(ctx, from, prefix, kind.key)
    if done.entries == 0 then failure.raise(5, "%s: the Engine gave nothing of it", kind.key) end
    for _, one in ipairs(done.skipped) do ctx:note("left out: %s (%s)", one.name, one.why) end
    from = ctx.sources[kind.key]
    ctx.manifest.volumes[kind.key] = {
        volume = from.volume, bind = from.bind, labels = from.labels, driver = from.driver,
        service = kind.service, path = kind.path, entry = prefix,
        entries = done.entries, bytes = done.bytes,
    }
end

-- Those that are not in the archive yet: all, but when the step runs again after a failure.
local function missing(ctx)
    local list = {}
    for _, kind in ipairs(m.wanted(ctx)) do
        if not ctx.manifest.volumes[kind.key] then list[#list + 1] = kind end
    end
    return list
end

-- Groups neighbours of one service, so that a service is paused once.
local function groups(ctx)
    local list = {}
    for _, kind in ipairs(missing(ctx)) do
        local last = list[#list]
        if not last or last.service ~= kind.service or last.pause ~= kind.pause then
            last = { service = kind.service, pause = kind.pause, extra = kind.extra }
            list[#list + 1] = last
        end
        last[#last + 1] = kind
    end
    return list
end

--- Streams every volume into the archive. `before_read(service)` is called before a service is
-- paused: what still runs in its container must end first, because an exec in a paused container
-- never does.
function m.add(ctx, before_read)
    ctx.manifest.volumes = ctx.manifest.volumes or json.object {}
    for _, group in ipairs(groups(ctx)) do
        local function read()
            for _, kind in ipairs(group) do add(ctx, kind) end
        end
        before_read(group.service)
        if pauses(ctx, group) then
            local pause <close> = ctx:pause(server.running(ctx, group.service))
            read()
            pause:resume()
        else
            read()
        end
    end
end

return m
