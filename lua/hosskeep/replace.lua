--- What is in the way of a restore: the rubbish of one that was cut off, or, with --replace, a
-- whole living server. Its containers are removed, its folders are renamed aside, the content of
-- its volumes goes into a tar beside them; a failure at any later step puts all of it back. What is
-- aside is told by the marker, so that the next run can put it back after one that was killed.

local aside = require "hosskeep.aside"
local configuration = require "hosskeep.configuration"
local container_run = require "hosskeep.container_run"
local folders = require "hosskeep.folders"
local former = require "hosskeep.former"
local marker = require "hosskeep.marker"
local opensearch = require "hosskeep.opensearch_restore"
local postgres = require "hosskeep.postgres_restore"
local source = require "hosskeep.source"
local start = require "hosskeep.start"

local m = {}

--- What a failure says before the living server is stopped.
m.UNTOUCHED = "the server that lives here was not touched"

-- Where a volume is mounted in the helper: its tar goes back in from the root, because the Engine
-- refuses links that point out of the folder that a tar is laid into.
local TARGET = "/replaced"

local function saved_path(ctx, volume)
    return fs.join(ctx.places.config, ".replaced-" .. volume .. ".tar")
end

local function given(value)
    return value ~= json.null and value or nil
end

-- The volume's content as one tar, synced, before the volume is removed.
local function save_volume(ctx, volume)
    local known = ctx.state.marker
    known.saved = known.saved or {}
    local there = ctx.docker:volume(volume)
    if not there then
        known.saved[volume] = { absent = true }
        return marker.write(ctx)
    end
    local path = saved_path(ctx, volume)
    local helper = ctx.helpers:mounts {
        { name = "old", volume = volume, readonly = true, target = TARGET },
    }
    local reader <close> = helper.container:open(TARGET)
    local writer <close> = fs.create(path, { mode = tonumber("600", 8), replace = true })
    stream.copy(reader, writer)
    writer:close()
    known.saved[volume] = {
        path = path, labels = given(there.Labels), driver = there.Driver,
        options = given(there.Options),
    }
    marker.write(ctx)
end

