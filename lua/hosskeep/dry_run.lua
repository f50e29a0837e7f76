-- The dry run: every check has run; now each effective step is told with the objects that it
-- reads and changes. Nothing is changed.

local execution = require "hosskeep.execution"

local dry_run = {}

local function as_text(object)
    if type(object) == "table" then
        return string.format("%s:%s", object.kind or object[1], object.name or object[2])
    end
    return tostring(object)
end

local function texts(list)
    local result = {}
    for index, object in ipairs(list or {}) do
        result[index] = as_text(object)
    end
    return result
end

--- What a step would touch: lists of "kind:name".
function dry_run.objects(step, ctx)
    local objects = step.objects
    if type(objects) == "function" then
        objects = objects(ctx)
    end
    objects = objects or {}
    return texts(objects.reads), texts(objects.changes)
end

--- All steps with what they would do.
function dry_run.plan(p, ctx)
    local plan = {}
    for index, step in ipairs(p.list) do
        local entry = { name = step.name, title = step.title }
        if step.planned then
            execution.in_step(ctx, step, "check", function()
                entry.reads, entry.changes = dry_run.objects(step, ctx)
            end)
        else
            entry.skipped = step.disabled or "not needed"
        end
        plan[index] = entry
    end
    return plan
end

local function print_text(entry)
    local skipped = entry.skipped and string.format(" (skipped: %s)", entry.skipped) or ""
    local title = entry.title and ": " .. entry.title or ""
    log.out(entry.name .. title .. skipped .. "\n")
    for _, object in ipairs(entry.reads or {}) do
        log.out("    reads   " .. object .. "\n")
    end
    for _, object in ipairs(entry.changes or {}) do
        log.out("    changes " .. object .. "\n")
    end
end

--- What a run touches beside its steps: the lock, and the journal while it runs.
function dry_run.own(ctx)
    local places = ctx.places
    return { event = "plan-run", reads = { "file:" .. places.env },
        changes = { "file:" .. places.lock, "file:" .. places.journal .. "*" } }
end

local function print_own(own, as_json)
    if as_json then
        log.out(json.encode(own) .. "\n")
    else
        own.name = "(the run itself)"
        print_text(own)
    end
end

--- Prints the plan as text, or as one JSON object per step.
function dry_run.print(p, ctx)
    if p.lock and ctx.places then
        print_own(dry_run.own(ctx), ctx.options.json)
    end
    for _, entry in ipairs(dry_run.plan(p, ctx)) do
        if ctx.options.json then
            entry.event = "plan"
            entry.reads = entry.reads and json.array(entry.reads)
            entry.changes = entry.changes and json.array(entry.changes)
            log.out(json.encode(entry) .. "\n")
        else
            print_text(entry)
        end
    end
end

return dry_run
