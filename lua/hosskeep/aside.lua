--- Renaming aside instead of deleting: works on trees of any owner, costs nothing, and is undone by
-- renaming back. Each rename is in the marker before it is done. What a cut-off restore left is
-- rubbish and is deleted at the end, from inside a container, because its owners are not the
-- caller; what was a site's own is kept.

local marker = require "hosskeep.marker"
local container_run = require "hosskeep.container_run"

local m = {}

local function free(stem)
    local name, n = stem, 1
    while fs.lstat(name) do
        n = n + 1
        name = stem .. "-" .. n
    end
    return name
end

local function stamp(ctx)
    return "before-restore-" .. ctx.timestamp
end

local function free_name(ctx, path)
    return free(path .. "." .. stamp(ctx))
end

local function move(ctx, path, to, rubbish)
    table.insert(ctx.state.marker.aside, { from = path, to = to, rubbish = rubbish or false })
    marker.write(ctx)
    fs.rename(path, to)
    fs.sync(fs.dirname(path))
end

--- Renames `path` aside if it exists. `rubbish` means: left by a restore that was cut off.
function m.rename(ctx, path, rubbish)
    if fs.lstat(path) then move(ctx, path, free_name(ctx, path), rubbish) end
end

-- Whether what stands at `path` was put there by a restore that was cut off, so that it may go:
-- what stood there before is aside, or there was nothing. A site's own that nobody has moved yet,
-- or that was put back already, is not.
local function of_a_restore(known, path)
    for _, absent in ipairs(known.absent or {}) do
        if absent == path then return true end
    end
    for _, one in ipairs(known.aside) do
        if one.from == path and not one.rubbish and fs.lstat(one.to) then return true end
    end
    return false
end

local function note_absent(ctx, path)
    local known = ctx.state.marker
    known.absent = known.absent or {}
    table.insert(known.absent, path)
    marker.write(ctx)
end

--- The same for a piece of configuration: all of one run go into one folder beside each other.
-- What a cut-off restore wrote is the caller's own, and is removed at once.
function m.keep(ctx, path)
    local ours = of_a_restore(ctx.state.marker, path)
    if not fs.lstat(path) then
        return not ours and note_absent(ctx, path)
    elseif ours and try(fs.remove_tree, path) then
        return
    end
    local folder = fs.join(fs.dirname(path), stamp(ctx))
    fs.mkdir(folder, tonumber("700", 8))
    move(ctx, path, free(fs.join(folder, fs.basename(path))), ours)
end

-- What stands in the place of a thing that comes back is of this restore; what belongs to others,
-- so that the caller may not remove it, goes out of the way.
local function make_room(ctx, path)
    if not fs.lstat(path) then return end
    local _, err = try(fs.remove_tree, path)
    if err and err.code ~= "EPERM" and err.code ~= "EACCES" then error(err, 0) end
    if err then fs.rename(path, free_name(ctx, path)) end
end

local function put_back(ctx, one)
    if not fs.lstat(one.to) then return end
    make_room(ctx, one.from)
    fs.rename(one.to, one.from)
    fs.sync(fs.dirname(one.from))
    if fs.dirname(one.to) ~= fs.dirname(one.from) then try(fs.remove, fs.dirname(one.to)) end
end

--- Puts everything back that was the site's own, the last rename first. One that cannot be keeps
-- none of the others away; the first error is raised in the end.
function m.put_back(ctx)
    local list, first = ctx.state.marker.aside, nil
    for i = #list, 1, -1 do
        if not list[i].rubbish then
            local _, err = try(put_back, ctx, list[i])
            first = first or err
        end
    end
    if first then error(first, 0) end
end

--- Where the site's own things are kept beside their successors.
function m.kept(ctx)
    local kept, seen = {}, {}
    for _, one in ipairs(ctx.state.marker.aside) do
        local folder = fs.dirname(one.to)
        local place = folder == fs.dirname(one.from) and one.to or folder
        if not one.rubbish and not seen[place] and fs.lstat(one.to) then
            kept[#kept + 1], seen[place] = place, true
        end
    end
    return kept
end

-- Any container's image that has programs will do; the database's has.
local function sweep_in_container(ctx, path)
    local known = ctx.state.containers or {}
    local container = known.db or known.opensearch or ctx:service "db"
        or ctx.docker:containers({ project = ctx.project })[1]
    if not container then return false end
    container_run.remove_tree(ctx, path, container:inspect().Image)
    return true
end

--- Deletes what cut-off restores left.
function m.sweep(ctx)
    for _, one in ipairs(ctx.state.marker.aside) do
        local gone = not fs.lstat(one.to)
        if not gone and one.rubbish then
            gone = try(fs.remove_tree, one.to) or try(sweep_in_container, ctx, one.to)
            if not gone then ctx:warn("%s is left over; remove it as root", one.to) end
        end
    end
end

return m
