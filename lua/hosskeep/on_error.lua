-- --on-error=repl: a failed step stops here with ctx and its live handles. A person looks around,
-- repairs, and lets the step run again, skips it or gives up. Paused containers run again by a
-- deadline, whatever the person does.

local failure = require "hosskeep.failure"

local on_error = {}

local HELP = [[
retry   run the step again          skip   go on without it
abort   give up and clean up        where  the traceback
Anything else is Lua, with ctx, step and err at hand: ctx.docker:version().ApiVersion
]]

local function show(...)
    local parts = {}
    for index = 1, select("#", ...) do
        local value = select(index, ...)
        local encoded = type(value) == "table" and try(json.encode, value, { indent = true })
        parts[index] = encoded or tostring(value)
    end
    if #parts > 0 then
        log.out(table.concat(parts, "  ") .. "\n")
    end
end

--- Runs one line of Lua in `scope`; prints results or the error. A name that is assigned stays.
function on_error.evaluate(line, scope)
    local chunk, err = load("return " .. line, "=prompt", "t", scope)
    if not chunk then
        chunk, err = load(line, "=prompt", "t", scope)
    end
    if not chunk then
        log.out(failure.text(err) .. "\n")
        return
    end
    local result = table.pack(pcall(chunk))
    if result[1] then
        show(table.unpack(result, 2, result.n))
    else
        log.out(failure.text(result[2]) .. "\n")
    end
end

local function scope_of(ctx, step, problem)
    return setmetatable({ ctx = ctx, step = step, err = problem.cause }, { __index = _G })
end

local function prompt(step)
    log.out(string.format("%s (retry, skip, abort, help)> ", step.name))
    io.stdout:flush()
    return io.read "l"
end

local ANSWERS = { retry = true, skip = true, abort = true }

local function talk(ctx, step, problem)
    local scope = scope_of(ctx, step, problem)
    while true do
        local line = prompt(step)
        local word = line and line:match "^%s*(.-)%s*$"
        if word == nil then
            return "abort"
        elseif ANSWERS[word] then
            return word
        elseif word == "help" or word == "?" then
            log.out(HELP)
        elseif word == "where" then
            log.out((problem.trace or "no traceback") .. "\n")
        elseif word ~= "" then
            on_error.evaluate(word, scope)
        end
    end
end

--- Asks what to do about a failed step: "retry", "skip" or "abort" (also at the end of input).
function on_error.ask(ctx, step, problem)
    ctx.report:failed(step.name, failure.text(problem.cause))
    log.out(string.format("%s failed: %s\n", step.name, failure.text(problem.cause)))
    local watch = ctx.guard:deadline(ctx.settings["pause.deadline"])
    local answer = talk(ctx, step, problem)
    if watch then
        watch()
    end
    return answer
end

return on_error
