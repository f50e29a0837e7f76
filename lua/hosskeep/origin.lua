-- Where in which script something was said: "/etc/hosskeep/backup.d/20-x.lua:7".

local origin = {}

local ours = {}

--- Makes frames of the calling module invisible to caller().
function origin.hide()
    ours[debug.getinfo(2, "S").source] = true
end

--- A chunk's name as people read it.
function origin.readable(source)
    return (source:gsub("^[@=]", ""))
end

--- "file:line" of the nearest caller outside the hidden modules, and its source.
function origin.caller()
    local level = 2
    while true do
        local info = debug.getinfo(level, "Sl")
        if not info then
            return "?", "?"
        end
        if info.what ~= "C" and not ours[info.source] then
            local file = origin.readable(info.source)
            return string.format("%s:%d", file, info.currentline), file
        end
        level = level + 1
    end
end

--- "file:line" of a function's definition.
function origin.of(fn)
    local info = debug.getinfo(fn, "S")
    return string.format("%s:%d", origin.readable(info.source), info.linedefined)
end

--- True for a chunk that is part of hosskeep itself and not a site's.
function origin.is_stock(file)
    if file:find("^embedded:") then
        return true
    end
    local mine = origin.readable(debug.getinfo(1, "S").source)
    local home = mine:match("^(.*)hosskeep/origin%.lua$")
    return home ~= nil and home ~= "" and file:sub(1, #home) == home
end

ours[debug.getinfo(1, "S").source] = true

return origin
