-- hosskeep diff-script NAME: how a site's script differs from the stock one, or what its drop-ins
-- change. Exit code 0 without differences, 1 with some.

local command = require "hosskeep.command"
local dropins = require "hosskeep.dropins"
local failure = require "hosskeep.failure"

local function diff(stock, path)
    local result = process.run {
        argv = { "diff", "-u", "--label", "stock", "--label", path, "-", path },
        stdin = stock,
    }
    if result.code > 1 then
        failure.raise(failure.BUG, "diff: %s", result.stderr)
    end
    log.out(result.stdout)
    return result.code
end

local function tell_edits(name)
    local found = 0
    for _, entry in ipairs(dropins.list(name)) do
        found = found + ((entry.disabled or entry.hidden_by) and 0 or 1)
    end
    if found == 0 then
        log.out(name .. ": as shipped, no drop-ins\n")
        return 0
    end
    local p = command.procedure(name)
    for _, edit in ipairs(p.edit_log) do
        local detail = edit.detail and " " .. edit.detail or ""
        log.out(string.format("%s: %s %s%s\n", edit.by, edit.step, edit.how, detail))
    end
    return #p.edit_log > 0 and 1 or 0
end

local function run(given)
    local name = given.args[1]
    local stock = hosskeep.embedded(name)
    local path = hosskeep.find(name)
    if not path then
        failure.raise(failure.USAGE, 'no script "%s" on the search path', name)
    elseif not stock then
        failure.raise(failure.USAGE, "%s is a site's own: there is no stock script %s", path, name)
    end
    local code = 0
    if not path:find "^embedded:" then
        code = diff(stock, path)
    end
    return math.max(code, tell_edits(name))
end

return command.main({
    name = "diff-script",
    summary = "Shows how a site's script and drop-ins differ from what was shipped.",
    arguments = { { name = "NAME", help = "backup, restore, ...", required = true } },
    run = run,
}, ...)
