-- Edits of a procedure's list of steps, by name. Every edit is recorded with the place that made
-- it, and a name that does not exist is an error that lists the names there are.

local failure = require "hosskeep.failure"
local names = require "hosskeep.names"
local origin = require "hosskeep.origin"

local edits = {}
origin.hide()

local FIELDS = { "name", "title", "objects", "when", "check", "run", "undo" }

local function complain(fmt, ...)
    failure.raise(failure.USAGE, "%s: %s", (origin.caller()), string.format(fmt, ...))
end

local function check_functions(step)
    for _, field in ipairs { "when", "check", "run", "undo" } do
        if step[field] ~= nil and type(step[field]) ~= "function" then
            complain('step "%s": %s must be a function', step.name, field)
        end
    end
    local objects = type(step.objects)
    if objects ~= "nil" and objects ~= "function" and objects ~= "table" then
        complain('step "%s": objects must be a function or a table', step.name)
    end
end

local function check_step(step, name)
    if type(step) ~= "table" then
        complain("a step is a table {name=, run=, ...}, not a %s", type(step))
    end
    for key in pairs(step) do
        if not edits.is_field(key) then
            complain("%s", names.unknown("field of a step", key, FIELDS))
        end
    end
    local copy = {}
    for key, value in pairs(step) do
        copy[key] = value
    end
    copy.name = copy.name or name
    if type(copy.name) ~= "string" or not copy.name:find "^[%w][%w._-]*$" then
        complain("a step needs a name of letters, digits, dot, hyphen and underscore")
    end
    check_functions(copy)
    return copy
end

--- True for a field that a step may have.
function edits.is_field(key)
    for _, field in ipairs(FIELDS) do
        if field == key then
            return true
        end
    end
    return false
end

local function record(p, step, how, where, detail)
    local edit = { how = how, by = where, step = step.name, detail = detail }
    step.edits[#step.edits + 1] = edit
    p.edit_log[#p.edit_log + 1] = edit
end

local function new_step(p, step)
    local copy = check_step(step)
    if p:find(copy.name) then
        complain('there is a step "%s" already', copy.name)
    end
    local where, file = origin.caller()
    copy.origin, copy.file, copy.edits, copy.wraps = where, file, {}, {}
    return copy
end

local function locate(p, name)
    local index, step = p:find(name)
    if not index then
        complain("%s", names.unknown("step", name, p:names()))
    end
    return index, step
end

local methods = {}
edits.methods = methods

--- The place and the step of that name (or alias), or nil.
function methods:find(name)
    local wanted = self.aliases[name] or name
    for index, step in ipairs(self.list) do
        if step.name == wanted then
            return index, step
        end
    end
    return nil
end

--- The names of all steps in order.
function methods:names()
    local list = {}
    for index, step in ipairs(self.list) do
        list[index] = step.name
    end
    return list
end

--- True when there is a step of that name (or alias).
function methods:has(name)
    return self:find(name) ~= nil
end

--- Adds a step at the end; stock scripts define their steps with it.
function methods:step(step)
    local added = new_step(self, step)
    self.list[#self.list + 1] = added
    return self
end

--- Adds a step at the end, recorded as an edit.
function methods:append(step)
    local added = new_step(self, step)
    self.list[#self.list + 1] = added
    record(self, added, "appended", added.origin)
    return self
end

--- Adds a step before the named one.
function methods:insert_before(name, step)
    local index, there = locate(self, name)
    local added = new_step(self, step)
    table.insert(self.list, index, added)
    record(self, added, "inserted", added.origin, "before " .. there.name)
    return self
end

--- Adds a step after the named one.
function methods:insert_after(name, step)
    local index, there = locate(self, name)
    local added = new_step(self, step)
    table.insert(self.list, index + 1, added)
    record(self, added, "inserted", added.origin, "after " .. there.name)
    return self
end

--- Puts another step, or only another run function, in the place of the named one. Its wraps stay.
function methods:replace(name, step)
    local index, old = locate(self, name)
    local where, file = origin.caller()
    if type(step) == "function" then
        old.run, old.file = step, file
        record(self, old, "replaced", where, "run")
        return self
    end
    local new = check_step(step, old.name)
    local renamed = new.name ~= old.name
    if renamed and self:find(new.name) then
        complain('there is a step "%s" already', new.name)
    end
    new.title = new.title or old.title
    new.origin, new.file, new.edits, new.wraps = old.origin, file, old.edits, old.wraps
    self.list[index] = new
    if renamed then
        self:alias(old.name, new.name)
    end
    record(self, new, "replaced", where)
    return self
end

--- Puts fn(ctx, base) around a step's run; base() runs whatever the step is at that moment.
function methods:wrap(name, fn)
    local _, step = locate(self, name)
    if type(fn) ~= "function" then
        complain("wrap needs a function(ctx, base)")
    end
    local where = origin.caller()
    step.wraps[#step.wraps + 1] = { fn = fn, by = where }
    record(self, step, "wrapped", where)
    return self
end

--- Takes a step out of the list.
function methods:remove(name)
    local index, step = locate(self, name)
    table.remove(self.list, index)
    record(self, step, "removed", (origin.caller()))
    self.removed[#self.removed + 1] = step
    return self
end

--- Leaves a step in the list, but skips it and says why.
function methods:disable(name, reason)
    local _, step = locate(self, name)
    if type(reason) ~= "string" or reason == "" then
        complain('disable("%s", REASON) needs a reason', step.name)
    end
    step.disabled = reason
    record(self, step, "disabled", (origin.caller()), reason)
    return self
end

--- Moves a step: move("a", {before="b"}) or move("a", {after="b"}).
function methods:move(name, to)
    local index, step = locate(self, name)
    if type(to) ~= "table" or (to.before == nil) == (to.after == nil) then
        complain('move("%s", {before=NAME}) or {after=NAME}', step.name)
    end
    local _, there = locate(self, to.before or to.after)
    if there == step then
        complain('step "%s" cannot be moved next to itself', step.name)
    end
    table.remove(self.list, index)
    local at = self:find(there.name)
    table.insert(self.list, to.before and at or at + 1, step)
    local detail = (to.before and "before " or "after ") .. there.name
    record(self, step, "moved", (origin.caller()), detail)
    return self
end

--- Keeps an old name of a step valid.
function methods:alias(old, new)
    local _, step = locate(self, new)
    for name, target in pairs(self.aliases) do
        if target == old then
            self.aliases[name] = step.name
        end
    end
    self.aliases[old] = step.name
    return self
end

return edits
