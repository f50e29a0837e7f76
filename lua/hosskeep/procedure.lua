-- A procedure: an ordered list of named steps that sites edit by name.
--
--   local procedure = require "hosskeep.procedure"
--   local p = procedure.new("backup", { title = "Back up a HOSS server" })
--   p:step { name = "postgres", title = "Dump the databases", run = function(ctx) ... end }
--   return p:main(...)

local edits = require "hosskeep.edits"
local failure = require "hosskeep.failure"
local names = require "hosskeep.names"
local origin = require "hosskeep.origin"
local settings = require "hosskeep.settings"

local procedure = {}
origin.hide()

local OPTIONS = {
    "title", "summary", "arguments", "options", "env", "lock", "failed", "exit",
}

local function restore_exit(ctx)
    return ctx.changed and failure.CHANGED or failure.UNCHANGED
end

local DEFAULTS = {
    backup = { failed = failure.BACKUP, env = "required", lock = true },
    restore = { failed = restore_exit, env = "later", lock = "later" },
}

local methods = setmetatable({}, { __index = edits.methods })
local meta = { __index = methods, __name = "procedure" }

-- Set by procedure.define: main() hands the procedure over instead of running it.
local receiver

-- "ARCHIVE [NAME]" is short for {{name="ARCHIVE", required=true}, {name="NAME"}}.
local function arguments_of(given)
    if type(given) ~= "string" then
        return given or {}
    end
    local list = {}
    for word in given:gmatch "%S+" do
        local optional = word:match "^%[(.+)%]$"
        list[#list + 1] = { name = optional or word, required = not optional }
    end
    return list
end

-- exit={before=9, after=10}: before and after the first lasting change.
local function by_change(exit)
    return function(ctx)
        return ctx.changed and exit.after or exit.before
    end
end

--- Makes a procedure. Options: title, summary, arguments ("ARCHIVE" or a list), options, env
--- ("required", "optional", "later": the steps call ctx:use_env), lock (true, false, "later": the
--- steps call ctx:lock), failed (exit code or fn(ctx)) or exit={before=, after=}.
function procedure.new(name, options)
    options = options or {}
    names.check_keys("option of procedure.new", options, OPTIONS)
    local defaults = DEFAULTS[name] or { failed = failure.BACKUP, env = "optional", lock = true }
    local where, file = origin.caller()
    failure.name_whole(file)
    local p = {
        name = name,
        title = options.title or name,
        summary = options.summary,
        arguments = arguments_of(options.arguments),
        options = options.options or {},
        origin = where,
        file = file,
        list = {},
        aliases = {},
        removed = {},
        edit_log = {},
        scripts = {},
        settings = settings.new(),
    }
    for key, value in pairs(defaults) do
        p[key] = value
        if options[key] ~= nil then
            p[key] = options[key]
        end
    end
    if options.exit then
        p.failed = by_change(options.exit)
    end
    return setmetatable(p, meta)
end

--- Declares an option of this procedure: {name=, short=, value="WORD"|false, help=, setting=}.
function methods:option(declaration)
    local copy = {}
    for key, value in pairs(declaration) do
        copy[key] = value
    end
    copy.long, copy.name = copy.long or copy.name, nil
    self.options[#self.options + 1] = copy
    return self
end

--- The exit code of a failure that does not name one.
function methods:failure_exit(ctx)
    if type(self.failed) == "function" then
        return self.failed(ctx)
    end
    return self.failed
end

--- A step by name or alias; raises when there is none.
function methods:get(name)
    local _, step = self:find(name)
    if not step then
        failure.raise(failure.USAGE, "%s", names.unknown("step", name, self:names()))
    end
    return step
end

--- What a step runs now: its run function inside its wraps.
function methods:body(step)
    local function base_of(depth)
        return function(ctx)
            if depth == 0 then
                return step.run and step.run(ctx)
            end
            local inner = base_of(depth - 1)
            return step.wraps[depth].fn(ctx, function(given)
                return inner(given or ctx)
            end)
        end
    end
    return base_of(#step.wraps)
end

--- The effective steps in order: name, title, disabled, origin and the edits made to each.
function methods:steps()
    local list = {}
    for index, step in ipairs(self.list) do
        list[index] = {
            name = step.name,
            title = step.title,
            disabled = step.disabled,
            origin = step.origin,
            edits = step.edits,
        }
    end
    return list
end

local function described_edits(step)
    local list = {}
    for index, edit in ipairs(step.edits) do
        list[index] = { how = edit.how, by = edit.by, detail = edit.detail }
    end
    return #list > 0 and list or nil
end

--- Steps, edits and the hashes of a site's scripts, for an archive's manifest.
function methods:describe()
    local description = { procedure = self.name, script = self.file, steps = {}, scripts = {} }
    for index, step in ipairs(self.list) do
        description.steps[index] = {
            name = step.name,
            disabled = step.disabled,
            by = not origin.is_stock(step.origin) and step.origin or nil,
            edits = described_edits(step),
        }
    end
    for index, script in ipairs(self.scripts) do
        description.scripts[index] = { path = script.path, sha256 = script.sha256 }
    end
    return description
end

--- Parses the command line and runs the procedure. Returns the exit code.
function methods:main(...)
    if receiver then
        receiver(self)
        return 0
    end
    return require("hosskeep.main").run(self, { ... })
end

--- Loads the procedure NAME from the search path without running it.
function procedure.define(name)
    local found = hosskeep.find(name)
    if not found then
        failure.raise(failure.USAGE, 'no procedure "%s" on the search path', name)
    end
    return procedure.receive(hosskeep.load(found), name)
end

--- True while a script is loaded to be looked at and not to be run.
function procedure.defining()
    return receiver ~= nil
end

--- Runs a chunk that ends in p:main(...) and returns p, not run.
function procedure.receive(chunk, name)
    local got
    local before = receiver
    receiver = function(p)
        got = p
    end
    local ok, err = xpcall(chunk, function(e)
        return e
    end)
    receiver = before
    if not ok then
        error(err, 0)
    end
    if not got then
        failure.raise(failure.USAGE, '"%s" is not a procedure: it never calls p:main(...)', name)
    end
    return got
end

return procedure
