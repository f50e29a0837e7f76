--- The second reading of the archive: every entry goes straight to its place, nothing is unpacked
-- in between. Foreign owners (volumes, OpenSearch's files) are given by the Engine; `.env` is held
-- back until all else is done.

local aside = require "hosskeep.aside"
local folders = require "hosskeep.folders"
local further = require "hosskeep.postgres_further"
local opensearch = require "hosskeep.opensearch_restore"
local postgres = require "hosskeep.postgres_restore"
local source = require "hosskeep.source"

local m = {}

local PRIVATE = tonumber("700", 8)

-- Streams a group of entries below `prefix` into `target` inside the helper. They go in from the
-- helper's top: uploaded into `target` itself, the Engine would refuse links such as ../../x.
local function into_helper(ctx, target, prefix, options)
    local writer <close> = ctx.state.unpack_helper.container:upload "/"
    options.below = target:gsub("^/", "")
    ctx.archive:copy_tar(prefix, writer, options)
    writer:close()
end

--- Streams the archive's current entry and what follows below it into the volume of that key.
function m.volume(ctx, _, key)
    local part = (ctx.state.parts.volumes or {})[key]
    local target = part and ctx.state.unpack_helper.path["volume-" .. key]
    if not target then
        ctx:warn("volumes/%s of the archive has no place here and was left out", key)
        return
    end
    local options = { progress = ctx.report:progress("volume " .. key) }
    local owner = part.owner or {}
    options.uid, options.gid, options.modes = owner.uid, owner.gid, owner.modes
    into_helper(ctx, target, "volumes/" .. key, options)
end

-- The files are ours until the server starts, so that a failure before it can remove them; the
-- folder is closed to everybody else all the time, then it becomes the database's.
local function dumps(ctx)
    local _, name = postgres.dumps_folder(ctx)
    into_helper(ctx, ctx.state.unpack_helper.path.db .. "/" .. name, "db", {
        progress = ctx.report:progress("dumps"),
        uid = process.uid, gid = process.gid, mode = tonumber("644", 8),
    })
end

-- OpenSearch only reads it, so it can stay ours, and a failure before the start can remove it.
local function search(ctx)
    local target = ctx.state.unpack_helper.path.opensearch .. "/" .. opensearch.folder(ctx)
    into_helper(ctx, target, "search", {
        progress = ctx.report:progress("search"), uid = process.uid, gid = process.gid,
        mode = tonumber("644", 8), folder_mode = tonumber("755", 8),
    })
end

local function own(ctx, path, entry)
    if process.uid == 0 and entry.type ~= "symlink" then fs.chown(path, entry.uid, entry.gid) end
end

local function configuration(ctx, entry, rest)
    if rest == ".env" or rest == "" then return end
    local top = rest:match("^[^/]+")
    if not ctx.state.cleared[top] then
        aside.keep(ctx, fs.join(ctx.places.config, top))
        ctx.state.cleared[top] = true -- only now: undo deletes what stands there
    end
    ctx.archive:extract(ctx.places.config, { strip = "config/" })
    own(ctx, fs.join(ctx.places.config, rest), entry)
end

local function current(ctx, entry, rest)
    if rest == "" then return end
    ctx.archive:extract(ctx.places.current, { strip = "current/" })
    own(ctx, fs.join(ctx.places.current, rest), entry)
end

local function certificate(ctx, entry)
    ctx.state.acme = {
        text = ctx.archive:read(16 << 20), mode = entry.mode, uid = entry.uid, gid = entry.gid,
    }
end

-- What the stock procedure knows to place; a site adds its own: ctx.state.unpackers[first part of
-- the name].
local function placed(ctx, entry)
    local name = source.name_of(entry)
    local first, rest = name:match("^([^/]+)/?(.*)$")
    local site = (ctx.state.unpackers or {})[first]
    if site then
        site(ctx, entry, rest)
    elseif first == "config" then
        configuration(ctx, entry, rest)
    elseif first == "volumes" and rest ~= "" then
        m.volume(ctx, entry, rest:match("^[^/]+"))
    elseif first == "postgres" and rest:find("/.") then
        further.unpack(ctx, name)
    elseif first == "db" then
        dumps(ctx)
    elseif first == "search" then
        search(ctx)
    elseif first == "current" then
        current(ctx, entry, rest)
    elseif name == "certificates/acme.json" then
        certificate(ctx, entry)
    end
end

local function mounts(ctx)
    local list = {
        { name = "db", bind = ctx.places.db },
        { name = "opensearch", bind = ctx.places.opensearch },
    }
    for _, one in ipairs(ctx.state.volumes) do
        list[#list + 1] = { name = "volume-" .. one.name, volume = one.volume, bind = one.bind }
    end
    return list
end

-- An empty folder for the dumps; what a cut-off restore left there goes aside.
local function prepare(ctx)
    local path, name = postgres.dumps_folder(ctx)
    aside.rename(ctx, path, true)
    local helper = ctx.helpers:mounts(mounts(ctx))
    ctx.state.unpack_helper = helper
    local tar <close> = archive.tar(helper.container:upload(helper.path.db))
    tar:add_directory(name .. "/", { mode = PRIVATE, uid = process.uid, gid = process.gid })
    tar:close()
end

-- The configuration goes; volumes and folders have undo functions of their own. The helpers go
-- first: the Engine may still be laying down what has reached it of an upload that broke off, and
-- removes a container only when that has ended.
local function undo(ctx)
    local _, first = try(ctx.helpers.remove_all, ctx.helpers)
    local paths = { (postgres.dumps_folder(ctx)),
        fs.join(ctx.places.opensearch, opensearch.folder(ctx)) }
    for top in pairs(ctx.state.cleared) do paths[#paths + 1] = fs.join(ctx.places.config, top) end
    for _, path in ipairs(paths) do
        local _, err = try(fs.remove_tree, path)
        first = first or err
    end
    if first then error(first, 0) end
end

--- Puts everything but `.env` where it belongs.
function m.run(ctx)
    ctx.state.cleared = {}
    ctx:on_failure(function() undo(ctx) end, "remove what was unpacked")
    prepare(ctx)
    for entry in ctx.archive:entries() do placed(ctx, entry) end
end

--- Gives what the services need to them; the last thing before `.env`.
function m.hand_over(ctx)
    folders.hand_over(ctx)
    if not ctx.state.parts.postgres then return end
    local _, name = postgres.dumps_folder(ctx)
    local owner = postgres.owner(ctx)
    folders.own(ctx.state.unpack_helper.container, ctx.state.unpack_helper.path.db .. "/" .. name,
        { uid = owner.uid, gid = owner.gid, mode = owner.folder })
end

return m
