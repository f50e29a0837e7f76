--- Is a server living here? A restore must not touch one. Live is: `.env`, a container of the
-- project, or a volume or data folder of ours that holds something.

local failure = require "hosskeep.failure"
local marker = require "hosskeep.marker"
local replace = require "hosskeep.replace"
local source = require "hosskeep.source"

local m = {}

local BLOCK = 512
local META = { x = true, g = true, L = true, K = true } -- headers that only describe the next entry

local function size_of(header)
    return tonumber(header:sub(125, 135):match("^%s*([0-7]+)") or "0", 8)
end

--- True when the Engine's tar of a folder has an entry below the folder itself.
function m.holds_something(reader)
    local entries = 0
    while true do
        local header = reader:read(BLOCK)
        if not header or #header < BLOCK or header:byte(1) == 0 then return false end
        if META[header:sub(157, 157)] then
            local rest = (size_of(header) + BLOCK - 1) // BLOCK * BLOCK
            while rest > 0 do
                rest = rest - #assert(reader:read(math.min(rest, 65536)), "the tar ends early")
            end
        else
            entries = entries + 1
            if entries == 2 then return true end
            -- The folder itself has no content, so the next header follows at once.
        end
    end
end

local function full_volume(ctx)
    local mounts = {}
    if ctx.dry_run then return nil end -- a look into a volume takes a helper
    for _, volume in ipairs(ctx.state.volumes) do
        if volume.volume and ctx.docker:volume(volume.volume) then
            mounts[#mounts + 1] = { name = volume.name, volume = volume.volume, readonly = true }
        end
    end
    if #mounts == 0 then return nil end
    local helper = ctx.helpers:mounts(mounts)
    for _, mount in ipairs(mounts) do
        local reader <close> = helper.container:open(helper.path[mount.name])
        if m.holds_something(reader) then return mount.volume end
    end
end

-- A folder that exists and holds something. One that the caller may not list is asked for through
-- the Engine.
local function full_folder(ctx)
    for _, path in ipairs(source.data_folders(ctx)) do
        if fs.stat(path) then
            local names = try(fs.list, path)
            if not names and ctx.dry_run then
                ctx:note("%s cannot be listed; a real run looks through the Engine", path)
            elseif not names then
                local helper = ctx.helpers:mounts {
                    { name = "folder", bind = path, readonly = true },
                }
                local reader <close> = helper.container:open(helper.path.folder)
                if m.holds_something(reader) then return path end
            elseif #names > 0 then
                return path
            end
        end
    end
end

--- What lives here, in words, or nil.
function m.find(ctx)
    if fs.stat(ctx.places.env) then return ctx.places.env .. " exists" end
    local container = ctx.docker:containers { project = ctx.project, all = true }[1]
    if container then return "container " .. container.name .. " exists" end
    local volume = full_volume(ctx)
    if volume then return "volume " .. volume .. " is not empty" end
    local folder = full_folder(ctx)
    if folder then return folder .. " is not empty" end
end

-- The `.env` of the server that a killed run has taken away.
local function former_env(ctx, known)
    local path = ctx.places.env
    for _, one in ipairs(known.aside) do
        if one.from == path and fs.lstat(one.to) then path = one.to end
    end
    return assert(fs.read(path), path .. " is missing"), path
end

local function put_back(ctx)
    local state = ctx.state
    if not ctx.held then -- the archive is bad: places are those of the server of before
        ctx:use_env(former_env(ctx, marker.read(ctx)))
        if not try(ctx.lock, ctx) then return end -- not killed: it runs
    end
    state.marker = state.marker or marker.read(ctx)
    if not state.marker then return end
    state.archive_id, state.parts = state.marker.id, state.parts or {}
    replace.put_back(ctx)
end

--- Behind a --replace that was killed: should this one fail, wherever, the former server comes
-- back. Called before anything can fail.
function m.expect_former(ctx)
    local known = not ctx.dry_run and ctx.options.replace and marker.read(ctx)
    if known and known.replaces and not known.committed then
        ctx:on_failure(function() put_back(ctx) end, "put back what was there")
    end
end

-- The marker of a run that did not end, or nil.
local function cut_off(ctx)
    local before = marker.read(ctx)
    if not before or not before.committed then return before end
    if not ctx.dry_run then replace.finish(ctx, before) end
    return nil
end

--- Refuses a live installation (exit 4). A marker of the same archive makes this run a
-- continuation. Returns that marker, or nil.
function m.refuse(ctx)
    local before = cut_off(ctx)
    if before and before.id == ctx.state.archive_id then
        if before.replaces and not ctx.options.replace then
            failure.raise(4, "a --replace by this archive was cut off here; run it again with"
                .. " --replace")
        end
        return before
    elseif before and before.replaces then
        failure.raise(4, "a --replace by another archive (%s) was cut off here; run that one again",
            before.archive or "unknown")
    elseif before then
        failure.raise(4, "a restore of another archive (%s) was cut off here; run that one again,"
            .. " or remove %s", before.archive or "unknown", marker.path(ctx))
    end
    local found = m.find(ctx)
    if found and not ctx.options.replace then
        failure.raise(4, "a server lives here: %s; nothing was changed", found)
    elseif found then
        ctx.state.replaces = true
        ctx.outcome = replace.UNTOUCHED
    end
    return nil
end

return m
