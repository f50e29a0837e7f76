--- The restored server counted against the manifest: what backup counted must be there again. Rows
-- are counted in the dump's own snapshot, so they must be equal; documents lie between two counts;
-- entries and messages are of a moment before the copy, so a difference there is told, and only
-- nothing at all is a failure.

local failure = require "hosskeep.failure"
local ldap = require "hosskeep.ldap"
local opensearch = require "hosskeep.opensearch_client"
local postgres_count = require "hosskeep.postgres_count"
local rabbitmq = require "hosskeep.rabbitmq_restore"
local start = require "hosskeep.start"

local m = {}

local function missing(format, ...)
    failure.raise(10, "compare: " .. format, ...)
end

local function sorted(map)
    local keys = {}
    for key in pairs(map) do keys[#keys + 1] = key end
    table.sort(keys)
    return keys
end

--- Compares the rows of one database's tables.
function m.tables(name, wanted, found)
    for _, tbl in ipairs(sorted(wanted)) do
        if found[tbl] ~= wanted[tbl] then
            missing("database %s: table %s has %s rows, the backup had %d", name, tbl,
                found[tbl] or "no", wanted[tbl])
        end
    end
end

--- Begins to count the rows of those databases whose rows the backup counted. Returns a function
-- that waits for the numbers and compares them, table by table. `role`: as in postgres_count.start.
function m.start_databases(ctx, container, part, role)
    local databases, names = {}, {}
    for _, database in ipairs(part.databases) do
        if database.tables then
            databases[#databases + 1], names[#names + 1] = database, database.name
        end
    end
    if #databases == 0 then return function() end end
    local job = postgres_count.start(ctx, container, names, role)
    return function()
        local found = postgres_count.wait(job)
        for i, database in ipairs(databases) do
            m.tables(database.name, database.tables, found[i])
        end
    end
end

--- Compares the documents of one index.
function m.documents(index, found)
    if index.status == "close" or not index.documents then return end
    local after = index.documents_after or index.documents
    local least, most = math.min(index.documents, after), math.max(index.documents, after)
    if not found or found < least or found > most then
        missing("index %s has %s documents, the backup had %d", index.name, found or "no",
            index.documents)
    end
end

--- Every index of the archive.
function m.indices(ctx)
    local part = ctx.state.parts.opensearch
    if not part or #(part.indices or {}) == 0 then return end
    local found = opensearch.documents(ctx.state.search)
    for _, index in ipairs(part.indices) do m.documents(index, found[index.name]) end
end

--- The directory's entries.
function m.entries(ctx)
    local part = ctx.state.parts.ldap
    if not part or not part.entries then return end
    local found = ldap.count(ctx, start.container(ctx, "ldap"))
    if found == 0 and part.entries > 0 then
        missing("ldap has no entry, the backup had %d", part.entries)
    elseif found ~= part.entries then
        ctx:warn("ldap has %d entries, the backup counted %d a moment before it was copied",
            found, part.entries)
    end
end

local function by_name(queues)
    local map = {}
    for _, queue in ipairs(queues) do map[queue.vhost .. " " .. queue.name] = queue end
    return map
end

-- What must be there: durable queues, and of their messages the persistent ones where the broker
-- told.
local function expected(queue)
    if queue.durable == false then return nil end
    return queue.persistent or queue.messages
end

--- Compares the broker's queues; returns the lines that tell a difference, and how many queues are
-- back.
function m.queues(wanted, found)
    local there, lines, back = by_name(found), {}, 0
    for _, queue in ipairs(wanted) do
        local number = expected(queue)
        local now = there[queue.vhost .. " " .. queue.name]
        if number and not now then
            lines[#lines + 1] = ("queue %s is missing"):format(queue.name)
        elseif number then
            back = back + 1
            if now.messages ~= number then
                lines[#lines + 1] = ("queue %s has %d messages, the backup counted %d")
                    :format(queue.name, now.messages, number)
            end
        end
    end
    return lines, back
end

--- The broker's queues and messages.
function m.broker(ctx)
    local part = ctx.state.parts.rabbitmq
    if not part or not part.queues or not ctx.state.recount then return end
    local lines, back = m.queues(part.queues, rabbitmq.recounted(ctx))
    local durable = 0
    for _, queue in ipairs(part.queues) do
        if expected(queue) then durable = durable + 1 end
    end
    if durable > 0 and back == 0 then missing("none of the broker's %d queues is back", durable) end
    for _, line in ipairs(lines) do ctx:warn("rabbitmq: %s", line) end
end

--- Compares all of it; the rows are counted beside the rest.
function m.run(ctx)
    local part = ctx.state.parts.postgres
    local finish = part and m.start_databases(ctx, start.container(ctx, "db"), part)
    m.indices(ctx)
    m.entries(ctx)
    m.broker(ctx)
    if finish then finish() end
end

return m
