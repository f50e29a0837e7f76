--- Further Postgres containers at restore: once their servers run, their databases are made anew
-- from the dumps. Nothing is asked of the image but the programs of Postgres.

local compare = require "hosskeep.compare"
local dump = require "hosskeep.postgres_dump"
local start = require "hosskeep.start"

local m = {}

local INSIDE = "var/tmp/hosskeep-restore" -- in the container, below its root
local PRIVATE, OWNER_ONLY = tonumber("700", 8), tonumber("600", 8)

--- Where the dumps lie on the host until their servers run.
function m.folder(ctx)
    return fs.join(ctx.places.backup_root, ".hosskeep-postgres")
end

--- Lays the archive's current entry there; `name` is the entry's.
function m.unpack(ctx, name)
    local folder = m.folder(ctx)
    if not ctx.state.further then
        ctx.state.further = true
        if fs.lstat(folder) then fs.remove_tree(folder) end
        ctx:on_failure(function() try(fs.remove_tree, folder) end, "remove the further dumps")
    end
    fs.mkdir(fs.join(folder, fs.dirname(name:sub(#"postgres/" + 1))), PRIVATE)
    ctx.archive:extract(folder, { strip = "postgres/" })
end

local function parts(ctx)
    local list = {}
    for key, part in pairs(ctx.state.parts.postgres_extra or {}) do
        list[#list + 1] = { key = key, part = part }
    end
    table.sort(list, function(a, b) return a.key < b.key end)
    return list
end

--- True when the archive has such databases.
function m.wanted(ctx)
    return #parts(ctx) > 0
end

--- What the step changes.
function m.objects(ctx)
    local changes = { "folder:" .. m.folder(ctx) }
    for _, one in ipairs(parts(ctx)) do
        changes[#changes + 1] = "service:" .. one.part.service
        for _, database in ipairs(one.part.databases) do
            changes[#changes + 1] = "database:" .. database.name
        end
    end
    return { changes = changes }
end

local function upload(container, folder, names)
    local tar <close> = archive.tar(container:upload "/")
    tar:add_directory(INSIDE .. "/", { mode = PRIVATE, uid = 0, gid = 0 })
    for _, name in ipairs(names) do
        local path = fs.join(folder, name)
        local reader <close> = fs.open(path)
        tar:add_reader(fs.join(INSIDE, name), reader, fs.stat(path).size,
            { mode = OWNER_ONLY, uid = 0, gid = 0 })
    end
    tar:close()
end

local function restore(ctx, one)
    local part = one.part
    local container = start.container(ctx, part.service)
    local options = {
        user = "root", env = dump.environment(part.user),
        timeout = ctx.settings["start.timeout"],
    }
    container:exec({ "sh", "-c", dump.READY }, options)
    upload(container, fs.join(m.folder(ctx), one.key), fs.list(fs.join(m.folder(ctx), one.key)))
    local argv = { "sh", "-c", dump.RESTORE, "hosskeep", "/" .. INSIDE }
    argv[#argv + 1] = tostring(ctx.settings["postgres.jobs"])
    for _, database in ipairs(part.databases) do
        argv[#argv + 1] = database.name
        argv[#argv + 1] = fs.basename(database.entry)
    end
    options.timeout = ctx.settings["postgres.timeout"]
    container:exec(argv, options)
    compare.start_databases(ctx, container, part, part.user)()
end

--- Restores them all, and counts their rows.
function m.run(ctx)
    for _, one in ipairs(parts(ctx)) do restore(ctx, one) end
    if ctx.state.further then fs.remove_tree(m.folder(ctx)) end
end

return m
