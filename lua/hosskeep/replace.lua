--- What is in the way of a restore: the rubbish of one that was cut off, or, with --replace, a
-- whole living server. Containers are removed and not merely stopped, so that a half-restored
-- server does not start by accident. Folders are renamed aside, the content of volumes goes into a
-- tar beside them; a failure puts all of it back.

local aside = require "hosskeep.aside"
local failure = require "hosskeep.failure"
local marker = require "hosskeep.marker"
local source = require "hosskeep.source"

local m = {}

-- Where a volume is mounted in the helper: its tar goes back in from the root, because the Engine
-- refuses links that point out of the folder that a tar is laid into.
local TARGET = "/replaced"

local function saved_path(ctx, volume)
    return fs.join(ctx.places.config, ".replaced-" .. volume .. ".tar")
end

local function remove_containers(ctx)
    local running = false
    for _, container in ipairs(ctx.docker:containers { project = ctx.project, all = true }) do
        running = running or container.state == "running"
        container:remove { force = true }
    end
    return running
end

-- The volume's content as one tar, synced, before the volume is removed.
local function save_volume(ctx, one)
    if not one.volume or not ctx.docker:volume(one.volume) then return end
    local path = saved_path(ctx, one.volume)
    local helper = ctx.helpers:mounts {
        { name = "old", volume = one.volume, readonly = true, target = TARGET },
    }
    local reader <close> = helper.container:open(TARGET)
    local writer <close> = fs.create(path, { mode = tonumber("600", 8) })
    stream.copy(reader, writer)
    writer:close()
    ctx.state.marker.saved = ctx.state.marker.saved or {}
    ctx.state.marker.saved[one.volume] = path
    marker.write(ctx)
end

local function set_folders_aside(ctx, rubbish)
    local list = ctx.state.marker.aside
    for _, path in ipairs(source.data_folders(ctx)) do
        if fs.lstat(path) then
            aside.rename(ctx, path, rubbish)
            list[#list].data = true
        end
    end
    marker.write(ctx)
end

--- Clears the way. A first restore into an empty place has nothing to do here.
function m.set_aside(ctx)
    local state = ctx.state
    ctx:on_failure(function() m.put_back(ctx) end, "put back what was there")
    if not state.continued and not ctx.options.replace then return end
    state.fresh_volumes = true
    local replaces = ctx.options.replace and not state.continued
    if replaces then
        state.marker.replaces, state.marker.project = true, ctx.project
        marker.write(ctx)
        for _, container in ipairs(ctx.docker:containers { project = ctx.project }) do
            if container.state == "running" then container:stop { timeout = 10 } end
            state.marker.was_running = true
        end
        for _, one in ipairs(state.volumes) do save_volume(ctx, one) end
        ctx.helpers:remove_all()
    end
    remove_containers(ctx)
    if replaces then aside.keep(ctx, ctx.places.env, false) end
    set_folders_aside(ctx, not replaces)
end

local function put_volume_back(ctx, volume, path)
    ctx.docker:remove_volume(volume, { force = true })
    local part = ctx.state.parts.volumes or {}
    local labels
    for key, one in pairs(part) do
        if one.volume == volume then labels = part[key].labels end
    end
    ctx.docker:create_volume(volume, { labels = labels })
    local helper = ctx.helpers:mounts { { name = "old", volume = volume, target = TARGET } }
    local reader <close> = fs.open(path)
    local writer <close> = helper.container:upload("/")
    stream.copy(reader, writer)
    writer:close()
end

-- The replaced server runs again: by the start command, because its containers were removed.
local function start_again(ctx)
    local command = ctx.settings["start.command"]
    if not command or command == "" then
        ctx:warn("the former server is back in place; start it again")
        return
    end
    local result = process.run { "sh", "-c", command, merge = true, check = false }
    if result.code ~= 0 then
        failure.raise(10, "the former server is back in place, but its start failed: %s",
            (result.stdout or ""):match("([^\n]+)%s*$") or "no output")
    end
    ctx:note("the former server is back and was started again")
end

--- Puts back what set_aside has moved: on a failure of this run.
function m.put_back(ctx)
    local known = ctx.state.marker
    ctx.state.not_put_back = true
    if known.replaces then remove_containers(ctx) end
    ctx.helpers:remove_all()
    aside.put_back(ctx)
    for volume, path in pairs(known.saved or {}) do
        put_volume_back(ctx, volume, path)
        fs.remove(path)
    end
    ctx.helpers:remove_all()
    ctx.state.not_put_back = false
    if known.replaces and known.was_running then start_again(ctx) end
end

--- Behind the start a failure leaves everything as it is, for the same command to go on, because
-- the server may have written; unless a living server was replaced: that one comes back.
function m.point_of_no_return(ctx)
    if ctx.state.marker.replaces then
        ctx:on_failure(function() remove_containers(ctx) end, "remove the new containers")
    else
        ctx:no_undo()
    end
end

--- The new server is good: what was kept of the replaced one's data goes.
function m.forget(ctx)
    for _, path in pairs(ctx.state.marker.saved or {}) do fs.remove(path) end
    if not ctx.state.marker.replaces then return end
    for _, one in ipairs(ctx.state.marker.aside) do
        if one.data then one.rubbish = true end
    end
end

return m
