-- Runs a procedure's steps: all checks first, then each step, then the stack of cleanups in
-- reverse, whatever happened.

local failure = require "hosskeep.failure"
local origin = require "hosskeep.origin"

local execution = {}

local function handler(err)
    if type(err) == "table" and err.traced then
        return err
    end
    return { traced = true, cause = err, trace = debug.traceback(nil, 2) }
end

--- Calls fn(...); true, or false and {cause=, trace=}.
function execution.guarded(fn, ...)
    return xpcall(fn, handler, ...)
end

local function wanted(ctx, step)
    if step.disabled then
        return false, step.disabled
    end
    if step.when and not step.when(ctx) then
        return false, "not needed"
    end
    return true
end

-- A check that fails says that a precondition fails, unless it says more.
local function blame(problem, step, phase)
    problem.step = problem.step or step.name
    problem.phase = problem.phase or phase
    return problem
end

--- Calls fn for a step: what it raises is a problem that names the step and the phase.
local function in_step(ctx, step, phase, fn)
    ctx.step = step.name
    local ok, problem = execution.guarded(fn)
    ctx.step = nil
    if not ok then
        error(blame(problem, step, phase), 0)
    end
    return problem
end

-- A step that only checks is told when it does; one that also runs is told then.
local function only_checks(step)
    return step.check ~= nil and step.run == nil and #step.wraps == 0
end

execution.in_step = in_step

local function check_one(ctx, step)
    if not step.check then
        return
    end
    local told = only_checks(step) and not ctx.dry_run
    if told then
        ctx.report:step(step.name, step.title)
    end
    step.check(ctx)
    if told then
        ctx.report:done(step.name)
    end
end

local function check_all(p, ctx)
    for _, step in ipairs(p.list) do
        in_step(ctx, step, "check", function()
            step.planned = wanted(ctx, step)
            if step.planned then
                check_one(ctx, step)
            end
        end)
    end
end

local function run_body(p, ctx, step)
    local body = p:body(step)
    while true do
        local ok, problem = execution.guarded(body, ctx)
        if ok then
            return
        end
        local answer = "abort"
        if p.on_error and not failure.signal(problem.cause) then
            answer = p.on_error(ctx, step, problem)
        end
        if answer == "skip" then
            ctx:warn("%s: skipped after: %s", step.name, failure.text(problem.cause))
            return
        elseif answer ~= "retry" then
            error(problem, 0)
        end
    end
end

local function run_step(p, ctx, step)
    in_step(ctx, step, "run", function()
        local needed, why = wanted(ctx, step)
        if not needed then
            ctx.report:skip(step.name, step.title, why)
            return
        elseif only_checks(step) then
            return
        end
        ctx.report:step(step.name, step.title)
        run_body(p, ctx, step)
        if step.undo and not ctx.point_of_no_return then
            ctx:on_failure(function()
                step.undo(ctx)
            end, "undo " .. step.name)
        end
        ctx.report:done(step.name)
    end)
end

--- Checks and runs one step, apart from all others.
function execution.one(p, ctx, step)
    in_step(ctx, step, "check", function()
        if wanted(ctx, step) then
            check_one(ctx, step)
        end
    end)
    run_step(p, ctx, step)
end

-- A first signal ends what it meets, and a cleanup has to be done all the same.
local function clean(fn)
    local ok, problem = execution.guarded(fn)
    if not ok and failure.signal(problem.cause) then
        ok, problem = execution.guarded(fn)
    end
    return ok, problem
end

--- Runs the cleanups in reverse. A failing one becomes a warning and stops none of the others; when
--- it was to undo something, ctx.undo_failed tells the later ones so.
function execution.unwind(ctx, failed)
    while #ctx.stack > 0 do
        local entry = table.remove(ctx.stack)
        if entry.always or failed then
            local ok, problem = clean(entry.fn)
            if not ok then
                ctx.undo_failed = ctx.undo_failed or not entry.always
                ctx:warn("%s: %s", entry.label, failure.text(problem.cause))
                ctx.report:trace(problem.trace)
            end
        end
    end
end

--- Runs checks and steps. Returns nil, or the problem {cause=, trace=, step=, phase=}.
function execution.run(p, ctx)
    local ok, problem = execution.guarded(function()
        if p.lock == true then
            ctx:lock()
        end
        check_all(p, ctx)
        if ctx.dry_run then
            require("hosskeep.dry_run").print(p, ctx)
            return
        end
        for _, step in ipairs(p.list) do
            run_step(p, ctx, step)
        end
        time.sleep(0) -- tells of a signal that no step has noticed
    end)
    ctx.failed = not ok
    ctx.problem = not ok and failure.text(problem.cause) or nil
    execution.unwind(ctx, not ok)
    if ok then
        return nil
    end
    return problem
end

local function out_of_stock(text)
    local file = type(text) == "string" and text:match "^(.-):%d+:" or nil
    return file ~= nil and origin.is_stock(file)
end

--- The exit code for a problem. An archive is rejected by a check; one that turns out bad later is
--- the procedure's own failure.
function execution.exit_code(p, ctx, problem)
    local default = p:failure_exit(ctx)
    if problem.phase == "check" and not ctx.changed then
        default = failure.PRECONDITION
    elseif failure.kind(problem.cause) == "archive" then
        return default
    end
    if out_of_stock(problem.cause) and not ctx.changed then
        default = failure.BUG
    end
    return failure.exit(problem.cause, default)
end

return execution
