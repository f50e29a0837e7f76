--- The volumes at restore: made if they are missing, with compose's labels, so that compose takes
-- them for its own.

local source = require "hosskeep.source"

local m = {}

local function labels_of(ctx, one)
    local labels = {}
    local recorded = one.part.labels
    if type(recorded) ~= "table" then recorded = {} end -- one made by hand has none, or null
    for key, value in pairs(recorded) do labels[key] = value end
    labels["com.docker.compose.project"] = ctx.project
    labels["com.docker.compose.volume"] = labels["com.docker.compose.volume"]
        or one.volume:gsub("^" .. ctx.project:gsub("%p", "%%%0") .. "_", "")
    return labels
end

--- What the steps about volumes read and change.
function m.objects(ctx)
    local names = {}
    for _, one in ipairs(ctx.state.volumes or source.volumes(ctx)) do
        names[#names + 1] = one.bind and "folder:" .. one.bind or "volume:" .. one.volume
    end
    return { changes = names }
end

-- Noted first: the answer may be lost and the volume made nevertheless.
local function make(ctx, one)
    table.insert(ctx.state.made_volumes, one.volume)
    ctx.docker:create_volume(one.volume, { labels = labels_of(ctx, one), driver = one.part.driver })
end

--- Makes each volume of the archive. One that a cut-off restore filled is made anew; an empty one
-- is used as it is.
function m.make(ctx)
    ctx.state.made_volumes = {}
    ctx:on_failure(function() m.remove_made(ctx) end, "remove the volumes that were made")
    for _, one in ipairs(ctx.state.volumes) do
        if one.bind then
            fs.mkdir(one.bind, tonumber("700", 8)) -- its owner comes with the archive's first entry
        elseif ctx.state.fresh_volumes and ctx.docker:remove_volume(one.volume) then
            make(ctx, one)
        elseif not ctx.docker:volume(one.volume) then
            make(ctx, one)
        end
    end
end

--- Removes those that this run has made.
function m.remove_made(ctx)
    ctx.helpers:remove_all()
    for _, name in ipairs(ctx.state.made_volumes or {}) do ctx.docker:remove_volume(name) end
end

return m
