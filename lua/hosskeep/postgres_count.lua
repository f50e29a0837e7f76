--- The rows of each table as they are now, for the comparison after a restore.

local dump = require "hosskeep.postgres_dump"

local m = {}

local OUTPUT = 64 << 20 -- at most so much text: a line for each table

--- Counts in the background; returns the job. `names`: the databases. `role`: the database role to
-- use, if it is not the usual one.
function m.start(ctx, container, names, role)
    local argv = { "sh", "-c", dump.COUNT, "hosskeep" }
    for _, name in ipairs(names) do argv[#argv + 1] = dump.connection(name) end
    return container:exec(argv, {
        user = "root", env = dump.worker_environment(role or ctx.settings["postgres.user"], true),
        max_output = OUTPUT, timeout = ctx.settings["postgres.timeout"], background = true,
    })
end

--- What the job found: a table { ["schema.table"] = rows } for each database.
function m.wait(job)
    local found = {}
    for _, line in ipairs(dump.lines(job:wait().stdout)) do
        if line.database then
            found[line.database] = {}
        else
            found[#found][line.table] = line.rows
        end
    end
    return found
end

return m
