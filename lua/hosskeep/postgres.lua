--- Every database, and the roles: dumped inside the database's container into `.db`, while other
-- things are read.

local dump = require "hosskeep.postgres_dump"
local failure = require "hosskeep.failure"
local server = require "hosskeep.server"
local volumes = require "hosskeep.volumes"

local m = {}

local SERVICE = "db"
local MOUNT = "/mnt/backup"
local FOLDER = "hosskeep-dumps"
local GLOBALS = "globals.sql"
local OUTPUT = 64 << 20 -- at most so much text of a worker: a line for each table

local function user(ctx)
    local name = ctx.settings["postgres.user"]
    return name ~= "" and name or nil
end

-- Runs one of the fixed scripts in a database's container, as root: `.db` is the operator's.
local function sh(ctx, container, script, arguments, options)
    local argv = { "sh", "-c", script, "hosskeep" }
    table.move(arguments, 1, #arguments, #argv + 1, argv)
    options = options or {}
    options.user = "root"
    options.env = options.env or dump.environment(user(ctx))
    return container:exec(argv, options)
end

local function lines(text)
    local list = {}
    for line in text:gmatch("[^\n]+") do list[#list + 1] = json.decode(line) end
    return list
end

--- Asks which databases there are. Those that take no connection cannot be dumped: said, and left
-- out.
function m.check(ctx)
    if not ctx:wants(SERVICE) then return end
    local container = server.running(ctx, SERVICE)
    local answer, problem = try(sh, ctx, container, dump.LIST, {}, { timeout = 60 })
    if not answer then
        failure.raise(4, "db: the databases cannot be listed: %s", tostring(problem))
    end
    local owner, found, closed = nil, {}, json.array {}
    for _, line in ipairs(lines(answer.stdout)) do
        if line.uid then
            owner = line
        elseif line.connect then
            found[#found + 1] = line
        else
            closed[#closed + 1] = line.name
            ctx:warn("db: database %s takes no connections, so it is not in this backup", line.name)
        end
    end
    if #found == 0 then failure.raise(4, "db: there is no database") end
    ctx.databases = { list = found, closed = closed, owner = owner }
end

--- What all databases hold together, in bytes.
function m.size(ctx)
    local sum = 0
    for _, database in ipairs(ctx.databases and ctx.databases.list or {}) do
        sum = sum + database.size
    end
    return sum
end

--- What the dumps touch.
function m.objects(ctx)
    local objects = { reads = {}, changes = {} }
    for _, database in ipairs(ctx.databases and ctx.databases.list or {}) do
        table.insert(objects.reads, "database:" .. database.name)
        table.insert(objects.changes,
            "file:" .. fs.join(ctx.places.db, FOLDER, dump.file_name(database.name)))
    end
    return objects
end

local function start_worker(ctx, container, folder, databases)
    local arguments = { folder }
    for _, database in ipairs(databases) do
        arguments[#arguments + 1] = dump.connection(database.name)
        arguments[#arguments + 1] = dump.file_name(database.name)
    end
    return sh(ctx, container, dump.WORKER, arguments, {
        env = dump.worker_environment(user(ctx), ctx.settings["postgres.counts"]),
        max_output = OUTPUT, timeout = ctx.settings["postgres.timeout"], background = true,
    })
end

-- Whatever still runs is ended, then the files go. The container may be gone by now; so is its
-- work then.
local function clean(ctx, state)
    if state.cleaned then return end
    local env = dump.environment(user(ctx), { HK_STOP = state.finished and "no" or "yes" })
    sh(ctx, state.container, dump.CLEAN, { state.folder }, { env = env, timeout = 60 })
    for _, work in ipairs(state.work) do work.job:close() end
    state.cleaned = true
end

--- Starts the dumps: a few workers, and the roles beside them.
function m.start(ctx)
    if not ctx:wants(SERVICE) then return end
    local container = server.running(ctx, SERVICE)
    local folder = fs.join(MOUNT, FOLDER)
    local state = { container = container, folder = folder, work = {} }
    ctx.dumps = state
    ctx:defer(function() clean(ctx, state) end, "remove the dumps")
    sh(ctx, container, dump.FOLDER, { folder }, { timeout = 60 })
    local workers = dump.distribute(ctx.databases.list, ctx.settings["postgres.jobs"])
    for _, databases in ipairs(workers) do
        local job = start_worker(ctx, container, folder, databases)
        state.work[#state.work + 1] = { job = job, databases = databases }
    end
    local job = sh(ctx, container, dump.GLOBALS, { fs.join(folder, GLOBALS) },
        { timeout = 600, background = true })
    table.insert(state.work, 1, { job = job, globals = true })
end

-- One finished file goes into the archive.
local function add_file(ctx, name)
    local from = { mount = "db", below = fs.join(FOLDER, name), file = true }
    local done = volumes.copy(ctx, from, "db", name)
    if done.entries ~= 1 or done.bytes == 0 then failure.raise(5, "db: %s is empty", name) end
    return fs.join("db", name), done.bytes
end

local function record(ctx, database, result)
    local name = dump.file_name(database.name)
    if not result or not result.dumped then
        failure.raise(5, "db: %s was not dumped", database.name)
    end
    if not result.tables and ctx.settings["postgres.counts"] then
        ctx:warn("db: the rows of %s could not be counted", database.name)
    end
    local entry, bytes = add_file(ctx, name)
    return {
        name = database.name, entry = entry, bytes = bytes, template = database.template,
        owner = database.owner, encoding = database.encoding, tables = result.tables,
    }
end

-- What a worker made; its own error says what went wrong.
local function collect(ctx, work, list)
    local ok, answer = pcall(work.job.wait, work.job)
    if not ok then error(answer, 0) end
    if work.globals then
        add_file(ctx, GLOBALS)
        return
    end
    local results = dump.parse(answer.stdout)
    for _, database in ipairs(work.databases) do
        local result = results[dump.file_name(database.name)]
        if not (result and result.dumped) then
            local why = answer.stderr:match("([^\n]+)%s*$") or "it did not say why"
            failure.raise(5, "db: the dump of %s failed: %s", database.name, why)
        end
        list[#list + 1] = record(ctx, database, result)
    end
end

-- The work that has finished, whichever it is.
local function next_finished(work)
    local jobs = {}
    for i, one in ipairs(work) do jobs[i] = one.job end
    local finished = stream.wait_any(jobs)
    for i, one in ipairs(work) do
        if one.job == finished then return table.remove(work, i) end
    end
    error("no dump has finished")
end

--- Waits for the dumps and adds each as soon as it is there.
function m.add(ctx)
    local state = ctx.dumps
    if not state then return end
    local list, waiting = json.array {}, table.move(state.work, 1, #state.work, 1, {})
    while #waiting > 0 do collect(ctx, next_finished(waiting), list) end
    state.finished = true
    table.sort(list, function(a, b) return a.name < b.name end)
    local found = ctx.databases
    ctx.manifest.postgres = {
        user = found.list[1].user, version = found.list[1].version, path = MOUNT,
        uid = found.owner.uid, gid = found.owner.gid,
        globals = fs.join("db", GLOBALS), databases = list, not_dumped = found.closed,
    }
    clean(ctx, state)
end

--- The rows of each table of one database, as they are now: { ["schema.table"] = rows }.
function m.count(ctx, container, database)
    local answer = sh(ctx, container, dump.COUNT, { dump.connection(database) }, {
        env = dump.worker_environment(user(ctx), true), max_output = OUTPUT,
        timeout = ctx.settings["postgres.timeout"],
    })
    local tables = {}
    for _, line in ipairs(lines(answer.stdout)) do tables[line.table] = line.rows end
    return tables
end

return m
