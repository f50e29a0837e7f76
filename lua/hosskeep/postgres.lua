--- Every database, and the roles: dumped inside the database's container into `.db`, while other
-- things are read. Further Postgres containers (the setting postgres.extra) take the same way;
-- their dumps lie in their own container meanwhile.

local attend = require "hosskeep.attend"
local dump = require "hosskeep.postgres_dump"
local extras = require "hosskeep.extras"
local failure = require "hosskeep.failure"
local meter = require "hosskeep.meter"
local postgres_clean = require "hosskeep.postgres_clean"
local server = require "hosskeep.server"
local volumes = require "hosskeep.volumes"

local m = {}

local FOLDER = "hosskeep-dumps"
local GLOBALS = "globals.sql"
local OUTPUT = 64 << 20 -- at most so much text of a worker: a line for each table

--- HOSS's own Postgres, declared as the further ones are. `mount`: its dumps lie in a folder of the
-- host, so they are read through a helper.
m.STOCK = { key = "db", service = "db", entry = "db", path = "/mnt/backup", mount = "db" }

local function user(ctx, one)
    local name = one.user or ctx.settings["postgres.user"]
    return name ~= "" and name or nil
end

-- Runs one of the fixed scripts in a database's container, as root: `.db` is the operator's.
local function sh(ctx, one, script, arguments, options)
    local argv = table.move(arguments, 1, #arguments, 5, { "sh", "-c", script, "hosskeep" })
    options = options or {}
    options.user = "root"
    options.env = options.env or dump.environment(user(ctx, one))
    return one.container:exec(argv, options)
end

--- The Postgres containers of this site: HOSS's own if SERVICES names it, then postgres.extra.
function m.wanted(ctx)
    local own = ctx:wants(m.STOCK.service)
    local list = extras.postgres(ctx.settings["postgres.extra"], own and m.STOCK.key)
    if own then
        local stock = {}
        for key, value in pairs(m.STOCK) do stock[key] = value end
        table.insert(list, 1, stock)
    end
    for _, one in ipairs(list) do one.folder = fs.join(one.path, FOLDER) end
    return list
end

local function read_list(ctx, one, text)
    one.list, one.closed = {}, json.array {}
    for _, line in ipairs(dump.lines(text)) do
        if line.uid then
            one.owner = line
        elseif line.connect then
            one.list[#one.list + 1] = line
        else
            one.closed[#one.closed + 1] = line.name
            ctx:warn("%s: database %s takes no connections, so it is not in this backup", one.key,
                line.name)
        end
    end
end

--- Asks which databases there are. Those that take no connection cannot be dumped: said, and left
-- out.
function m.check(ctx)
    ctx.databases = m.wanted(ctx)
    for _, one in ipairs(ctx.databases) do
        one.container = server.running(ctx, one.service)
        local answer, problem = try(sh, ctx, one, dump.LIST, {}, { timeout = 60 })
        if not answer then
            failure.raise(4, "%s: the databases cannot be listed: %s", one.key, tostring(problem))
        end
        read_list(ctx, one, answer.stdout)
        if #one.list == 0 then failure.raise(4, "%s: there is no database", one.key) end
    end
end

-- Calls fn(one, database) for every database of all containers.
local function each(ctx, fn)
    for _, one in ipairs(ctx.databases or {}) do
        for _, database in ipairs(one.list) do fn(one, database) end
    end
end

--- What all databases hold together, in bytes.
function m.size(ctx)
    local sum = 0
    each(ctx, function(_, database) sum = sum + database.size end)
    return sum
end

--- What the dumps touch. Those in `.db` are files of the host.
function m.objects(ctx)
    local objects = { reads = {}, changes = {} }
    for _, one in ipairs(ctx.databases or {}) do
        table.insert(objects.changes, "folder:" .. (one.mount and fs.join(ctx.places.db, FOLDER)
            or one.service .. ":" .. one.folder))
    end
    each(ctx, function(_, one) table.insert(objects.reads, "database:" .. one.name) end)
    return objects
end

local function start_worker(ctx, one, databases)
    local arguments = { one.folder }
    for _, database in ipairs(databases) do
        arguments[#arguments + 1] = dump.connection(database.name)
        arguments[#arguments + 1] = dump.file_name(database.name)
    end
    return sh(ctx, one, dump.WORKER, arguments, {
        env = dump.worker_environment(user(ctx, one), ctx.settings["postgres.counts"]),
        max_output = OUTPUT, timeout = ctx.settings["postgres.timeout"], background = true,
    })
end

local function clean(ctx, one)
    if one.cleaned then return end
    postgres_clean.remove(one.container, one.note, one.finished)
    for _, work in ipairs(one.work) do work.job:close() end
    one.cleaned = true
    ctx.journal:done(one.token)
end

local function start(ctx, one)
    one.work = {}
    one.note = { kind = "dumps", id = one.folder, service = one.service, user = user(ctx, one),
        host = one.mount and fs.join(ctx.places.db, FOLDER) }
    one.token = ctx.journal:add(one.note)
    ctx:defer(function() clean(ctx, one) end, "remove the dumps of " .. one.key)
    sh(ctx, one, dump.FOLDER, { one.folder }, { timeout = 60 })
    for _, databases in ipairs(dump.distribute(one.list, ctx.settings["postgres.jobs"])) do
        table.insert(one.work, { job = start_worker(ctx, one, databases), databases = databases })
    end
    local job = sh(ctx, one, dump.GLOBALS, { fs.join(one.folder, GLOBALS) },
        { timeout = 600, background = true })
    table.insert(one.work, 1, { job = job, globals = true })
end

--- Starts the dumps: a few workers for each container, and the roles beside them.
function m.start(ctx)
    for _, one in ipairs(ctx.databases or {}) do start(ctx, one) end
end

-- Out of the container itself.
local function copy_out(ctx, one, name)
    return meter.run(ctx, name, function(progress)
        local reader <close> = one.container:open(fs.join(one.folder, name))
        local done = ctx.packer:add_tar(one.entry, reader, { progress = progress })
        reader:close()
        return done
    end)
end

-- One finished file goes into the archive.
local function add_file(ctx, one, name)
    local from = { mount = one.mount, below = fs.join(FOLDER, name), file = true }
    local done = one.mount and volumes.copy(ctx, from, one.entry, name) or copy_out(ctx, one, name)
    if done.entries ~= 1 or done.bytes == 0 then
        failure.raise(5, "%s: %s is empty", one.key, name)
    end
    return fs.join(one.entry, name), done.bytes
end

local function record(ctx, one, database, result)
    local name = dump.file_name(database.name)
    if not result or not result.dumped then
        failure.raise(5, "%s: %s was not dumped", one.key, database.name)
    end
    if not result.tables and ctx.settings["postgres.counts"] then
        ctx:warn("%s: the rows of %s could not be counted", one.key, database.name)
    end
    local entry, bytes = add_file(ctx, one, name)
    return {
        name = database.name, entry = entry, bytes = bytes, template = database.template,
        owner = database.owner, encoding = database.encoding, tables = result.tables,
    }
end

-- What a worker made; its own error says what went wrong.
local function collect(ctx, one, work, list)
    local ok, answer = pcall(work.job.wait, work.job)
    if not ok then error(answer, 0) end
    if work.globals then
        add_file(ctx, one, GLOBALS)
        return
    end
    local results = dump.parse(answer.stdout)
    for _, database in ipairs(work.databases) do
        local result = results[dump.file_name(database.name)]
        if not (result and result.dumped) then
            local why = answer.stderr:match("([^\n]+)%s*$") or "it did not say why"
            failure.raise(5, "%s: the dump of %s failed: %s", one.key, database.name, why)
        end
        list[#list + 1] = record(ctx, one, database, result)
    end
end

-- The work that has finished, whichever it is.
local function next_finished(one, work)
    local jobs = {}
    for i, piece in ipairs(work) do jobs[i] = piece.job end
    local finished = attend.any(one.container, one.key, jobs)
    for i, piece in ipairs(work) do
        if piece.job == finished then return table.remove(work, i) end
    end
end

local function add(ctx, one)
    local list, waiting = json.array {}, table.move(one.work, 1, #one.work, 1, {})
    while #waiting > 0 do collect(ctx, one, next_finished(one, waiting), list) end
    one.finished = true
    table.sort(list, function(a, b) return a.name < b.name end)
    clean(ctx, one)
    return {
        service = one.service, user = one.list[1].user, version = one.list[1].version,
        path = one.path, uid = one.owner.uid, gid = one.owner.gid,
        globals = fs.join(one.entry, GLOBALS), databases = list, not_dumped = one.closed,
    }
end

--- Waits for the dumps and adds each as soon as it is there.
function m.add(ctx)
    for _, one in ipairs(ctx.databases or {}) do
        local part = add(ctx, one)
        if one.mount then
            ctx.manifest.postgres = part
        else
            ctx.manifest.postgres_extra = ctx.manifest.postgres_extra or {}
            ctx.manifest.postgres_extra[one.key] = part
        end
    end
end

return m
