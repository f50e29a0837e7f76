--- Old archives go, once a new one is there: the newest by name stay, whatever the clock said.

local m = {}

local PREFIX = "hoss-backup"
local FORM = "%-(%d+%-%d+%-%d+T%d+Z)(.-)(%.tar%.%a+)$"

--- The archives among the names of backups/ that are too many, oldest first. 0 keeps all. `prefix`:
-- what their names begin with, hoss-backup if it is not said.
function m.surplus(names, keep, prefix)
    local ours = {}
    local form = "^" .. (prefix or PREFIX):gsub("%p", "%%%0") .. FORM
    for _, name in ipairs(names) do
        local second, number, ending = name:match(form)
        if second and (number == "" or number:match("^%-%d+$")) then
            ours[#ours + 1] = {
                name = name, second = second, number = tonumber(number:sub(2)) or 1,
                beside = name:sub(1, #name - #ending) .. ".manifest.json",
            }
        end
    end
    table.sort(ours, function(a, b)
        if a.second ~= b.second then return a.second < b.second end
        return a.number < b.number
    end)
    local surplus = keep > 0 and #ours - keep or 0
    return table.move(ours, 1, math.max(surplus, 0), 1, {})
end

--- What pruning removes.
function m.objects(ctx)
    local keep, changes = ctx.settings["backup.keep"], {}
    local names = fs.stat(ctx.places.backups) and fs.list(ctx.places.backups) or {}
    names[#names + 1] = (ctx.archive_name or PREFIX) .. "-9999-12-31T000000Z.tar.gz" -- the new one
    for _, one in ipairs(m.surplus(names, keep, ctx.archive_name)) do
        changes[#changes + 1] = "file:" .. fs.join(ctx.places.backups, one.name)
        changes[#changes + 1] = "file:" .. fs.join(ctx.places.backups, one.beside)
    end
    return { changes = changes }
end

--- Removes what is too many. The archive of this run is never among them.
function m.run(ctx)
    local keep = ctx.settings["backup.keep"]
    if keep == 0 then return end
    for _, one in ipairs(m.surplus(fs.list(ctx.places.backups), keep, ctx.archive_name)) do
        local path = fs.join(ctx.places.backups, one.name)
        if path ~= ctx.publishing.path then
            local _, problem = try(fs.remove, path)
            if problem then
                ctx:warn("prune: %s", tostring(problem))
            else
                fs.remove(fs.join(ctx.places.backups, one.beside))
                ctx:note("removed %s: more than %d archives", one.name, keep)
            end
        end
    end
end

return m