local function set_folders_aside(ctx, rubbish)
    local known = ctx.state.marker
    for _, path in ipairs(source.data_folders(ctx)) do
        if fs.lstat(path) then
            aside.rename(ctx, path, rubbish)
            known.aside[#known.aside].data = true
        elseif known.replaces then
            table.insert(known.absent, path)
        end
    end
    marker.write(ctx)
end

local function set_configuration_aside(ctx)
    for _, item in ipairs(configuration.ITEMS) do
        aside.keep(ctx, fs.join(ctx.places.config, item))
    end
end

-- Away with what stands in a place that the former server's own comes back to; what belongs to
-- others goes from inside a container.
local function clear(ctx, path)
    if not fs.lstat(path) or try(fs.remove_tree, path) then return end
    container_run.remove_tree(ctx, path, former.image(ctx))
end

local function put_volume_back(ctx, volume, saved)
    ctx.docker:remove_volume(volume, { force = true })
    if saved.absent then return end
    ctx.docker:request("POST", "/volumes/create", { body = {
        Name = volume, Labels = saved.labels, Driver = saved.driver, DriverOpts = saved.options,
    } })
    local helper = ctx.helpers:mounts { { name = "old", volume = volume, target = TARGET } }
    local reader <close> = fs.open(saved.path)
    local writer <close> = helper.container:upload("/")
    stream.copy(reader, writer)
    writer:close()
end

-- Volumes are made anew only behind `cleared`: before it the former server's own are there yet.
local function put_volumes_back(ctx)
    local known = ctx.state.marker
    for volume, saved in pairs(known.saved or {}) do
        if known.cleared then put_volume_back(ctx, volume, saved) end
        known.saved[volume] = nil -- as pairs allows
        marker.write(ctx)
        if saved.path then fs.remove(saved.path) end
    end
    ctx.helpers:remove_all()
end

-- What a run that was killed has put into the former server's folders.
local function clear_rubbish(ctx)
    local script = try(postgres.script_path, ctx)
    if script then fs.remove(script) end
    clear(ctx, (postgres.dumps_folder(ctx)))
    clear(ctx, fs.join(ctx.places.opensearch, opensearch.folder(ctx)))
end

local function put_folders_back(ctx)
    local known = ctx.state.marker
    for _, one in ipairs(known.aside) do
        local to = fs.lstat(one.to)
        if to and one.rubbish then clear(ctx, one.to) end
        if to and not one.rubbish then clear(ctx, one.from) end
    end
    for _, path in ipairs(known.absent or {}) do clear(ctx, path) end
    aside.put_back(ctx)
    for _, name in ipairs(fs.list(ctx.places.config)) do -- those that are empty
        if name:find "^before%-restore%-" then try(fs.remove, fs.join(ctx.places.config, name)) end
    end
end

-- All but the containers is as it was before; may be done any number of times. What the restore has
-- unpacked goes first: it may be what the disk is full of, and the volumes need a helper, which is
-- noted on that disk.
local function things_back(ctx)
    former.remove_others(ctx)
    ctx.helpers:remove_all()
    clear_rubbish(ctx)
    put_folders_back(ctx)
    put_volumes_back(ctx)
    folders.put_back(ctx, ctx.state.marker.folders or {})
end

local function server_back(ctx)
    ctx.outcome = "the former server could not be put back: run the same command again"
    things_back(ctx)
    local ran = former.put_back(ctx)
    marker.remove(ctx)
    former.forget(ctx)
    ctx.outcome = ran and "the former server is back and runs again"
        or "the former server is back in its place, not running as before"
end

--- Puts back what set_aside has moved: on a failure of this run, or of one that was killed.
function m.put_back(ctx)
    local known = ctx.state.marker
    if ctx.state.was_put_back then return end
    if not known.replaces then
        ctx.helpers:remove_all()
        aside.put_back(ctx)
    elseif known.stopping then
        server_back(ctx)
    else
        marker.remove(ctx)
        former.forget(ctx)
        ctx.outcome = m.UNTOUCHED
    end
    ctx.state.was_put_back = true
end

-- Takes the living server away. Behind a run that was killed all is put back first, but for the
-- containers, and begun anew.
local function take_away(ctx)
    local known = ctx.state.marker
    if known.stopping then things_back(ctx) end
    known.aside, known.absent, known.saved, known.cleared = {}, json.array {}, nil, nil
    if not known.stopping then former.record(ctx) end
    known.folders = known.folders or folders.remember(ctx)
    known.stopping = true
    marker.write(ctx)
    former.stop(ctx)
    for _, one in ipairs(ctx.state.volumes) do
        if one.volume then save_volume(ctx, one.volume) end
    end
    ctx.helpers:remove_all()
    former.remove(ctx)
    known.cleared = true
    set_configuration_aside(ctx)
    set_folders_aside(ctx, false)
end

--- Clears the way. A first restore into an empty place has nothing to do here.
function m.set_aside(ctx)
    local state = ctx.state
    ctx:on_failure(function() m.put_back(ctx) end, "put back what was there")
    if state.marker.replaces then
        state.continued, state.fresh_volumes = false, true
        return take_away(ctx)
    end
    if not state.continued then return end
    state.fresh_volumes = true
    former.remove(ctx)
    set_folders_aside(ctx, true)
end

--- Behind the start a failure leaves everything as it is, for the same command to go on, because
-- the server may have written; unless a living server was replaced: that one comes back.
function m.point_of_no_return(ctx)
    if not ctx.state.marker.replaces then return ctx:no_undo() end
    ctx:on_failure(function()
        start.cancel(ctx)
        former.remove_others(ctx)
    end, "remove the new containers")
end

local function discard(ctx)
    former.forget(ctx)
    aside.sweep(ctx)
end

--- The new server is good: from here on it stays, whatever happens, and what was kept of the
-- replaced one's data goes.
function m.forget(ctx)
    local known = ctx.state.marker
    if not known.replaces then return end
    for _, one in ipairs(known.aside) do
        if one.data then one.rubbish = true end
    end
    known.committed = true
    marker.write(ctx)
    ctx:no_undo()
    ctx.outcome = nil
    discard(ctx)
end

--- Ends the clean-up of a --replace that was killed behind its success.
function m.finish(ctx, known)
    ctx.state.marker = known
    discard(ctx)
    marker.remove(ctx)
    ctx.state.marker = nil
end

return m
