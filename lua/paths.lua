-- hosskeep paths: the folders in which scripts are looked for, and what was found where.

local command = require "hosskeep.command"
local dropins = require "hosskeep.dropins"

local function scripts_in(folder)
    local found = {}
    local there = fs.stat(folder)
    if there and there.type == "directory" then
        for _, name in ipairs(fs.list(folder)) do
            if name:find "%.lua$" then
                found[#found + 1] = name
            end
        end
    end
    return found
end

local function dropin_state(entry)
    if entry.hidden_by then
        return "hidden by " .. entry.hidden_by
    end
    return entry.disabled and "disabled" or "used"
end

local function print_dropins(name)
    for _, entry in ipairs(dropins.list(name)) do
        log.out(string.format("  %s  %s\n", entry.path, dropin_state(entry)))
    end
end

local function procedures()
    local names, seen = { "backup", "restore" }, { backup = true, restore = true }
    for _, folder in ipairs(dropins.folders()) do
        local there = fs.stat(folder)
        for _, entry in ipairs(there and there.type == "directory" and fs.list(folder) or {}) do
            local name = entry:match "^(.+)%.d$"
            if name and not seen[name] then
                seen[name] = true
                names[#names + 1] = name
            end
        end
    end
    return names
end

local function run()
    log.out("search path, strongest first:\n")
    for _, entry in ipairs(hosskeep.paths()) do
        log.out(string.format("  %s  (%s) %s\n", entry.path, entry.origin, entry.state or ""))
        for _, name in ipairs(scripts_in(entry.path)) do
            log.out("    " .. name .. "\n")
        end
    end
    for _, name in ipairs(procedures()) do
        log.out(string.format("%s: script %s\n", name, hosskeep.find(name) or "not found"))
        print_dropins(name)
    end
    return 0
end

return command.main({
    name = "paths",
    summary = "Prints where scripts, settings and drop-ins are looked for and found.",
    run = run,
}, ...)
