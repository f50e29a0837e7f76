---@meta

--- What ends a run: one line of text and an exit code. Since 0.3.0.
---@class failure
failure = {}

--- Raises a failure.
--- > local ok, err = pcall(failure.raise, 4, "disk %s is full", "/x")
--- > assert(err.exit == 4 and tostring(err) == "disk /x is full")
---@param exit integer
---@param format string
---@param ... any
function failure.raise(exit, format, ...) end

--- Makes a failure, for error().
--- > assert(failure.new(5, "x").exit == 5)
---@param exit integer
---@param format string
---@param ... any
---@return table
function failure.new(exit, format, ...) end

--- True for a failure made here.
--- > assert(failure.is(failure.new(5, "x")) and not failure.is "x")
---@param err any
---@return boolean
function failure.is(err) end

--- The kind of any error: "failure", "engine", ..., "lua" for a string.
--- > assert(failure.kind "x" == "lua")
---@param err any
---@return string
function failure.kind(err) end

--- The number of the signal when it tells of an interrupt, else nil.
--- > assert(failure.signal(hosskeep.error { kind = "interrupted", code = 15 }) == 15)
---@param err any
---@return integer?
function failure.signal(err) end

--- Any error as one line.
--- > assert(failure.text "a\nb" == "a; b")
---@param err any
---@return string
function failure.text(err) end

--- The exit code that an error stands for, else the default.
--- > assert(failure.exit("x", 5) == 5)
---@param err any
---@param default integer
---@return integer
function failure.exit(err, default) end

--- Has messages name this file by its whole path, where Lua would shorten it.
--- > failure.name_whole "/etc/hosskeep/backup.d/10-x.lua"
---@param path string
function failure.name_whole(path) end
