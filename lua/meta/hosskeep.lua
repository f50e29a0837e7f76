---@meta

--- The program itself: where scripts are, and how to load them. Since 0.3.0.
---@class hosskeep
---@field version string
---@field executable string path of the program
---@field script string name or path of the script that runs
---@field options table options of the program: script_dir, verbose, quiet
hosskeep = {}

--- Where a script of the search path is, and its text: a path, or "embedded:NAME"; nil.
--- > local place, text = hosskeep.find "backup"
--- > assert(place and text:find "procedure")
---@param name string "backup", "backup.lua", "hosskeep.settings"
---@return string? place
---@return string? text
function hosskeep.find(name) end

--- Loads a script after checking who may write it. Text only.
--- > fs.write(folder .. "/x.lua", "return 1 + 1")
--- > assert(hosskeep.load(folder .. "/x.lua")() == 2)
---@param file string
---@return function chunk
function hosskeep.load(file) end

--- The folders of the search path, strongest first: {path, origin, state, used}.
--- > for _, one in ipairs(hosskeep.paths()) do print(one.path, one.state) end
---@return table[]
function hosskeep.paths() end

--- The names of the scripts inside the program; with a name, the text of that one or nil.
--- > assert(#hosskeep.embedded() > 0)
--- > assert(hosskeep.embedded "backup.lua")
---@param name? string
---@return any
function hosskeep.embedded(name) end

--- What a prompt needs of the terminal: read, remember, call, trace, width, completer. For
--- hosskeep.repl; opens the line editor.
--- > assert(hosskeep.terminal)
---@return table
function hosskeep.terminal() end

--- An error object as the modules raise it, for error().
--- > local e = hosskeep.error { kind = "timeout", op = "wait", subject = "db", message = "slow" }
--- > assert(tostring(e) == "wait db: slow")
---@param fields table kind, op, subject, message, code
---@return table
function hosskeep.error(fields) end
