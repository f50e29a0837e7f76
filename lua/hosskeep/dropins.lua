-- A site's drop-ins: NAME.d/*.lua of the folders of the search path, in the order of their file
-- names. The same file name in a stronger folder hides the weaker one, also with ".disabled".

local failure = require "hosskeep.failure"
local origin = require "hosskeep.origin"

local dropins = {}
origin.hide()

--- The folders of the search path, strongest first.
function dropins.folders()
    local list = {}
    for _, entry in ipairs(hosskeep.paths()) do
        local unused = entry.state and entry.state:find "^left out"
        if entry.path and not unused and not entry.path:find "^embedded" then
            list[#list + 1] = entry.path
        end
    end
    return list
end

local function scan(folder, seen, found)
    local there = fs.stat(folder)
    if not there or there.type ~= "directory" then
        return
    end
    for _, file in ipairs(fs.list(folder)) do
        local base = file:match "^(.+%.lua)$" or file:match "^(.+%.lua)%.disabled$"
        if base and file:sub(1, 1) ~= "." then
            local entry = { path = fs.join(folder, file), file = base }
            if seen[base] then
                entry.hidden_by = seen[base]
            elseif file ~= base then
                entry.disabled = true
            end
            seen[base] = seen[base] or entry.path
            found[#found + 1] = entry
        end
    end
end

--- All drop-ins of a procedure in the order in which they are loaded; {path=, file=, disabled=,
--- hidden_by=}.
function dropins.list(name)
    local seen, found = {}, {}
    for _, folder in ipairs(dropins.folders()) do
        scan(fs.join(folder, name .. ".d"), seen, found)
    end
    table.sort(found, function(a, b)
        if a.file ~= b.file then
            return a.file < b.file
        end
        return a.path < b.path
    end)
    return found
end

local function with_position(err, path)
    local text = failure.text(err)
    if text:find(path, 1, true) then
        return text
    end
    return path .. ": " .. text
end

local function load_one(p, path)
    failure.name_whole(path)
    local ok, err = xpcall(function()
        local chunk = hosskeep.load(path)
        chunk(p)
    end, function(e)
        return { cause = e, trace = debug.traceback(nil, 2) }
    end)
    if ok then
        p.scripts[#p.scripts + 1] = { path = path, sha256 = hash.file(path) }
        return
    end
    if failure.signal(err.cause) then
        error(err.cause, 0)
    end
    local broken = failure.new(failure.USAGE, "%s", with_position(err.cause, path))
    broken.trace = err.trace
    error(broken, 0)
end

--- Loads the drop-ins of a procedure. A broken one is a failure with exit code 2.
function dropins.load(p)
    for _, entry in ipairs(dropins.list(p.name)) do
        if not entry.disabled and not entry.hidden_by then
            load_one(p, entry.path)
        end
    end
end

return dropins
