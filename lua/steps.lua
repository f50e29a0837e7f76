-- hosskeep steps PROCEDURE: the effective list of steps, and with --explain who edited what where.

local command = require "hosskeep.command"

local function word(edit)
    local detail = edit.detail and " (" .. edit.detail .. ")" or ""
    return string.format("    %s by %s%s", edit.how, edit.by, detail)
end

local function print_step(step, explain)
    local mark = step.disabled and string.format("  [disabled: %s]", step.disabled) or ""
    local edited = not explain and #step.edits > 0 and "  *" or ""
    log.out(string.format("%-28s %s%s%s\n", step.name, step.title or "", mark, edited))
    if explain then
        log.out("    from " .. step.origin .. "\n")
        for _, edit in ipairs(step.edits) do
            log.out(word(edit) .. "\n")
        end
    end
end

local function print_removed(p)
    for _, step in ipairs(p.removed) do
        local last = step.edits[#step.edits]
        log.out(string.format("(removed: %s, by %s)\n", step.name, last and last.by or "?"))
    end
end

local function run(given)
    local p = command.procedure(given.args[1])
    if given.json then
        log.out(json.encode(p:describe(), { indent = true }) .. "\n")
        return 0
    end
    for _, step in ipairs(p:steps()) do
        print_step(step, given.explain)
    end
    if given.explain then
        print_removed(p)
        for _, script in ipairs(p.scripts) do
            log.out(string.format("drop-in %s sha256 %s\n", script.path, script.sha256))
        end
    end
    return 0
end

return command.main({
    name = "steps",
    summary = "Prints the steps of a procedure as they would run.",
    arguments = { { name = "PROCEDURE", required = true, help = "backup, restore or your own" } },
    options = {
        { long = "explain", help = "tell where each step comes from and who edited it" },
        { long = "json", help = "as JSON, as the manifest of an archive has it" },
    },
    run = run,
}, ...)
