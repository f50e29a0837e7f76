-- A procedure run step by step at the prompt: `:begin backup -c DIR`, `:step NAME` as often as
-- wanted, `:end`. The prompt gets ctx and p; what has been started is cleaned up at the end of it
-- all, or of the prompt.

local execution = require "hosskeep.execution"
local failure = require "hosskeep.failure"
local procedure = require "hosskeep.procedure"

local stepwise = {}

local function words(line)
    local list = {}
    for word in line:gmatch "%S+" do
        list[#list + 1] = word
    end
    return list
end

-- Raises the cause of what a guarded call has met.
local function unguarded(fn)
    local ok, problem = execution.guarded(fn)
    if not ok then
        error(problem.cause, 0)
    end
end

--- Prints the steps of a procedure, drop-ins included; those of the running one show what is done.
function stepwise.list(prompt, name)
    local running = prompt.stepwise
    local p = running and name == "" and running.p
        or require("hosskeep.command").procedure(name ~= "" and name or "backup")
    for i, step in ipairs(p:steps()) do
        local done = running and running.p == p and running.done[step.name] and "*" or " "
        local off = step.disabled and " (disabled: " .. step.disabled .. ")" or ""
        log.out(string.format("%s%3d  %-28s %s%s\n", done, i, step.name, step.title or "", off))
    end
end

--- Begins a procedure: its settings, .env and lock; nothing is run.
function stepwise.begin(prompt, line)
    if prompt.stepwise then
        failure.raise(failure.USAGE, "%s is under way; :end comes first", prompt.stepwise.p.name)
    end
    local argv = words(line)
    local p = procedure.define(table.remove(argv, 1) or "backup")
    local ctx = require("hosskeep.main").context(p, argv)
    prompt.stepwise = { p = p, ctx = ctx, done = {} }
    prompt.env.ctx, prompt.env.p = ctx, p
    if p.lock == true then
        unguarded(function()
            ctx:lock()
        end)
    end
end

local function running(prompt)
    if not prompt.stepwise then
        failure.raise(failure.USAGE, "no procedure; :begin backup -c DIR")
    end
    return prompt.stepwise
end

local function next_step(state)
    for _, step in ipairs(state.p.list) do
        if not state.done[step.name] then
            return step
        end
    end
    failure.raise(failure.USAGE, "all steps are done; :end cleans up")
end

--- Checks and runs one step, in whatever order they are asked for.
function stepwise.step(prompt, name)
    local state = running(prompt)
    local step = name ~= "" and state.p:get(name) or next_step(state)
    unguarded(function()
        execution.one(state.p, state.ctx, step)
    end)
    state.done[step.name] = true
end

--- Cleans up; undoes what was done unless every step is done.
function stepwise.finish(prompt)
    local state = running(prompt)
    local failed = false
    for _, step in ipairs(state.p.list) do
        failed = failed or not state.done[step.name]
    end
    prompt.stepwise = nil
    state.ctx.failed = failed
    execution.unwind(state.ctx, failed)
end

--- The end of the prompt: cleans up if something is under way.
function stepwise.close(prompt)
    if prompt.stepwise then
        stepwise.finish(prompt)
    end
end

return stepwise
