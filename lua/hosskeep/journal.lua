-- What is in flight, on disk before it is made: helper containers, pauses, snapshots, renames.
-- A run that was killed leaves its journal; the next one reads it and puts things right.
--
-- One JSON object per line, oldest first: {"token":1,"kind":"helper","id":"hosskeep-1a2b"}.

local failure = require "hosskeep.failure"

local journal = {}

local methods = {}
journal.methods = methods
local meta = { __index = methods, __name = "journal" }

local handlers = {}

--- Registers what puts entries of a kind right: fn(ctx, entry) returns true once it is done.
function journal.handler(kind, fn)
    handlers[kind] = fn
end

--- The handler of a kind, or nil.
function journal.handler_of(kind)
    return handlers[kind]
end

--- The entries in a journal's text. A line cut off by a crash is left out: its thing was never
--- made, because the line is synced first.
function journal.parse(text)
    local entries = {}
    for line in (text or ""):gmatch "[^\n]+" do
        local entry = try(json.decode, line)
        if type(entry) == "table" and type(entry.kind) == "string" then
            entries[#entries + 1] = entry
        end
    end
    return entries
end

--- Opens the journal of this run; entries of an earlier one stay in it until they are put right.
function journal.open(path)
    local self = setmetatable({ path = path, entries = {}, next_token = 1 }, meta)
    for _, entry in ipairs(journal.parse(fs.read(path))) do
        entry.token = self.next_token
        self.next_token = self.next_token + 1
        entry.earlier = true
        self.entries[#self.entries + 1] = entry
    end
    return self
end

local function text_of(self)
    local lines = {}
    for index, entry in ipairs(self.entries) do
        lines[index] = json.encode(entry) .. "\n"
    end
    return table.concat(lines)
end

--- Writes the open entries, synced: a file that power loss leaves empty would forget them all.
-- Removes the file when there are none; should it come back, its entries are done already.
function methods:write()
    self.stale = true
    if #self.entries == 0 then
        fs.remove(self.path)
        self.stale = false
        return
    end
    local writer <close> = fs.create(self.path, { mode = 384, replace = true, sync = true })
    writer:write(text_of(self))
    writer:close()
    self.stale = false
end

--- Notes a thing, synced to disk, before it is made. Returns the token for done().
function methods:add(entry)
    if type(entry) ~= "table" or type(entry.kind) ~= "string" then
        error("journal:add{kind=, id=, ...}", 2)
    end
    local copy = { token = self.next_token, pid = process.pid, at = time.now() }
    for key, value in pairs(entry) do
        copy[key] = value
    end
    self.next_token = self.next_token + 1
    self.entries[#self.entries + 1] = copy
    local ok, err = pcall(self.write, self)
    if not ok then -- the thing will not be made
        self:done(copy.token)
        error(err, 0)
    end
    return copy.token
end

--- Takes an entry out again: the thing is gone, or has become lasting. On a full disk the line
--- stays in the file until the next write, or finish(): who reads it finds nothing to be done.
function methods:done(token)
    for index, entry in ipairs(self.entries) do
        if entry.token == token then
            table.remove(self.entries, index)
            local _, err = try(self.write, self)
            if err then
                log.debug("journal: %s", failure.text(err))
            end
            return true
        end
    end
    return false
end

--- Writes what could not be written before; raises when it still cannot.
function methods:finish()
    if self.stale then
        self:write()
    end
end

--- The entries of an earlier run, newest first.
function methods:leftovers()
    local list = {}
    for index = #self.entries, 1, -1 do
        if self.entries[index].earlier then
            list[#list + 1] = self.entries[index]
        end
    end
    return list
end

--- Puts right what an earlier run left. What cannot be put right stays, with a warning.
function methods:recover(ctx)
    local count = 0
    for _, entry in ipairs(self:leftovers()) do
        local handler = handlers[entry.kind]
        local what = string.format("%s %s", entry.kind, tostring(entry.id))
        if not handler then
            ctx:warn("journal: %s: left by an earlier run, and nothing knows how to end it", what)
        else
            local done, err = try(handler, ctx, entry)
            if done then
                count = count + 1
                self:done(entry.token)
                ctx:note("put right after an earlier run: %s", what)
            else
                ctx:warn("journal: %s: %s", what, err and failure.text(err) or "not put right")
            end
        end
    end
    return count
end

return journal
