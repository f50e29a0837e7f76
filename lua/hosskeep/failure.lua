-- Failures: what ends a run, as one line of text and an exit code.
--
-- A failure is raised by Lua code that knows what the operator has to be told. Errors of the
-- primitives (kind, op, subject, message, code) and plain Lua strings are understood as well.

local failure = {
    DONE = 0,
    WARNINGS = 1,
    USAGE = 2,
    LOCKED = 3,
    PRECONDITION = 4,
    BACKUP = 5,
    ARCHIVE = 6,
    VERSION = 7,
    UNCHANGED = 9,
    CHANGED = 10,
    BUG = 70,
}

local meta = {
    __name = "failure",
    __tostring = function(self)
        return self.message
    end,
}

local function text_of(fmt, ...)
    if select("#", ...) == 0 then
        return tostring(fmt)
    end
    return string.format(fmt, ...)
end

--- Makes a failure with an exit code; without further arguments `fmt` is taken as it is.
function failure.new(exit, fmt, ...)
    return setmetatable({ kind = "failure", exit = exit, message = text_of(fmt, ...) }, meta)
end

--- Raises a failure with an exit code.
function failure.raise(exit, fmt, ...)
    error(failure.new(exit, fmt, ...), 0)
end

--- True for a failure that was made here.
function failure.is(err)
    return getmetatable(err) == meta
end

--- The `kind` of any error value: "failure", "engine", ..., or "lua" for a plain string.
function failure.kind(err)
    if type(err) == "table" or type(err) == "userdata" then
        return err.kind or "lua"
    end
    return "lua"
end

--- The number of the signal when `err` tells of an interrupt, else nil.
function failure.signal(err)
    if failure.kind(err) == "interrupted" then
        return math.tointeger(tonumber(err.code)) or 2
    end
    return nil
end

-- A site's files by their whole names: Lua shortens those of more than 59 bytes to "...end of it".
local files = {}

--- Has messages name this file by its whole path.
function failure.name_whole(path)
    files[path] = true
end

local function with_whole_name(text)
    local tail, rest = text:match "^%.%.%.(.-)(:%d+:.*)$"
    for path in pairs(tail and files or {}) do
        if path:sub(-#tail) == tail then
            return path .. rest
        end
    end
    return text
end

--- The error as one line.
function failure.text(err)
    local text = with_whole_name(err == nil and "unknown error" or tostring(err))
    text = text:gsub("%s*[\r\n]+%s*", "; ")
    return (text:gsub("[; ]+$", ""))
end

--- The exit code that an error stands for; `default` when it does not say.
function failure.exit(err, default)
    local signal = failure.signal(err)
    if signal then
        return 128 + signal
    end
    local kind = failure.kind(err)
    if kind == "failure" or kind == "exit" then
        return err.exit
    elseif kind == "archive" and default ~= failure.BACKUP then
        return failure.ARCHIVE
    end
    return default
end

return failure
