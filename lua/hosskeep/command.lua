-- What all commands that are no procedures have in common: options, help, one line for an error.

local failure = require "hosskeep.failure"
local options = require "hosskeep.options"

local command = {}

local function declarations(spec)
    local list = {}
    for _, declaration in ipairs(spec.options or {}) do
        list[#list + 1] = declaration
    end
    list[#list + 1] = { long = "verbose", short = "v", help = "print a traceback with an error" }
    list[#list + 1] = options.HELP
    return list
end

local function complain(spec, cause, trace, verbose)
    local text = failure.text(cause)
    if failure.signal(cause) then
        text = "interrupted by signal " .. failure.signal(cause)
    end
    io.stderr:write(log.mask(string.format("hosskeep: %s: %s\n", spec.name, text)))
    if verbose and trace then
        io.stderr:write(log.mask(trace), "\n")
    end
end

--- Runs a command: spec {name, summary, options, arguments, run=fn(given) -> exit code or nil}.
function command.main(spec, ...)
    local given
    local ok, problem = xpcall(function(...)
        given = options.parse(declarations(spec), { ... }, spec.arguments)
        if given.help then
            io.stdout:write(options.help(spec.name, spec.summary, declarations(spec),
                spec.arguments))
            return failure.DONE
        end
        return spec.run(given) or failure.DONE
    end, function(err)
        return { cause = err, trace = debug.traceback(nil, 2) }
    end, ...)
    if ok then
        return problem
    end
    complain(spec, problem.cause, problem.trace, given and given.verbose)
    return failure.exit(problem.cause, failure.BUG)
end

--- Prints rows of texts in columns.
function command.table(rows)
    local width = {}
    for _, row in ipairs(rows) do
        for column, text in ipairs(row) do
            width[column] = math.max(width[column] or 0, utf8.len(text) or #text)
        end
    end
    for _, row in ipairs(rows) do
        local parts = {}
        for column, text in ipairs(row) do
            local gap = column < #row and width[column] - (utf8.len(text) or #text) or 0
            parts[column] = text .. (" "):rep(gap)
        end
        log.out((table.concat(parts, "  "):gsub("%s+$", "")) .. "\n")
    end
end

--- A procedure by name with its settings files and drop-ins applied.
function command.procedure(name)
    local p = require("hosskeep.procedure").define(name)
    return require("hosskeep.main").prepare(p)
end

return command
