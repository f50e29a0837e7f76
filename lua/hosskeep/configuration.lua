--- The configuration folder: `.env`, traefik's file and the services' folders; never data/ or
-- backup/.

local failure = require "hosskeep.failure"

local m = {}

--- In archive order. `elasticsearch` is the older name of `opensearch`; a site has one of them.
m.ITEMS = { ".env", "traefik.yaml", "core", "auth", "sync", "opensearch", "elasticsearch", "ui" }

local PREFIX = "config"

-- True if the caller may read a file, or a folder with all that is below it.
local function readable(path, found)
    if found.type == "file" then
        local reader = try(fs.open, path)
        if reader then reader:close() end
        return reader ~= nil
    elseif found.type ~= "directory" then
        return true
    end
    local names = try(fs.list, path)
    if not names then return false end
    for _, name in ipairs(names) do
        local below = fs.join(path, name)
        local inner = fs.lstat(below)
        if inner and not readable(below, inner) then return false end
    end
    return true
end

-- What the caller may not read comes through the Engine, which may. The mount has the item's name.
local function add_by_engine(ctx, item, path)
    local helper = ctx.helpers:mounts {
        { name = item, bind = path, readonly = true, must_exist = true },
    }
    local reader <close> = helper.container:open(helper.path[item])
    ctx.packer:add_tar(PREFIX, reader)
    reader:close()
end

-- The file or folder that an item stands for; a link to one is followed once, as the server does.
local function resolve(ctx, item)
    local path = fs.join(ctx.places.config, item)
    local found = fs.lstat(path)
    if found and found.type == "symlink" then
        path = fs.realpath(path)
        found = path and fs.lstat(path)
    end
    if found and found.type ~= "file" and found.type ~= "directory" then
        failure.raise(5, "configuration: %s is a %s", item, found.type)
    end
    return path, found
end

-- A link inside a folder: the content of the file that it leads to is carried in its place, because
-- links of a configuration could lead anywhere at a restore.
local function follow(ctx, item, folder, one)
    local prefix = fs.join(PREFIX, item)
    local path = fs.join(folder, one.name:sub(#prefix + 2))
    local target = one.why == "symlink" and fs.realpath(path)
    local found = target and fs.lstat(target)
    local carried = found and found.type == "file"
        and try(ctx.packer.add_file, ctx.packer, one.name, target)
    if carried then
        ctx:note("configuration: %s is a link; the file that it leads to is carried", one.name)
    else
        ctx:warn("configuration: %s is a %s, which is not carried", one.name, one.why)
    end
end

local function add(ctx, item)
    local path, found = resolve(ctx, item)
    if not found then return false end
    if not readable(path, found) then
        add_by_engine(ctx, item, path)
    elseif found.type == "directory" then
        local done = ctx.packer:add_tree(fs.join(PREFIX, item), path)
        for _, one in ipairs(done.skipped or {}) do follow(ctx, item, path, one) end
    else
        ctx.packer:add_file(fs.join(PREFIX, item), path)
    end
    return true
end

--- Adds what there is of the configuration; what a site lacks is skipped with a word.
function m.add(ctx)
    local included, missing = json.array {}, json.array {}
    for _, item in ipairs(m.ITEMS) do
        local list = add(ctx, item) and included or missing
        list[#list + 1] = item
    end
    if #missing > 0 then
        ctx:note("configuration: not there, so skipped: %s", table.concat(missing, ", "))
    end
    ctx.manifest.configuration = { included = included, missing = missing }
end

--- What the step about the configuration reads.
function m.objects(ctx)
    local reads = {}
    for i, item in ipairs(m.ITEMS) do reads[i] = "file:" .. fs.join(ctx.places.config, item) end
    return { reads = reads }
end

--- The folder that site steps fill.
function m.objects_current(ctx)
    return { changes = { "folder:" .. ctx.places.current } }
end

--- `.current` is where site steps put what else belongs into the archive. What a killed run left
-- there goes.
function m.clear_current(ctx)
    local current = ctx.places.current
    local names = fs.stat(current) and fs.list(current) or {}
    fs.mkdir(current)
    if #names == 0 then return end
    ctx:warn("%s was not empty: %d left over from another run removed", current, #names)
    for _, name in ipairs(names) do fs.remove_tree(fs.join(current, name)) end
end

--- Adds what site steps left in `.current`, then empties it.
function m.add_current(ctx)
    local current = ctx.places.current
    local names = fs.stat(current) and fs.list(current) or {}
    if #names == 0 then return end
    local done = ctx.packer:add_tree("current", current)
    ctx.manifest.current = { entries = done.entries, bytes = done.bytes }
    ctx:defer(function()
        for _, name in ipairs(names) do fs.remove_tree(fs.join(current, name)) end
    end, "empty .current")
end

return m
